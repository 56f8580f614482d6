"""Connecting and disconnecting a company, in the database: state, hooks with their secrets, what is still owed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.store.models import (
    ApiKey,
    CheckDayRow,
    CheckRow,
    ClashRow,
    Company,
    Event,
    GuardEntry,
    Hook,
    HookSecret,
    IdempotencyKey,
    IntentRow,
    Link,
    Member,
    Message,
    ParkedProject,
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
    Project,
    ProjectItem,
    RateBudget,
    RawAnswer,
    Task,
    TemplateRow,
    Timesheet,
    User,
)
from webapp.store.session import StoreSession

CONNECTING = "connecting:"
CONNECTION_DATA = (
    Message,
    GuardEntry,
    ClashRow,
    IntentRow,
    Link,
    Event,
    HookSecret,
    Hook,
    ProcoreCostCode,
    ProcoreSubJob,
    ProcoreTimeType,
    ProcorePerson,
    ProcoreProject,
    Member,
    ApiKey,
    IdempotencyKey,
    CheckDayRow,
    CheckRow,
    ParkedProject,
    RawAnswer,
)
"""Erased by a disconnect, in this order."""


MAPPINGS: dict[type[User] | type[Project] | type[Task] | type[ProjectItem], dict[str, int | None]] = {
    User: {"procore_person_id": None},
    Project: {
        "procore_project_id": None,
        "procore_sub_job_id": 0,
        "unlinked_project_id": None,
        "unlinked_sub_job_id": 0,
        "unlinked_at": None,
    },
    Task: {"procore_time_type_id": None},
    ProjectItem: {"procore_cost_code_id": None},
}


def by_procore_id(session: StoreSession, procore_company_id: int) -> Company | None:
    return session.scalars(
        select(Company).where(Company.procore_company_id == procore_company_id)
    ).one_or_none()


def last_timesheet(session: StoreSession) -> int:
    """The id of the one that was entered last; 0 when there is none."""
    return session.scalar(select(func.max(Timesheet.id))) or 0


def by_id(session: StoreSession, company_id: int) -> Company:
    return session.scalars(select(Company).where(Company.id == company_id)).one()


def all_companies(session: StoreSession) -> list[Company]:
    return list(session.scalars(select(Company).order_by(Company.id)))


def known(session: StoreSession, procore_company_id: int, name: str, now: datetime) -> Company:
    """The company's row, made disconnected when there is none; two who come at once get the same."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(Company)
        .values(procore_company_id=procore_company_id, name=name, created_at=now, state="disconnected")
        .on_conflict_do_nothing(index_elements=["procore_company_id"])
    )
    return session.scalars(select(Company).where(Company.procore_company_id == procore_company_id)).one()


def claim(session: StoreSession, company_id: int, owner: str, now: datetime, until: datetime) -> bool:
    """One connects at a time. A disconnected company has no worker, so its lease is free for this."""
    taken = session.execute(
        update(Company)
        .where(
            Company.id == company_id,
            or_(
                Company.lease_until.is_(None),
                Company.lease_until < now,
                Company.lease_owner.not_like(f"{CONNECTING}%"),
            ),
        )
        .values(
            lease_owner=f"{CONNECTING}{owner}"[:80], lease_until=until, lease_token=Company.lease_token + 1
        )
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # CursorResult, typed as Result


def release(session: StoreSession, company_id: int) -> None:
    session.execute(
        update(Company)
        .where(Company.id == company_id, Company.lease_owner.like(f"{CONNECTING}%"))
        .values(lease_owner=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def is_connecting(company: Company) -> bool:
    return (company.lease_owner or "").startswith(CONNECTING)


def fill_template(session: StoreSession, time_types: Iterable[str], now: datetime) -> None:
    """A new company's template and the tasks it names (R14); one that has rows keeps them."""
    if session.scalar(select(func.count()).select_from(TemplateRow)):
        return
    present = set(session.scalars(select(Task.name)))
    for position, name in enumerate(time_types):
        session.add(TemplateRow(position=position, time_type=name, task=name))
        if name not in present:
            session.add(Task(name=name, created_at=now))


def members_of(session: StoreSession) -> list[int]:
    return list(session.scalars(select(Member.procore_user_id)))


def erase(session: StoreSession, company: Company) -> None:
    """All connection data. Timesheets, their history and their own lists stay, without their mappings (R7)."""
    for table in CONNECTION_DATA:
        gone = delete(table).where(table.company_id == company.id)
        session.execute(gone, execution_options={"synchronize_session": False})
    session.execute(delete(RateBudget).where(RateBudget.procore_company_id == company.procore_company_id))
    for mapped, nothing in MAPPINGS.items():
        mapping = update(mapped).where(mapped.company_id == company.id).values(nothing)
        session.execute(mapping, execution_options={"synchronize_session": False})
