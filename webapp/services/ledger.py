"""The ledger: every record seen on either side is in one of five states; the counts and hours add up to all (R31a)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from webapp.domain.hours import written
from webapp.domain.timesheet import STATES
from webapp.store import ledger
from webapp.store.session import reading


@dataclass(frozen=True, slots=True)
class Count:
    records: int
    hours: Decimal


def counts(company_id: int) -> dict[str, Count]:
    """The five states and their total, read in one statement, so that they add up."""
    with reading(company_id) as session:
        found = ledger.counts(session)
    by_state: dict[str, Count] = {state: Count(*found.get(state, (0, Decimal(0)))) for state in STATES}
    total = Count(
        sum(c.records for c in by_state.values()), sum((c.hours for c in by_state.values()), Decimal(0))
    )
    return {**by_state, "total": total}


def as_json(found: dict[str, Count]) -> dict[str, dict[str, int | str]]:
    return {
        state: {"records": count.records, "hours": written(count.hours)} for state, count in found.items()
    }
