"""The import matching template: which Procore time type becomes which task (R14). A new row releases what waited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp import queueing, wiring
from webapp.domain.match import folded, task_for
from webapp.errors import InvalidInput
from webapp.services.text import line
from webapp.store import holds
from webapp.store import projects as rows
from webapp.store.models import Task
from webapp.store.session import StoreSession, reading, transaction
from webapp.sync.catalogue import LONGEST_KEY

HELD, HELD_SENDING = "task", "task_here"
MOST_ROWS = 500
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Row:
    time_type: str
    task: str


def read(company_id: int) -> list[Row]:
    with reading(company_id) as session:
        return _rows(session)


def replace(company_id: int, wanted: Sequence[Row]) -> list[Row]:
    """All rows anew, in this order; the first match counts. Returns them as stored."""
    if len(wanted) > MOST_ROWS:
        raise InvalidInput(f"At most {MOST_ROWS} rows.")
    clean = [_clean(position, row) for position, row in enumerate(wanted)]
    seen: set[str] = set()
    for position, row in enumerate(clean):
        if folded(row.time_type) in seen:
            text = f'Time type "{row.time_type}" is there twice.'
            raise InvalidInput(text, {f"{position}.time_type": [text]})
        seen.add(folded(row.time_type))
    with transaction(company_id) as session:
        rows.replace_template(session, [(row.time_type, row.task) for row in clean])
        _release(session)
        return clean


def add(company_id: int, time_type: str, task_name: str) -> int:
    """The one-click fix: a row, its task, and everything that waited for it. How many records are released."""
    row = _clean(0, Row(time_type, task_name))
    with transaction(company_id) as session:
        present = _rows(session)
        kept = [r for r in present if folded(r.time_type) != folded(row.time_type)]
        rows.replace_template(session, [(r.time_type, r.task) for r in (*kept, row)])
        if rows.task_named(session, row.task) is None:
            session.add(Task(name=row.task, created_at=wiring.clock().now()))
        return _release(session)


def _rows(session: StoreSession) -> list[Row]:
    return [Row(row.time_type, row.task) for row in rows.template(session)]


def _clean(position: int, row: Row) -> Row:
    try:
        return Row(line("time_type", row.time_type, LONGEST), line("task", row.task, LONGEST))
    except InvalidInput as error:
        fields = {f"{position}.{name}": texts for name, texts in error.fields.items()}
        raise InvalidInput(f"Row {position + 1}: {error}", fields) from error


def _release(session: StoreSession) -> int:
    """Marks every record whose time type is matched now; of a name too long for its key, all that may be meant."""
    now = wiring.clock().now()
    pairs = [(row.time_type, row.task) for row in _rows(session)]
    keys = [
        key
        for key in holds.held_keys(session, HELD)
        if len(key) >= LONGEST_KEY or task_for(key.removeprefix(f"{HELD}:"), pairs)
    ]
    released = holds.release(session, [*keys, *holds.held_keys(session, HELD_SENDING)], now)
    if released:
        queueing.wake_after_commit(session, wiring.config().redis_url, session.company_id)
    return released
