"""Creates time cards in bulk so that one bad row never holds the others, and no row is sent twice.

The company's bulk create does not say what a refusal of one row does to the rest: so a refused call is looked up before
its halves are sent again (README of the contract: partial failure is not described). Answers are matched by origin id.
What it has no place for goes by the bulk create of one project, or singly; which kinds there are is learnt and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp.errors import (
    NeedsAttention,
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    TryLater,
    UnreadableAnswer,
)
from webapp.procore.api import Api
from webapp.procore.drafts import bulk_row, create_fields, has_fraction, has_lunch, small_bulk_row
from webapp.procore.fields import id_of, origin_of, parent_of, split_off
from webapp.procore.paths import CREATE_SOME_TIMECARDS, CREATE_TIMECARD, CREATE_TIMECARDS
from webapp.procore.ports import BulkStore
from webapp.procore.raw import kept
from webapp.procore.refusals import reason_of, words_in
from webapp.sync.holds import Reason, permission, procore_busy
from webapp.sync.ports import Created, Draft

ROWS_PER_CALL, ROWS_OF_A_PROJECT = 250, 25
LOOK_BACK, LOOK_AHEAD = timedelta(minutes=5), timedelta(minutes=1)


class Creating:
    """One call of create_many. `made_since(low, high)` gives origin id → id of the cards changed in that range."""

    def __init__(
        self, api: Api, kinds: BulkStore, made_since: Callable[[datetime, datetime], dict[int, int]]
    ) -> None:
        self.api, self.store, self.made_since = api, kinds, made_since
        self.kinds = kinds.read(api.company_id or 0)
        self.done: dict[int, Created] = {}
        self.in_flight: frozenset[int] = frozenset()
        self.unresolved: set[int] = set()
        self.sent: dict[int, Decimal | None] = {}

    def create(self, drafts: Sequence[Draft]) -> list[Created]:
        """Raises only when nothing is known of any draft yet; later, the rest is told as unknown (in flight when the
        answer was lost) or as waiting (never sent)."""
        try:
            self._learn_of_fractions(drafts)
            left = [draft for draft in drafts if not self._is_told(draft)]
            for chunk in _chunks([draft for draft in left if not self._is_special(draft)], ROWS_PER_CALL):
                self._bulk(chunk)
            self._special([d for d in left if self._is_special(d) and not self._is_told(d)])
        except (TryLater, NeedsAttention) as error:
            if not self.done and not self.unresolved:
                raise
            self._stopped(drafts, error)
        return [self.done.get(draft.origin_id) or Created(draft.origin_id) for draft in drafts]

    # ---- which road ----------------------------------------------------------------------------------

    def _is_special(self, draft: Draft) -> bool:
        """What the company's bulk create has no place for, or may cut."""
        return has_lunch(draft) or (has_fraction(draft) and not self.kinds.keeps_fractions)

    def _is_told(self, draft: Draft) -> bool:
        return draft.origin_id in self.done or draft.origin_id in self.unresolved

    def _learn_of_fractions(self, drafts: Sequence[Draft]) -> None:
        """Hours with a fraction go many at once only after one was seen to come back whole: the fewest, as overtime
        rules leave them alone."""
        fractions = [draft for draft in drafts if has_fraction(draft)]
        if fractions and self.kinds.keeps_fractions is None:
            self._bulk([min(fractions, key=lambda draft: draft.timecard.hours or 0)])

    def _learn(self, **seen: bool) -> None:
        kinds = replace(self.kinds, **seen)
        if kinds != self.kinds:
            self.kinds = kinds
            self.store.learn(self.api.company_id or 0, kinds)

    def _special(self, drafts: Sequence[Draft]) -> None:
        """By the bulk create of a project; singly where that is not offered, or for one card alone."""
        for project in dict.fromkeys(draft.timecard.project for draft in drafts):
            of_project = [draft for draft in drafts if draft.timecard.project == project]
            for chunk in _chunks(of_project, ROWS_OF_A_PROJECT):
                if self.kinds.has_small is False or len(chunk) == 1:
                    for draft in chunk:
                        self._single(draft)
                else:
                    self._small(chunk)

    def _small(self, chunk: Sequence[Draft]) -> None:
        """One transaction, it is said: what a refusal left out is looked up all the same. A 403 may speak of the app's
        access to this road, or of the project; one card alone tells which."""
        project = chunk[0].timecard.project
        self.in_flight = frozenset(draft.origin_id for draft in chunk)
        rows = [small_bulk_row(draft) for draft in chunk]
        try:
            answer = self.api.send(CREATE_SOME_TIMECARDS, {"timecard_entries": rows}, project_id=project)
        except ProcoreRefused:
            for half in _halves(self._not_made(chunk)):
                self._special(half)
        except (PermissionMissing, NotFound) as error:
            self._single(chunk[0])
            told = self.done.get(chunk[0].origin_id)
            if told is not None and told.refusal is not None and told.refusal.key.startswith("permission:"):
                self._refuse(chunk[1:], permission(str(error), project))
                return
            self._learn(has_small=False)
            self._special(chunk[1:])
        else:
            self._learn(has_small=True)
            self._take(answer)
            self._left_out(answer, [draft for draft in chunk if draft.origin_id not in self.done])

    def _stopped(self, drafts: Sequence[Draft], error: TryLater | NeedsAttention) -> None:
        is_lost = isinstance(error, TryLater) and error.is_effect_unknown
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
            if len(chunk) == 1 and has_fraction(chunk[0]) and _may_mean_hours(error):
                self._fractions(chunk)
            elif len(chunk) == 1:
                self._refused(chunk[0], error)
            else:
                for half in _halves(chunk if error.http_status == 413 else self._not_made(chunk)):
                    self._bulk(half)
        except (PermissionMissing, NotFound) as error:
            self._by_project(chunk, error)
        else:
            self._take(answer)
            self._left_out(answer, [draft for draft in chunk if draft.origin_id not in self.done])
            self._compare(answer)
            self._fractions(
                [draft for draft in chunk if has_fraction(draft) and self._is_refused_for_hours(draft)]
            )

    def _is_refused_for_hours(self, draft: Draft) -> bool:
        told = self.done.get(draft.origin_id)
        return told is not None and told.refusal is not None and "hours" in told.refusal.text.casefold()

    def _fractions(self, refused: Sequence[Draft]) -> None:
        """Hours that the company's bulk create refuses: whether the other road takes them tells why."""
        for draft in refused:
            self.done.pop(draft.origin_id, None)
        self._special(refused)
        told = [self.done.get(draft.origin_id) for draft in refused]
        if any(each is not None and each.procore_id is not None for each in told):
            self._learn(keeps_fractions=False)

    def _compare(self, answer: Any) -> None:
        """Whether fractions of hours came back. Whole hours may be what overtime rules left: to take them for cut costs
        calls, not to take them for it may cost hours."""
        for row in _lists(answer, "timecard_entries", "entities", "data"):
            hours = self.sent.get(origin_of(row) or 0)
            if hours is None or hours == hours.to_integral_value() or row.get("hours") is None:
                continue
            try:
                stored = Decimal(str(row["hours"]))
                self._learn(keeps_fractions=stored != stored.to_integral_value())
            except InvalidOperation:
                continue

    def _left_out(self, answer: Any, drafts: Sequence[Draft]) -> None:
        """An answer that names others but not these. At first they may exist all the same, and are looked up (D6); one
        that was left out before, looked up and not found, is sent by itself, so that Procore says what is wrong. Not
        where a row names nobody: it may be this one, and lists lag."""
        rows = _lists(answer, "timecard_entries", "entities", "data")
        replays = [d for d in drafts if d.is_replay] if None not in _parts(rows, self.sent) else []
        self.unresolved |= {draft.origin_id for draft in drafts if draft not in replays}
        for draft in self._not_made(replays) if replays else ():
            self._single(draft)

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
        """Rows by origin id, whatever their order."""
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

    def _refuse(self, drafts: Sequence[Draft], reason: Reason) -> None:
        for draft in drafts:
            self.done[draft.origin_id] = Created(draft.origin_id, refusal=reason)


def _may_mean_hours(error: ProcoreRefused) -> bool:
    """It says so, or nothing that could be read: then the other road tells."""
    return not error.fields or "hours" in str(error).casefold()


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


def _lists(answer: Any, *names: str, is_bare: bool = True) -> list[dict[str, Any]]:
    """The rows of an answer that is a list, or holds lists under these names."""
    bare = [answer] if is_bare else []
    lists = [answer.get(name) for name in names] if isinstance(answer, dict) else bare
    return [row for rows in lists if isinstance(rows, list) for row in rows if isinstance(row, dict)]


def _halves(drafts: Sequence[Draft]) -> list[Sequence[Draft]]:
    middle = (len(drafts) + 1) // 2
    return [half for half in (drafts[:middle], drafts[middle:]) if half]


def _chunks(drafts: Sequence[Draft], size: int) -> list[Sequence[Draft]]:
    return [drafts[start : start + size] for start in range(0, len(drafts), size)]
