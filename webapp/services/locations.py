"""Locations of time cards: read once a day for each project that was worked on (R16)."""

from __future__ import annotations

from datetime import timedelta

from webapp import wiring
from webapp.domain.credentials import Priority
from webapp.errors import NotFound
from webapp.store import locations, schedule
from webapp.store.session import reading, transaction

LOOK_BACK = timedelta(days=14)


def refresh(company_id: int) -> int:
    """One list for each project with cards in the last two weeks. How many timesheets learnt their location. Errors of
    Procore pass through."""
    procore_id = schedule.procore_id_of(company_id)
    if procore_id is None:
        raise NotFound("There is no such company here.")
    today = wiring.clock().now().date()
    first, last = today - LOOK_BACK, today + timedelta(days=1)
    with reading(company_id) as session:
        projects = locations.projects_worked(session, first, last)
    procore, learnt = wiring.procore_for(procore_id, Priority.BACKGROUND), 0
    for project_id in projects:
        found = procore.locations(project_id, first, last)
        with transaction(company_id) as session:
            learnt += locations.save(session, found)
    return learnt
