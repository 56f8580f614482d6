"""Our side of a check: the records of a range of days, streamed, and single ones again with the words for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, not_, or_, select

from webapp.domain.timecard import Card, Names, Timecard, from_json
from webapp.store import dictionary
from webapp.store.due import in_chunks, timecard_of
from webapp.store.models import Company, Link, Project, ProjectItem, Task, Timesheet, User
from webapp.store.session import reading
from webapp.store.sync_store import settings_of
from webapp.sync.ports import Base, Clock, Dictionary, OurRecord, Wanted

AT_ONCE = 1000
LINK = (
    Link.id.label("link_id"),
    Link.procore_id,
    Link.state,
    Link.is_tombstone,
    Link.base_ours,
    Link.base_theirs,
)
TIMESHEET = (
    Timesheet.id.label("timesheet_id"),
    Timesheet.date,
    Timesheet.hours,
    Timesheet.user_id,
    Timesheet.project_id,
    Timesheet.task_id,
    Timesheet.procore_sub_job_id,
    Timesheet.project_item_id,
    Timesheet.start,
    Timesheet.stop,
    Timesheet.lunch_minutes,
    Timesheet.billable,
    Timesheet.description,
    Timesheet.deleted_at,
    Timesheet.procore_created_at,
)
WORDS = (
    User.name.label("user_name"),
    Project.name.label("project_name"),
    Task.name.label("task_name"),
    ProjectItem.code.label("item_code"),
)


class OurDays:
    """OurRecords of sync.check for one company. `since`: when it was connected, by Procore's clock. `entered_before`:
    the last timesheet by then."""

    def __init__(
        self, engine: Engine, company_id: int, clock: Clock, since: datetime, entered_before: int
    ) -> None:
        self.engine, self.company_id, self.clock = engine, company_id, clock
        self.since, self.entered_before = since.replace(microsecond=0), entered_before

    def is_too_old(self, card: Card) -> bool:
        return card.facts.created_at is not None and card.facts.created_at < self.since

    def of_days(self, first: date, last: date) -> Iterator[list[OurRecord]]:
        """One consistent read of both kinds: by the link's day, and by the timesheet's where the link's is another."""
        is_linked_there = Link.date.between(first, last)
        by_link = _from_links().where(is_linked_there)
        by_timesheet = _from_timesheets().where(
            Timesheet.date.between(first, last),
            Timesheet.deleted_at.is_(None),
            or_(Link.id.is_(None), Link.date.is_(None), not_(is_linked_there)),
        )
        with reading(self.company_id, self.engine) as session:
            for query in (by_link, by_timesheet):
                rows = session.execute(query.execution_options(yield_per=AT_ONCE))
                for chunk in rows.partitions():
                    yield [self._record(row) for row in chunk]

    def again(self, procore_ids: Collection[int], timesheet_ids: Collection[int]) -> list[OurRecord]:
        found: list[OurRecord] = []
        with reading(self.company_id, self.engine) as session:
            for cards in in_chunks(procore_ids):
                query = _named(_from_links()).where(Link.procore_id.in_(cards))
                found += [self._record(row) for row in session.execute(query)]
            for sheets in in_chunks(timesheet_ids):
                query = _named(_from_timesheets()).where(Timesheet.id.in_(sheets))
                found += [self._record(row) for row in session.execute(query)]
        return found

    def known_cards(self, procore_ids: Collection[int]) -> set[int]:
        with reading(self.company_id, self.engine) as session:
            return {
                procore_id
                for chunk in in_chunks(procore_ids)
                for procore_id in session.scalars(select(Link.procore_id).where(Link.procore_id.in_(chunk)))
                if procore_id is not None
            }

    def words(self, cards: Sequence[tuple[Timecard, Names]]) -> Dictionary:
        with reading(self.company_id, self.engine) as session:
            company = session.scalars(select(Company).where(Company.id == self.company_id)).one()
            wanted, now = Wanted(compare=tuple(cards)), self.clock.now()
            return dictionary.build(session, wanted, settings_of(company), now, is_final=True)[0]

    def _record(self, row: Row[Any]) -> OurRecord:
        is_here = row.timesheet_id is not None and row.deleted_at is None
        timecard = timecard_of(row) if is_here else None  # type: ignore[arg-type]  # a Row with these columns
        base = None
        if not row.is_tombstone and row.base_ours and row.base_theirs:
            base = Base(from_json(row.base_ours), from_json(row.base_theirs))
        names = Names()
        if hasattr(row, "user_name"):
            names = Names(row.user_name, row.project_name, None, row.task_name, row.item_code)
        return OurRecord(row.procore_id, row.timesheet_id, timecard, base, self._is_excluded(row), names)

    def _is_excluded(self, row: Row[Any]) -> bool:
        """Without a link: left from an earlier connection, unless it was entered since and never had a card."""
        if row.link_id is not None:
            return bool(row.state == "excluded")
        return row.procore_created_at is not None or row.timesheet_id <= self.entered_before


def _from_links() -> Select[*tuple[Any, ...]]:
    return select(*LINK, *TIMESHEET).select_from(Link).outerjoin(Timesheet, Timesheet.id == Link.timesheet_id)


def _from_timesheets() -> Select[*tuple[Any, ...]]:
    return select(*LINK, *TIMESHEET).select_from(Timesheet).outerjoin(Link, Link.timesheet_id == Timesheet.id)


def _named(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.add_columns(*WORDS)
        .outerjoin(User, User.id == Timesheet.user_id)
        .outerjoin(Project, Project.id == Timesheet.project_id)
        .outerjoin(Task, Task.id == Timesheet.task_id)
        .outerjoin(ProjectItem, ProjectItem.id == Timesheet.project_item_id)
    )
