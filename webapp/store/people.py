"""Users here, and the people of Procore's directory they may be."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from webapp.domain.timesheet import Actor
from webapp.store.models import ProcorePerson, Timesheet, User
from webapp.store.session import StoreSession
from webapp.store.timesheets import visible


def page(
    session: StoreSession, offset: int = 0, limit: int = 1000, search: str = ""
) -> tuple[list[User], int]:
    """By name."""
    query = select(User)
    if search:
        query = query.where(
            or_(
                User.name.icontains(search, autoescape=True),
                User.email.icontains(search, autoescape=True),
                User.employee_number.icontains(search, autoescape=True),
            )
        )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(func.lower(User.name), User.id).offset(offset).limit(limit))
    return list(rows), total


def seen_by(session: StoreSession, actor: Actor, limit: int) -> list[User]:
    """All for those who see all; else themselves, and who has time in what they see."""
    query = select(User)
    if not actor.sees_all:
        with_time = select(Timesheet.user_id).where(Timesheet.deleted_at.is_(None), visible(actor))
        query = query.where(or_(User.id == (actor.user_id or 0), User.id.in_(with_time)))
    return list(session.scalars(query.order_by(func.lower(User.name), User.id).limit(limit)))


def user(session: StoreSession, user_id: int) -> User | None:
    return session.get(User, user_id)


def user_to_change(session: StoreSession, user_id: int) -> User | None:
    return session.scalars(select(User).where(User.id == user_id).with_for_update()).one_or_none()


def with_email(session: StoreSession, email: str) -> User | None:
    return session.scalars(select(User).where(func.lower(User.email) == email.lower())).first()


def with_person(session: StoreSession, procore_person_id: int) -> User | None:
    return session.scalars(select(User).where(User.procore_person_id == procore_person_id)).one_or_none()


def procore_person(session: StoreSession, procore_id: int) -> ProcorePerson | None:
    return session.scalars(select(ProcorePerson).where(ProcorePerson.procore_id == procore_id)).one_or_none()
