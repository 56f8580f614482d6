"""Doors to the checks that nobody has to ask for."""

from __future__ import annotations

from webapp import queueing, wiring
from webapp.jobs.background import background
from webapp.services import night_checks, sync

NIGHT_JOB = "webapp.jobs.checks.check_company"


def call_due(_: int) -> None:
    """One job for each company whose minute has come."""
    for company_id in night_checks.companies_due():
        queueing.call(wiring.config().redis_url, NIGHT_JOB, company_id, seconds=600)


def check_company(company_id: int) -> None:
    with background(check_company, company_id):
        if night_checks.run(company_id):
            sync.work(company_id, sync.BACKLOG)
