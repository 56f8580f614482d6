"""What is ready to be worked, over all companies; last runs of periodic jobs; leases of workers that died."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from webapp.domain import waits
from webapp.store.due import due_now
from webapp.store.leases import LONGEST_LEASE
from webapp.store.models import Company, Link, PeriodicRun
from webapp.store.session import system
from webapp.store.times import has_come

BACKLOG = timedelta(minutes=5)
LONGEST_PAUSE = 6
"""Sweep intervals."""


def companies_due(
    now: datetime, procore_company_id: int | None = None, *, are_idle: bool = False
) -> list[int]:
    """Connected companies that have a record ready and need not wait for Procore, the longest waiting first;
    `are_idle`: only those that no worker has."""
    query = (
        select(Link.company_id)
        .join(Company, Company.id == Link.company_id)
        .where(due_now(now), Company.state == "connected", _is_free(now))
        .group_by(Link.company_id)
        .order_by(func.min(Link.marked_at), Link.company_id)
    )
    if procore_company_id is not None:
        query = query.where(Company.procore_company_id == procore_company_id)
    if are_idle:
        query = query.where(_is_idle(now))
    with system(is_readonly=True) as session:
        return list(session.scalars(query))


def is_idle(company_id: int, now: datetime) -> bool:
    query = select(Company.id).where(Company.id == company_id, _is_free(now), _is_idle(now))
    with system(is_readonly=True) as session:
        return session.scalars(query).first() is not None


def others_wait(company_id: int, now: datetime) -> bool:
    """Whether another company has a record ready that no worker has in hand."""
    query = (
        select(Company.id)
        .where(Company.id != company_id, Company.state == "connected", _is_free(now), _is_idle(now))
        .where(select(Link.id).where(Link.company_id == Company.id, due_now(now)).exists())
        .limit(1)
    )
    with system(is_readonly=True) as session:
        return session.scalars(query).first() is not None


def _is_free(now: datetime) -> ColumnElement[bool]:
    return has_come(Company.waits_until, now, now + waits.LONGEST)


def _is_idle(now: datetime) -> ColumnElement[bool]:
    return has_come(Company.lease_until, now, now + LONGEST_LEASE)


def count_ready(now: datetime, procore_company_id: int | None = None) -> int:
    query = (
        select(func.count(Link.id))
        .join(Company, Company.id == Link.company_id)
        .where(due_now(now), Company.state == "connected")
    )
    if procore_company_id is not None:
        query = query.where(Company.procore_company_id == procore_company_id)
    with system(is_readonly=True) as session:
        return session.scalars(query).one()


def companies_to_sweep(now: datetime, interval: timedelta) -> list[int]:
    """The longest unswept first. Sweeping finds more to do, so it pauses while what is due has waited long (M19). Not
    for ever: a backlog without end would hide what webhooks lost."""
    with system(is_readonly=True) as session:
        return list(
            session.scalars(
                select(Company.id)
                .where(
                    Company.state == "connected",
                    _is_free(now),
                    _is_over(Company.swept_at, now, interval),
                    or_(_is_over(Company.swept_at, now, interval * LONGEST_PAUSE), ~_has_backlog(now)),
                )
                .order_by(Company.swept_at.is_not(None), Company.swept_at, Company.id)
            )
        )


def _is_over(
    ran_at: InstrumentedAttribute[datetime | None], now: datetime, interval: timedelta
) -> ColumnElement[bool]:
    """Whether an interval has passed since then. What lies further ahead than one was told by a clock that has been put
    back since."""
    return or_(ran_at.is_(None), ran_at <= now - interval, ran_at > now + interval)


def _has_backlog(now: datetime) -> ColumnElement[bool]:
    """Something was ready to be worked minutes ago."""
    ready_at = func.coalesce(Link.not_before, Link.marked_at)
    overdue = select(Link.id).where(Link.company_id == Company.id, due_now(now), ready_at <= now - BACKLOG)
    return overdue.exists()


def companies_connected() -> list[int]:
    with system(is_readonly=True) as session:
        return list(
            session.scalars(select(Company.id).where(Company.state == "connected").order_by(Company.id))
        )


def companies_to_probe(now: datetime) -> list[int]:
    with system(is_readonly=True) as session:
        return list(
            session.scalars(
                select(Company.id)
                .where(Company.state == "paused", has_come(Company.probe_at, now, now + waits.LONGEST))
                .order_by(Company.probe_at, Company.id)
            )
        )


def probe_later(company_id: int, at: datetime) -> None:
    with system() as session:
        session.execute(update(Company).where(Company.id == company_id).values(probe_at=at))


def paused_since(company_id: int) -> datetime | None:
    with system(is_readonly=True) as session:
        return session.scalars(select(Company.paused_at).where(Company.id == company_id)).first()


def pause(company_id: int, reason: str, now: datetime, probe_at: datetime) -> bool:
    """True for the one that paused it. A worker that has it in hand is refused its next commit."""
    values = {"paused_reason": reason[:500], "paused_at": now, "probe_at": probe_at}
    return _turn(company_id, "connected", "paused", **values)


def resume(company_id: int) -> bool:
    """True for the one that did it."""
    return _turn(company_id, "paused", "connected", paused_reason=None, paused_at=None, probe_at=None)


def _turn(company_id: int, old: str, new: str, **values: Any) -> bool:
    with system() as session:
        turned = session.execute(
            update(Company)
            .where(Company.id == company_id, Company.state == old)
            .values(state=new, **values)
            .execution_options(synchronize_session=False)
        )
        return bool(turned.rowcount == 1)  # type: ignore[attr-defined]  # CursorResult, typed as Result


def procore_id_of(company_id: int) -> int | None:
    with system(is_readonly=True) as session:
        return session.scalars(select(Company.procore_company_id).where(Company.id == company_id)).first()


def claim_run(name: str, now: datetime, interval: timedelta) -> bool:
    """True for exactly one caller each interval, whoever asks first, on any machine. Asked often, so it first looks
    without taking the write lock."""
    with system(is_readonly=True) as session:
        is_over = _is_over(PeriodicRun.ran_at, now, interval)
        if session.scalars(select(PeriodicRun.name).where(PeriodicRun.name == name, ~is_over)).first():
            return False
    with system() as session:
        if session.get(PeriodicRun, name) is None:
            session.add(PeriodicRun(name=name, ran_at=None))
            session.flush()
        claimed = session.execute(
            update(PeriodicRun)
            .where(PeriodicRun.name == name, is_over)
            .values(ran_at=now)
            .execution_options(synchronize_session=False)
        )
        return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]  # CursorResult, typed as Result


def free_leases(has_died: Callable[[str], bool]) -> int:
    """Ends the leases of workers that are certainly dead; the fencing token still guards against being wrong."""
    with system(is_readonly=True) as session:
        held = session.execute(
            select(Company.id, Company.lease_owner, Company.lease_token).where(
                Company.lease_owner.is_not(None)
            )
        ).all()
    dead = [(company, token) for company, owner, token in held if owner and has_died(owner)]
    for company, token in dead:
        with system() as session:
            session.execute(
                update(Company)
                .where(Company.id == company, Company.lease_token == token)
                .values(lease_until=None, lease_owner=None)
            )
    return len(dead)
