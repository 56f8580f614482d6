"""Dry runs: what a change would create, update, delete and hold, by the same engine with writing off (R31c, D31)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from webapp import wiring
from webapp.services import projects, settings
from webapp.services.projects import LinkTarget
from webapp.store import marks, schedule
from webapp.store.dry_run import Assume
from webapp.store.models import Timesheet
from webapp.store.session import StoreSession, reading
from webapp.sync.dry_run import DryProcore
from webapp.sync.engine import Engine
from webapp.sync.ports import Direction, Lease, Outcome, Record, Verb

MOST = 2_000
"""Records that a dry run looks at; more than these are told, not hidden."""
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Example:
    """One record and what would become of it. `action` None: it would stay with its reason."""

    direction: Direction | None
    action: Verb | None
    state: str
    timesheet_id: int | None
    procore_id: int | None
    summary: str
    reason_text: str | None


@dataclass(slots=True)
class Held:
    """Records that would end with one reason."""

    state: str
    key: str
    text: str
    records: int = 0
    hours: Decimal = Decimal(0)


@dataclass(slots=True)
class DryRun:
    """`effects`: (direction, action) → records. `states`: the ledger's states → records, of those looked at."""

    looked_at: int = 0
    is_complete: bool = True
    effects: Counter[tuple[Direction, Verb]] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Held] = field(default_factory=dict)
    sample: list[Example] = field(default_factory=list)


def of_settings(company_id: int, wanted: Mapping[str, object], since: object = None) -> DryRun:
    """Raises InvalidInput as the change itself would; TryLater when Procore does not answer."""
    return _run(company_id, settings.changing(company_id, wanted, since))


def of_link(company_id: int, project_id: int, target: LinkTarget) -> DryRun:
    """Raises InvalidInput, NotFound or TryLater."""
    return _run(company_id, projects.linking(company_id, project_id, target))


def of_disconnect(company_id: int) -> DryRun:
    """What is still on its way and would no longer cross."""
    return _run(company_id, _as_it_is)


def _as_it_is(session: StoreSession, now: datetime) -> None:
    """Nothing is assumed."""


def _run(company_id: int, assume: Assume) -> DryRun:
    procore_company_id = schedule.procore_id_of(company_id)
    assert procore_company_id is not None
    store = wiring.dry_store_for(company_id, assume)
    procore = DryProcore(wiring.procore_for(procore_company_id))
    engine = Engine(store, procore, wiring.clock(), wiring.pause)
    lease = Lease(company_id, 0, wiring.clock().now() + timedelta(hours=1))
    records = store.due(lease, MOST + 1)
    found = DryRun(looked_at=min(len(records), MOST), is_complete=len(records) <= MOST)
    for start in range(0, found.looked_at, engine.limits.batch):
        engine.attempt(lease, records[start : min(start + engine.limits.batch, MOST)])
    _count(company_id, found, {r.link_id: r for r in records}, store.outcomes)
    return found


def _count(
    company_id: int, found: DryRun, records: Mapping[int, Record], outcomes: Sequence[Outcome]
) -> None:
    last = {outcome.link_id: outcome for outcome in outcomes}
    for outcome in outcomes:
        found.effects.update((m.direction, m.action) for m in outcome.messages if m.state == "processed")
    found.states.update(outcome.state for outcome in last.values())
    with reading(company_id) as session:
        for link_id, outcome in last.items():
            record = records[link_id]
            if outcome.reason is not None:
                held = found.reasons.setdefault(
                    outcome.reason.key, Held(outcome.state, outcome.reason.key, outcome.reason.text)
                )
                held.records += 1
                held.hours += _hours(record, outcome)
            if len(found.sample) < SAMPLE:
                found.sample += _examples(session, record, outcome)


def _hours(record: Record, outcome: Outcome) -> Decimal:
    card = record.timesheet.timecard if record.timesheet else outcome.seen.timecard if outcome.seen else None
    return (card.hours if card else None) or Decimal(0)


def _examples(session: StoreSession, record: Record, outcome: Outcome) -> Iterator[Example]:
    effects: list[tuple[Direction, Verb] | None] = [
        (m.direction, m.action) for m in outcome.messages if m.state == "processed"
    ]
    timesheet = session.get(Timesheet, record.timesheet.id) if record.timesheet else None
    for effect in effects or [None]:
        yield Example(
            effect[0] if effect else None,
            effect[1] if effect else None,
            outcome.state,
            timesheet.id if timesheet else None,
            record.procore_id,
            marks.summary_of(session, timesheet) if timesheet else _summary(outcome),
            outcome.reason.text if outcome.reason else None,
        )


def _summary(outcome: Outcome) -> str:
    seen = outcome.seen
    day: date | None = seen.timecard.date if seen else None
    hours = seen.timecard.hours if seen else None
    return marks.summary(
        seen.names.person if seen else None, seen.names.project if seen else None, day, hours
    )
