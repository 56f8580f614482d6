"""Creates time cards in bulk so that one bad row never holds the others, and no row is sent twice.

The company's bulk create does not say what a refusal of one row does to the rest: so a refused call is looked up before
its halves are sent again (README of the contract: partial failure is not described). Answers are matched by origin id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp.errors import (
    NeedsAttention,
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    ProcoreUnavailable,
    TryLater,
    UnreadableAnswer,
)
from webapp.procore.api import Api
from webapp.procore.drafts import bulk_row, create_fields, needs_single
from webapp.procore.fields import id_of, origin_of, parent_of, split_off
from webapp.procore.paths import CREATE_TIMECARD, CREATE_TIMECARDS
from webapp.procore.raw import kept
from webapp.procore.refusals import reason_of, words_in
from webapp.sync.holds import Reason, permission, procore_busy
from webapp.sync.ports import Created, Draft

ROWS_PER_CALL = 250
LOOK_BACK, LOOK_AHEAD = timedelta(minutes=5), timedelta(minutes=1)


class Creating:
    """One call of create_many. `made_since(low, high)` gives origin id → id of the cards changed in that range."""

    def __init__(self, api: Api, made_since: Callable[[datetime, datetime], dict[int, int]]) -> None:
        self.api, self.made_since = api, made_since
        self.done: dict[int, Created] = {}
        self.in_flight: frozenset[int] = frozenset()
        self.unresolved: set[int] = set()
        self.sent: dict[int, Decimal | None] = {}

    def create(self, drafts: Sequence[Draft]) -> list[Created]:
        """Raises only when nothing is known of any draft yet; later, the rest is told as unknown (in flight when the
        answer was lost) or as waiting (never sent)."""
        singles = [draft for draft in drafts if needs_single(draft)]
        bulk = [draft for draft in drafts if not needs_single(draft)]
        try:
            for start in range(0, len(bulk), ROWS_PER_CALL):
                self._bulk(bulk[start : start + ROWS_PER_CALL])
            for draft in singles:
                self._single(draft)
        except (TryLater, NeedsAttention) as error:
            if not self.done and not self.unresolved:
                raise
            self._stopped(drafts, error)
        return [self.done.get(draft.origin_id) or Created(draft.origin_id) for draft in drafts]

    def _stopped(self, drafts: Sequence[Draft], error: TryLater | NeedsAttention) -> None:
        is_lost = isinstance(error, ProcoreUnavailable) and error.is_effect_unknown
        for draft in drafts:
            is_unknown = draft.origin_id in self.unresolved or (is_lost and draft.origin_id in self.in_flight)
            if draft.origin_id not in self.done and not is_unknown:
                self._refuse([draft], procore_busy(str(error)))

    def _bulk(self, chunk: Sequence[Draft]) -> None:
        self.in_flight = frozenset(draft.origin_id for draft in chunk)
        self.sent = {draft.origin_id: draft.timecard.hours for draft in chunk}
        rows = [bulk_row(draft) for draft in chunk]
        try:
            answer = self.api.send(CREATE_TIMECARDS, {"timecard_entries": rows})
        except ProcoreRefused as error:
            if len(chunk) == 1:
                self._refused(chunk[0], error)
            elif error.http_status == 413:
                self._halves(chunk)
            else:
                self._halves(self._not_made(chunk))
        except (PermissionMissing, NotFound) as error:
            self._by_project(chunk, error)
        else:
            self._take(answer)

    def _halves(self, chunk: Sequence[Draft]) -> None:
        middle = (len(chunk) + 1) // 2
        for half in (chunk[:middle], chunk[middle:]):
            if half:
                self._bulk(half)

    def _by_project(self, chunk: Sequence[Draft], error: PermissionMissing | NotFound) -> None:
        """A refusal of permission, or a 404 that hides one, is about a project: each is asked once by itself."""
        projects = list(dict.fromkeys(draft.timecard.project for draft in chunk))
        if len(projects) == 1:
            self._refuse(chunk, permission(str(error), projects[0]))
            return
        left = self._not_made(chunk)
        for project in projects:
            self._bulk([draft for draft in left if draft.timecard.project == project])

    def _not_made(self, chunk: Sequence[Draft]) -> list[Draft]:
        """What of a refused call is not there: looked up before anything is sent again (R21)."""
        now = self.api.client.server_time or self.api.client.clock.now()
        made = self.made_since(now - LOOK_BACK, now + LOOK_AHEAD)
        for draft in chunk:
            if draft.origin_id in made:
                self.done[draft.origin_id] = Created(draft.origin_id, made[draft.origin_id])
        return [draft for draft in chunk if draft.origin_id not in self.done]

    def _single(self, draft: Draft) -> None:
        self.in_flight = frozenset({draft.origin_id})
        body = {"project_id": draft.timecard.project, "timecard_entry": create_fields(draft)}
        try:
            row = self.api.send(CREATE_TIMECARD, body)
        except ProcoreRefused as error:
            self._refused(draft, error)
        except (PermissionMissing, NotFound) as error:
            self._refuse([draft], permission(str(error), draft.timecard.project))
        else:
            self.done[draft.origin_id] = _created(draft.origin_id, row)

    def _refused(self, draft: Draft, error: ProcoreRefused) -> None:
        """That our origin id is taken says that an earlier try was done: it is looked up, not failed."""
        is_taken = "origin_id" in error.fields
        if not is_taken:
            self._refuse([draft], reason_of(error))
        elif self._not_made([draft]):
            self.done[draft.origin_id] = Created(draft.origin_id)

    def _take(self, answer: Any) -> None:
        """Rows by origin id, whatever their order. A draft that the answer leaves out stays unknown."""
        rows = _lists(answer, "timecard_entries", "entities", "data")
        parts = _parts(rows, self.sent)
        for row in rows:
            origin = origin_of(row)
            if origin not in self.in_flight or origin is None:
                continue
            if row.get("errors"):
                self.done[origin] = Created(origin, refusal=reason_of(ProcoreRefused(words_in(row)[0])))
            elif id_of(row) is not None:
                self.done[origin] = _created(origin, row, parts.get(id_of(row), ()))
        for row in _lists(answer, "errors", "failed", is_bare=False):
            origin = origin_of(row)
            if origin in self.in_flight and origin is not None and origin not in self.done:
                self.done[origin] = Created(origin, refusal=reason_of(ProcoreRefused(words_in(row)[0])))
        self.unresolved |= self.in_flight - self.done.keys()
def _created(origin: int, row: Any, parts: Sequence[int] = ()) -> Created:
    """Procore's row for a draft of ours: a date that it stored as nothing is noticed here, as no list of days shows
    the card any more (D87); what it split off is named (D48)."""
    has_lost_its_date = isinstance(row, dict) and "date" in row and row["date"] is None
    words = "Procore stored the time card without its date."
    lacking = UnreadableAnswer(words, missing="date", raw=kept(row)) if has_lost_its_date else None
    return Created(origin, id_of(row), lacking=lacking, parts=tuple(dict.fromkeys((*parts, *split_off(row)))))


def _parts(rows: Sequence[dict[str, Any]], sent: Mapping[int, Decimal | None]) -> dict[int | None, list[int]]:
    """Card → what was split off it. A row that names no parent belongs to the card of the same person and day that
    came back with just so many hours less than were sent."""
    found: dict[int | None, list[int]] = {}
    parents = [row for row in rows if origin_of(row) in sent]
    for part in rows:
        part_id = id_of(part)
        if part_id is None or origin_of(part) is not None:
            continue
        parent = parent_of(part) or next((id_of(p) for p in parents if _is_rest(p, part, sent)), None)
        found.setdefault(parent, []).append(part_id)
    return found


def _is_rest(parent: dict[str, Any], part: dict[str, Any], sent: Mapping[int, Decimal | None]) -> bool:
    try:
        whole = sent[origin_of(parent) or 0]
        adds_up = whole is not None and Decimal(str(parent["hours"])) + Decimal(str(part["hours"])) == whole
        return adds_up and parent["date"] == part["date"] and id_of(parent["party"]) == id_of(part["party"])
    except (KeyError, InvalidOperation):
        return False



    def _refuse(self, drafts: Sequence[Draft], reason: Reason) -> None:
        for draft in drafts:
            self.done[draft.origin_id] = Created(draft.origin_id, refusal=reason)


def _lists(answer: Any, *names: str, is_bare: bool = True) -> list[dict[str, Any]]:
    """The rows of an answer that is a list, or holds lists under these names."""
    bare = [answer] if is_bare else []
    lists = [answer.get(name) for name in names] if isinstance(answer, dict) else bare
    return [row for rows in lists if isinstance(rows, list) for row in rows if isinstance(row, dict)]
