"""The mirror of Procore's directory: projects, people and time types as time cards refer to them."""

from __future__ import annotations

from webapp import wiring
from webapp.errors import NotFound
from webapp.store import schedule
from webapp.sync.ports import Unknown
from webapp.sync.words import read_directory

EVERYTHING = Unknown(has_people=True, has_projects=True, has_time_types=True)


def refresh(company_id: int, wanted: Unknown = EVERYTHING) -> None:
    """Reads the wanted lists anew, outside any transaction. Cost codes and sub jobs are read when a card needs them.
    Errors of Procore pass through."""
    procore_id = schedule.procore_id_of(company_id)
    if procore_id is None:
        raise NotFound("There is no such company here.")
    read = read_directory(wiring.procore_for(procore_id), wanted)
    wiring.store_for(company_id).save_directory(read)
