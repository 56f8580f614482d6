"""Connecting and disconnecting a company, in the database: state, hooks with their secrets, what is still owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.store.models import (
    ApiKey,
    ClashRow,
    Company,
    Event,
    Hook,
    HookSecret,
    IdempotencyKey,
    IntentRow,
    Link,
    Member,
    Message,
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
    Project,
    ProjectItem,
    RateBudget,
    Removal,
    Task,
    TemplateRow,
    User,
)
from webapp.store.session import StoreSession

Owed = dict[str, int | None]
"""One thing to remove at Procore: {"hook": id or None, "project": id or None} or {"user": id}."""

CONNECTING = "connecting:"
MAKING = timedelta(minutes=3)
"""So long a hook may be in the making before somebody else begins it anew."""
CONNECTION_DATA = (
    Message,
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
)
"""Erased by a disconnect, in this order."""


MAPPINGS: dict[type[User] | type[Project] | type[Task] | type[ProjectItem], dict[str, int | None]] = {
    User: {"procore_person_id": None},
    Project: {"procore_project_id": None, "procore_sub_job_id": 0},
    Task: {"procore_time_type_id": None},
    ProjectItem: {"procore_cost_code_id": None},
}


@dataclass(frozen=True, slots=True)
class HookRow:
    id: int
    procore_hook_id: int | None
    procore_project_id: int | None
    is_complete: bool


def by_procore_id(session: StoreSession, procore_company_id: int) -> Company | None:
    return session.scalars(
        select(Company).where(Company.procore_company_id == procore_company_id)
    ).one_or_none()


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


def hooks(session: StoreSession) -> list[HookRow]:
    """Of the session's company."""
    return [
        HookRow(h.id, h.procore_hook_id, h.procore_project_id, h.is_complete)
        for h in session.scalars(select(Hook).order_by(Hook.id))
    ]


def begin_hook(
    session: StoreSession, namespace: str, procore_project_id: int | None, secret_hash: str, now: datetime
) -> int | None:
    """The row with its secret's hash, before Procore is asked to make the hook (R4). None when it is there already or
    somebody else is making it. One that was left unfinished is begun anew."""
    session.execute(select(Company.id).where(Company.id == session.company_id).with_for_update())
    hook = session.scalars(select(Hook).where(Hook.procore_project_id == procore_project_id)).first()
    if hook is not None and (hook.is_complete or hook.created_at > now - MAKING):
        return None
    if hook is None:
        hook = Hook(
            namespace=namespace, procore_project_id=procore_project_id, is_complete=False, created_at=now
        )
        session.add(hook)
    hook.created_at, hook.procore_hook_id = now, None
    session.flush()
    session.execute(delete(HookSecret).where(HookSecret.hook_id == hook.id))
    session.add(HookSecret(hook_id=hook.id, secret_hash=secret_hash, created_at=now))
    return hook.id


def hook_made(session: StoreSession, hook_id: int, procore_hook_id: int) -> None:
    session.get_one(Hook, hook_id).procore_hook_id = procore_hook_id


def hook_complete(session: StoreSession, hook_id: int) -> None:
    session.get_one(Hook, hook_id).is_complete = True


def hooks_with_old_secrets(session: StoreSession, older_than: datetime) -> list[HookRow]:
    """Complete hooks whose secret was made before that, oldest first."""
    newest = (
        select(func.max(HookSecret.created_at))
        .where(HookSecret.hook_id == Hook.id, HookSecret.valid_until.is_(None))
        .scalar_subquery()
    )
    rows = session.scalars(select(Hook).where(Hook.is_complete, newest < older_than).order_by(newest))
    return [HookRow(h.id, h.procore_hook_id, h.procore_project_id, h.is_complete) for h in rows]


def add_secret(session: StoreSession, hook_id: int, secret_hash: str, now: datetime, until: datetime) -> int:
    """Beside the present one and good until then, should Procore's answer be lost. Secrets that ran out go."""
    session.execute(delete(HookSecret).where(HookSecret.hook_id == hook_id, HookSecret.valid_until < now))
    secret = HookSecret(hook_id=hook_id, secret_hash=secret_hash, created_at=now, valid_until=until)
    session.add(secret)
    session.flush()
    return secret.id


def secret_in_use(session: StoreSession, hook_id: int, secret_id: int, old_until: datetime) -> None:
    """Procore sends the new one; events under way still carry the old one."""
    session.execute(
        update(HookSecret)
        .where(HookSecret.hook_id == hook_id, HookSecret.id != secret_id)
        .values(valid_until=old_until)
        .execution_options(synchronize_session=False)
    )
    session.get_one(HookSecret, secret_id).valid_until = None


def drop_hooks(session: StoreSession, hook_ids: Iterable[int]) -> None:
    wanted = list(hook_ids)
    session.execute(delete(HookSecret).where(HookSecret.hook_id.in_(wanted)))
    session.execute(delete(Hook).where(Hook.id.in_(wanted)))


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


def owe(session: StoreSession, procore_company_id: int, owed: list[Owed], now: datetime) -> int:
    removal = Removal(procore_company_id=procore_company_id, hooks=owed, asked_at=now)
    session.add(removal)
    session.flush()
    return removal.id


def owed(session: StoreSession, removal_id: int) -> tuple[int, list[Owed]] | None:
    """(Procore company, what is still to be removed)."""
    removal = session.get(Removal, removal_id)
    return (removal.procore_company_id, list(removal.hooks)) if removal else None


def settle(session: StoreSession, removal_id: int, left: list[Owed], now: datetime) -> None:
    """What is left after a try; nothing left removes the row."""
    removal = session.get(Removal, removal_id)
    if removal is None:
        return
    if left:
        removal.hooks, removal.tried_at = left, now
    else:
        session.delete(removal)


def removals_due(session: StoreSession, now: datetime, again: timedelta, at_most: timedelta) -> list[int]:
    """Also gives up on what was asked too long ago."""
    session.execute(delete(Removal).where(Removal.asked_at < now - at_most))
    return list(
        session.scalars(
            select(Removal.id).where(or_(Removal.tried_at.is_(None), Removal.tried_at <= now - again))
        )
    )


def forget_removals(session: StoreSession, procore_company_id: int) -> None:
    """The company is connected again: its hooks at our address were looked through, nothing is owed."""
    session.execute(delete(Removal).where(Removal.procore_company_id == procore_company_id))
