"""Doors to working one company. A lost, doubled or early job does no harm."""

from __future__ import annotations

from webapp import queueing, wiring
from webapp.services import directory, locations, schedule, sync


def sync_company(company_id: int) -> None:
    """The key goes first: a mark made while we work wakes another job."""
    queueing.clear_wake(wiring.config().redis_url, company_id)
    sync.work(company_id)
    if company_id in schedule.companies_due():
        queueing.wake(wiring.config().redis_url, company_id)


def sweep_company(company_id: int) -> None:
    sync.sweep_company(company_id)
    sync.work(company_id)


def refresh_directory(company_id: int) -> None:
    directory.refresh(company_id)


def probe_company(company_id: int) -> None:
    if sync.probe(company_id):
        sync.work(company_id)


def refresh_locations(company_id: int) -> None:
    locations.refresh(company_id)
