"""Rows of `members`: what Procore said of a signed-in person, and which of our users that person is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from webapp.store.models import Company, Member, ProcorePerson, User
from webapp.store.session import StoreSession


@dataclass(frozen=True, slots=True)
class Standing:
    """Procore's word about one person in one company."""

    procore_user_id: int
    login: str
    name: str
    employee_number: str | None
    person_id: int | None
    is_admin: bool
    procore_project_ids: frozenset[int]


def company_of(session: StoreSession, procore_company_id: int) -> Company | None:
    return session.scalars(
        select(Company).where(Company.procore_company_id == procore_company_id)
    ).one_or_none()


def companies_of(session: StoreSession, procore_company_ids: Iterable[int]) -> list[Company]:
    """Those of these companies that we know, connected ones first."""
    known = session.scalars(
        select(Company)
        .where(Company.procore_company_id.in_(list(procore_company_ids)))
        .order_by(Company.name)
    )
    return sorted(known, key=lambda company: company.state == "disconnected")


def member_of(session: StoreSession, company_id: int, procore_user_id: int) -> Member | None:
    return session.scalars(
        select(Member).where(Member.company_id == company_id, Member.procore_user_id == procore_user_id)
    ).one_or_none()


def keep(session: StoreSession, company: Company, standing: Standing, now: datetime) -> Member:
    """One row for each person and company: whoever comes at the same moment waits for the company's row."""
    session.execute(select(Company.id).where(Company.id == company.id).with_for_update())
    member = member_of(session, company.id, standing.procore_user_id)
    if member is None:
        member = Member(company_id=company.id, procore_user_id=standing.procore_user_id)
        session.add(member)
    member.login, member.name = standing.login, standing.name
    member.is_admin = standing.is_admin
    member.procore_project_ids = sorted(standing.procore_project_ids)
    member.asked_at = now
    member.user_id = _own_user(session, company, standing, now)
    session.flush()
    return member


def forget(session: StoreSession, procore_user_id: int, procore_company_id: int | None = None) -> bool:
    """The person is no member (any more) of that company, or of any. True when this was the last one of theirs."""
    gone = delete(Member).where(Member.procore_user_id == procore_user_id)
    if procore_company_id is not None:
        of_company = select(Company.id).where(Company.procore_company_id == procore_company_id)
        gone = gone.where(Member.company_id.in_(of_company))
    was_member = bool(
        session.execute(gone.returning(Member.id), execution_options={"synchronize_session": False}).all()
    )
    is_left = (
        session.scalar(select(Member.id).where(Member.procore_user_id == procore_user_id).limit(1))
        is not None
    )
    return was_member and not is_left


def _own_user(session: StoreSession, company: Company, standing: Standing, now: datetime) -> int | None:
    """Our user who is this person: by the Procore person, then by e-mail, then by employee number, never by name (R13).
    Made when Procore's directory knows the person and we do not yet, so that they can enter their own time (R2)."""
    person = _person(session, company.id, standing)
    person_id = person.procore_id if person else standing.person_id
    found = (
        _one(session, company.id, User.procore_person_id == person_id if person_id else None)
        or _one(
            session, company.id, func.lower(User.email) == standing.login.lower() if standing.login else None
        )
        or _one(
            session,
            company.id,
            User.employee_number == standing.employee_number if standing.employee_number else None,
        )
    )
    if found is not None or person is None or not person.is_active:
        return found.id if found else None
    user = User(
        company_id=company.id,
        name=person.name,
        email=person.email or standing.login or None,
        employee_number=person.employee_number,
        procore_person_id=person.procore_id,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user.id


def _person(session: StoreSession, company_id: int, standing: Standing) -> ProcorePerson | None:
    """The person of the mirrored directory who signs in as this user."""
    is_them = ProcorePerson.procore_user_id == standing.procore_user_id
    if standing.person_id is not None:
        is_them = is_them | (ProcorePerson.procore_id == standing.person_id)
    return session.scalars(
        select(ProcorePerson).where(ProcorePerson.company_id == company_id, is_them)
    ).first()


def _one(session: StoreSession, company_id: int, condition: ColumnElement[bool] | None) -> User | None:
    """The only user that fits; several are nobody."""
    if condition is None:
        return None
    matches = session.scalars(select(User).where(User.company_id == company_id, condition).limit(2)).all()
    return matches[0] if len(matches) == 1 else None
