"""Doors to working one company. A lost, doubled or early job does no harm."""

from __future__ import annotations

from contextlib import suppress

from webapp import queueing, wiring
from webapp.errors import TryLater
from webapp.jobs.background import background
from webapp.services import directory, locations, schedule, sync


def sync_company(company_id: int) -> None:
    """A first turn. The key goes first: a mark made while we work wakes another job."""
    url = wiring.config().redis_url
    queueing.clear_wake(url, company_id)
    worked = sync.work(company_id, sync.FIRST)
    if not worked.has_begun:
        leave(company_id)
    elif worked.is_storm:
        queueing.gather(url, company_id)
    else:
        _let_go(company_id)


def go_on(company_id: int) -> None:
    """A longer turn, for what a first one left."""
    queueing.went_on(wiring.config().redis_url, queueing.GO_ON_JOB, company_id)
    if sync.work(company_id, sync.BACKLOG).has_begun:
        _let_go(company_id)


def gather(company_id: int) -> None:
    """A longer turn in a storm: it waits for more, so that each of Procore's calls is about much."""
    queueing.went_on(wiring.config().redis_url, queueing.STORM_JOB, company_id)
    if sync.work(company_id, sync.STORM).has_begun:
        _let_go(company_id)


def sweep_company(company_id: int) -> None:
    """A sweep that has to wait for Procore is called again by the look."""
    with suppress(TryLater):
        sync.sweep_company(company_id)
    go_on(company_id)


def refresh_directory(company_id: int) -> None:
    with background(refresh_directory, company_id):
        directory.refresh_all(company_id)


def probe_company(company_id: int) -> None:
    if sync.probe(company_id):
        go_on(company_id)


def refresh_locations(company_id: int) -> None:
    with background(refresh_locations, company_id):
        locations.refresh(company_id)


def _let_go(company_id: int) -> None:
    """Wake-ups that were held back meanwhile are none of ours any more; what is still due is gone on with later."""
    url = wiring.config().redis_url
    queueing.clear_wake(url, company_id)
    if company_id in schedule.companies_to_work():
        queueing.go_on(url, company_id)


def leave(company_id: int) -> None:
    """Another worker has the company in hand and looks again when it lets go: no other need be woken until then. When
    it has just done so, we look."""
    queueing.hold_wake(wiring.config().redis_url, company_id)
    if schedule.is_idle(company_id):
        _let_go(company_id)
