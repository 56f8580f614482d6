"""What waits as a whole: a company while Procore is busy or away, a project that Procore refuses the app."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import case, delete, select, update

from webapp.store.due import in_chunks
from webapp.store.marks import mark_reason_fixed
from webapp.store.models import Company, Link, ParkedProject
from webapp.store.session import StoreSession
from webapp.sync.ports import Parked


def wait(session: StoreSession, company_id: int, until: datetime) -> None:
    session.execute(update(Company).where(Company.id == company_id).values(waits_until=until))


def give_back(session: StoreSession, link_ids: Iterable[int]) -> None:
    """These were begun and not ended, through no fault of theirs: the attempt does not count (D105)."""
    for ids in in_chunks(link_ids):
        session.execute(
            update(Link)
            .where(Link.id.in_(ids))
            .values(attempts=case((Link.attempts > 0, Link.attempts - 1), else_=0))
            .execution_options(synchronize_session=False)
        )


def parked(session: StoreSession) -> dict[int, Parked]:
    rows = session.scalars(select(ParkedProject))
    return {row.procore_project_id: Parked(row.reason, row.parked_at, row.probe_at) for row in rows}


def park(session: StoreSession, project_id: int, why: Parked) -> bool:
    """Whether it was not parked before."""
    row = session.scalars(
        select(ParkedProject).where(ParkedProject.procore_project_id == project_id)
    ).one_or_none()
    if row is None:
        session.add(
            ParkedProject(
                procore_project_id=project_id,
                reason=why.reason[:500],
                parked_at=why.since,
                probe_at=why.probe_at,
            )
        )
        return True
    row.reason, row.probe_at = why.reason[:500], why.probe_at
    return False


def unpark(session: StoreSession, project_id: int, now: datetime) -> int:
    """The project answers again: what waited for it is due at once. How many records those are."""
    gone = delete(ParkedProject).where(
        ParkedProject.company_id == session.company_id, ParkedProject.procore_project_id == project_id
    )
    session.execute(gone, execution_options={"synchronize_session": False})
    return mark_reason_fixed(session, f"permission:{project_id}", now=now)
