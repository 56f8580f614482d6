"""The words of one step: what its records refer to, in the other side's ids; what is not known yet is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from webapp.domain.timecard import Names, Timecard, same_unit
from webapp.sync import parking
from webapp.sync.batch import Batch
from webapp.sync.dictionary import Dictionary, Wanted
from webapp.sync.directory import DirectoryRead, Unknown
from webapp.sync.ports import AtProcore
from webapp.sync.read import Seen


def words_for(batch: Batch, seen: Sequence[Seen]) -> Dictionary:
    """When Procore's mirrored directory lacks something, that part is read once; which cost codes a timesheet needs may
    be known only after that."""
    wanted = _wanted(batch, seen)
    words, unknown = batch.store.dictionary(batch.lease, wanted, is_final=False)
    for _ in range(2):
        if not unknown:
            break
        batch.store.save_directory(_read(batch, unknown))
        words, unknown = batch.store.dictionary(batch.lease, wanted, is_final=True)
    return words


def _read(batch: Batch, unknown: Unknown) -> DirectoryRead:
    """What is missing, but for the lists of projects that Procore refuses."""
    lists = read_directory(batch.procore, replace(unknown, codes_of=frozenset(), sub_jobs_of=frozenset()))
    for place in unknown.codes_of:
        codes = parking.ask(batch, place[0], partial(batch.procore.cost_codes, *place))
        if codes is not None:
            lists.cost_codes[place] = codes
    for project in sorted(unknown.sub_jobs_of):
        sub_jobs = parking.ask(batch, project, partial(batch.procore.sub_jobs, project))
        if sub_jobs is not None:
            lists.sub_jobs[project] = sub_jobs
    return lists


def read_directory(procore: AtProcore, unknown: Unknown) -> DirectoryRead:
    """Reads just the lists in which something was missing."""
    projects = procore.projects() if unknown.has_projects else None
    return DirectoryRead(
        projects=projects,
        projects_at=procore.server_time() if projects is not None else None,
        style=procore.time_entry_style() if unknown.has_projects else None,
        people=procore.people() if unknown.has_people else None,
        time_types=procore.time_types() if unknown.has_time_types else None,
        cost_codes={place: procore.cost_codes(*place) for place in unknown.codes_of},
        sub_jobs={project: procore.sub_jobs(project) for project in sorted(unknown.sub_jobs_of)},
    )


def _wanted(batch: Batch, seen: Sequence[Seen]) -> Wanted:
    take: list[tuple[Timecard, Names]] = []
    compare: list[tuple[Timecard, Names]] = []
    send: list[Timecard] = []
    kept: list[tuple[int, Timecard, Names, bool]] = []
    for one in seen:
        timesheet, card = one.record.timesheet, one.card
        if card is not None:
            may_take = batch.settings.receive and one.is_their_change
            (take if may_take else compare).append((card.timecard, card.names))
            if timesheet is not None and _stays(one, timesheet.timecard, card.timecard):
                kept.append((timesheet.timecard.project, card.timecard, card.names, may_take))
        if timesheet is not None and not timesheet.is_deleted:
            send.append(timesheet.timecard)
    return Wanted(tuple(take), tuple(compare), tuple(send), tuple(kept))


def _stays(seen: Seen, ours: Timecard, theirs: Timecard) -> bool:
    """Whether the record is where both sides agreed: only there does the card's cost code belong to the timesheet's
    project (D25, D68)."""
    base = seen.base
    return base is not None and all(
        same_unit(agreed, now, "project") for agreed, now in ((base.ours, ours), (base.theirs, theirs))
    )
