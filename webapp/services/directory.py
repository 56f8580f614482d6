"""The mirror of Procore's directory: projects, people, time types, and the codes and sub jobs that were needed once.

What a read finds new, changed or back releases what waited for it (store.releases).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import structlog

from webapp import wiring
from webapp.domain.credentials import Priority
from webapp.errors import NeedsAttention, NotFound
from webapp.store import connections, schedule
from webapp.store import directory as rows
from webapp.store.session import reading, transaction
from webapp.sync.ports import Unknown
from webapp.sync.words import read_directory

log = structlog.get_logger(__name__)
EVERYTHING = Unknown(has_people=True, has_projects=True, has_time_types=True)


def refresh(company_id: int, wanted: Unknown = EVERYTHING, priority: Priority = Priority.FIRST) -> None:
    """Reads the wanted lists anew, outside any transaction. Cost codes and sub jobs are read when a card needs them.
    Errors of Procore pass through."""
    procore_id = schedule.procore_id_of(company_id)
    if procore_id is None:
        raise NotFound("There is no such company here.")
    read = read_directory(wiring.procore_for(procore_id, priority), wanted)
    wiring.store_for(company_id).save_directory(read)


def learn_own_user(company_id: int, procore_id: int, priority: Priority = Priority.FIRST) -> None:
    """What Procore's events and change histories call the app itself (invariant 3). Its errors but refusals pass."""
    me = wiring.service_account(procore_id, priority).me()
    if me is not None:
        with transaction(company_id) as session:
            company = connections.by_id(session, company_id)
            company.service_user_id, company.service_user_name = me.id, me.name[:200]


def notice(company_id: int, permitted: Collection[int], at: datetime) -> None:
    """Somebody read which projects are permitted, `at` that time of Procore's: when the mirror says otherwise, they are
    read into it (R8)."""
    with transaction(company_id) as session:
        is_known = rows.still_permitted(session, permitted, at)
    if not is_known:
        refresh(company_id, Unknown(has_projects=True))


def refresh_all(company_id: int) -> None:
    """The daily read: the company's lists, then the codes and sub jobs of each permitted project where some were needed
    before, so that what was added or removed there is known (D67). A project that refuses does not stop the others."""
    refresh(company_id, EVERYTHING, Priority.BACKGROUND)
    procore_id = schedule.procore_id_of(company_id)
    if procore_id is not None:
        learn_own_user(company_id, procore_id, Priority.BACKGROUND)
    with reading(company_id) as session:
        places, projects = rows.places_with_codes(session), rows.projects_with_sub_jobs(session)
    parts = [Unknown(codes_of=frozenset({place})) for place in places]
    parts += [Unknown(sub_jobs_of=frozenset({project})) for project in projects]
    for part in parts:
        try:
            refresh(company_id, part, Priority.BACKGROUND)
        except (NeedsAttention, NotFound) as error:
            log.info("directory_part_not_read", company_id=company_id, error=type(error).__name__)
