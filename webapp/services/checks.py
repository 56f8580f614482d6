"""Check now: both sides of any range of days compared, the result kept, what differs marked for the engine (R26)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from webapp import queueing, wiring
from webapp.domain.credentials import Priority
from webapp.errors import Conflict, InvalidInput
from webapp.store import checks as rows
from webapp.store import connections
from webapp.store.models import CheckRow
from webapp.store.session import reading, system, transaction
from webapp.sync.check import Checked, check
from webapp.sync.differences import Difference, as_json, waiting_as_json
from webapp.sync.digests import Days

AT_ONCE = timedelta(days=31)
"""A longer range is compared in pieces, so that what is held of Procore's list stays bounded."""
LONGEST = timedelta(days=3 * 366)
KEPT_DIFFERENCES = 500
MARKED_AS = "checked"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """One check as it was told. `checked_at`: Procore's clock; `marked`: records that the engine now looks at."""

    id: int
    from_date: date
    to_date: date
    asked_by: str
    asked_at: datetime
    checked_at: datetime
    equal: int
    different: int
    missing_here: int
    missing_there: int
    excluded: int
    marked: int
    differences: Sequence[dict[str, Any]]
    waiting: Sequence[dict[str, Any]] = ()
    """Records whose clock still runs: they cannot be compared yet, which is no difference (D29a)."""

    @property
    def do_agree(self) -> bool:
        return not (self.different or self.missing_here or self.missing_there)

    def as_json(self) -> dict[str, Any]:
        """`waiting` only where something waits."""
        counts = ("equal", "different", "missing_here", "missing_there", "excluded")
        told = {name: getattr(self, name) for name in counts} | {"differences": list(self.differences)}
        return told | ({"waiting": list(self.waiting)} if self.waiting else {})


def run(
    company_id: int,
    first: date,
    last: date,
    by: str,
    *,
    repair: bool = False,
    priority: Priority = Priority.FIRST,
) -> Result:
    """Both days included. `repair` marks exactly what differs; the engine does the rest by its own rules. Raises
    InvalidInput, Conflict for a company that is not connected, and Procore's errors."""
    _check_range(first, last)
    procore_company_id, since, entered_before = _connected(company_id)
    asked_at = wiring.clock().now()
    ours = wiring.our_days(company_id, since, entered_before)
    procore = wiring.procore_for(procore_company_id, priority)
    found = _joined([check(ours, procore, *piece) for piece in pieces(first, last)])
    with transaction(company_id) as session:
        row = _row(found, first, last, by, asked_at)
        if repair and found.differences:
            row.marked = _repair(session, found.differences)
        rows.keep(session, row, found.days)
    log.info(
        "checked", company_id=company_id, first=str(first), last=str(last), by=by, marked=row.marked,
        equal=row.equal, different=row.different, missing_here=row.missing_here, missing_there=row.missing_there,
    )  # fmt: skip
    return _result(row, _told(found))


def last_of(company_id: int) -> Result | None:
    """The newest check; of its differences the first."""
    with reading(company_id) as session:
        row = rows.last(session)
    return None if row is None else _result(row, row.differences)


def pieces(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        yield first, min(last, first + AT_ONCE - timedelta(days=1))
        first += AT_ONCE


def _repair(session: Any, differences: Sequence[Difference]) -> int:
    cards = [d.procore_id for d in differences if d.procore_id is not None]
    timesheets = [d.timesheet_id for d in differences if d.procore_id is None and d.timesheet_id is not None]
    rows.mark(session, cards, timesheets, MARKED_AS, wiring.clock().now())
    queueing.wake_after_commit(session, wiring.config().redis_url, session.company_id)
    return len(cards) + len(timesheets)


def _connected(company_id: int) -> tuple[int, datetime, int]:
    with system(is_readonly=True) as session:
        company = connections.by_id(session, company_id)
    if company.state == "disconnected" or company.connected_at is None:
        raise Conflict("The company is not connected to Procore, so there is nothing to compare.")
    return company.procore_company_id, company.connected_at, company.entered_before


def _check_range(first: date, last: date) -> None:
    if last < first:
        raise InvalidInput("The range ends before it begins.", {"to": ["Must not be before from."]})
    if last - first > LONGEST:
        raise InvalidInput("The range is too long.", {"to": ["At most three years are checked at once."]})


def _joined(found: Sequence[Checked]) -> Checked:
    """A record that is on two days of different pieces differs once."""
    days: Days = {day: both for each in found for day, both in each.days.items()}
    differences = {(d.procore_id, d.timesheet_id): d for each in found for d in each.differences}
    return Checked(
        at=min(each.at for each in found),
        equal=sum(each.equal for each in found),
        excluded=sum(each.excluded for each in found),
        differences=tuple(differences.values()),
        days=days,
        waiting=tuple({w.procore_id: w for each in found for w in each.waiting}.values()),
    )


def _told(found: Checked, most: int | None = None) -> list[dict[str, Any]]:
    """Differences, and what waits; the first of each when not all are kept."""
    differences = [as_json(difference) for difference in found.differences[:most]]
    return differences + [waiting_as_json(waits) for waits in found.waiting[:most]]


def _row(found: Checked, first: date, last: date, by: str, asked_at: datetime) -> CheckRow:
    return CheckRow(
        from_date=first,
        to_date=last,
        asked_by=by[:200],
        asked_at=asked_at,
        checked_at=found.at,
        equal=found.equal,
        different=found.count("different"),
        missing_here=found.count("missing_here"),
        missing_there=found.count("missing_there"),
        excluded=found.excluded,
        marked=0,
        differences=_told(found, KEPT_DIFFERENCES),
    )


def _result(row: CheckRow, told: Sequence[dict[str, Any]]) -> Result:
    differences = [each for each in told if "kind" in each]
    waiting = [each for each in told if "kind" not in each]
    return Result(
        row.id, row.from_date, row.to_date, row.asked_by, row.asked_at, row.checked_at, row.equal, row.different,
        row.missing_here, row.missing_there, row.excluded, row.marked, differences, waiting,
    )  # fmt: skip
