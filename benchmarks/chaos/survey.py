"""What is left when both sides rest, against what people were told was done. Every line of `violations` is one broken
promise, in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from benchmarks.chaos import made
from benchmarks.chaos.book import FIELDS, Book, mark_of
from benchmarks.chaos.people import DAYS
from benchmarks.equality import unequal
from benchmarks.site import Site, today

BY_KEY = "API key "
"""How our history names people who come by the API; everything else in it is the sync's."""
STATES = ("in_sync", "waiting", "failed", "conflict", "excluded")
MOST = 5000
"""As many cards as the local Procore lists at once."""


@dataclass(slots=True)
class Kept:
    """All that both sides hold of one record, living and deleted, and the conflicts about it."""

    ours: list[dict[str, Any]] = field(default_factory=list)
    ours_gone: list[dict[str, Any]] = field(default_factory=list)
    theirs: list[dict[str, Any]] = field(default_factory=list)
    theirs_gone: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def reason(self) -> dict[str, Any] | None:
        """Why it is not in sync, where that is said."""
        for row in (*self.ours, *self.ours_gone):
            if row["sync"]["state"] != "in_sync" and row["sync"]["reason"]:
                found: dict[str, Any] = row["sync"]["reason"]
                return found
        return None


class Survey:
    """Reads both sides once, then judges."""

    def __init__(self, site: Site, book: Book) -> None:
        self.site, self.book = site, book
        self.kept: dict[str, Kept] = defaultdict(Kept)
        self.person = next(user["name"] for user in self._users() if user["is_admin"])
        self._read()
        self.ledger: dict[str, dict[str, Any]] = site.api.get("/ledger")
        self.reasons = Counter(
            reason["key"].partition(":")[0] for kept in self.kept.values() if (reason := kept.reason)
        )

    def _users(self) -> list[dict[str, Any]]:
        state = self.site.procore.get("/sandbox/api/state")
        users: list[dict[str, Any]] = next(
            c["users"] for c in state["companies"] if int(c["id"]) == self.site.procore_id
        )
        return users

    def _read(self) -> None:
        api, procore = self.site.api, self.site.procore
        cards = procore.get(f"{self.site.theirs}/timecards", limit=MOST, deleted=1)
        if len(cards) >= MOST:
            raise RuntimeError(f"more than {MOST} cards: the survey does not see all of them")
        self.cards = {int(card["id"]): card for card in cards}
        timesheets = self.site.timesheets()
        gone = api.pages("/timesheets", deleted="true")
        by_timesheet = {}
        for name, rows in (("ours", timesheets), ("ours_gone", gone)):
            for row in rows:
                if mark := mark_of(row["description"]):
                    getattr(self.kept[mark], name).append(row)
                    by_timesheet[row["id"]] = mark
        by_card = {}
        for key, card in self.cards.items():
            if mark := mark_of(card["description"]):
                (self.kept[mark].theirs_gone if card["deleted_at"] else self.kept[mark].theirs).append(card)
                by_card[str(key)] = mark
        for each in api.pages("/conflicts"):
            if mark := by_timesheet.get(each["timesheet_id"]) or by_card.get(each["procore_id"]):
                self.kept[mark].conflicts.append(each)
        self.users = {row["id"]: row["employee_number"] for row in api.pages("/users")}
        self.numbers, self.codes = self.site.their_numbers()

    # ---- judging ---------------------------------------------------------------------------------------

    def broken(self) -> dict[str, list[str]]:
        """By promise, a line for each time that it was broken."""
        return {
            "lost": self.lost(),
            "doubled": self.doubled(),
            "made twice": self.made_twice(),
            "unequal": self.unequal() + self._unexplained(),
            "ledger": self.ledger_faults(),
        }

    def lost(self) -> list[str]:
        """Accepted writes that are nowhere: not on either side, not replaced by a person, not kept as a conflict."""
        return [
            *(f"{mark}, created {side}: nowhere" for mark, side in self.book.born.items() if not self._is_known(mark)),
            *(line for mark in self.book.deleted for line in self._undeleted(mark)),
            *(line for mark in self.book.values for line in self._vanished(mark)),
        ]  # fmt: skip

    def doubled(self) -> list[str]:
        """More than one live timesheet or card for one record, or one card for two timesheets."""
        lines = [
            f"{mark}: {len(kept.ours)} timesheets, {len(kept.theirs)} cards"
            for mark, kept in self.kept.items()
            if len(kept.ours) > 1 or len(kept.theirs) > 1
        ]
        owners = Counter(
            row["sync"]["procore_id"]
            for kept in self.kept.values()
            for row in kept.ours
            if row["sync"]["procore_id"]
        )
        origins = Counter(
            card["origin_id"] for card in self.cards.values() if card["origin_id"] and not card["deleted_at"]
        )
        lines += [f"{count} timesheets share card {card}" for card, count in owners.items() if count > 1]
        return lines + [f"{count} cards have origin id {key}" for key, count in origins.items() if count > 1]

    def made_twice(self) -> list[str]:
        """Records of which a second card or timesheet was ever made beside the first, whatever became of it (D6)."""
        timesheets = {mark: [*kept.ours, *kept.ours_gone] for mark, kept in self.kept.items()}
        return [
            *made.cards_made_twice(self.cards.values(), _mark, self._deletion),
            *made.timesheets_made_twice(timesheets),
        ]

    def made_again(self) -> int:
        """Cards that took the place of a deleted one."""
        return made.cards_made_again(self.cards.values(), _mark, self._deletion)

    def unequal(self) -> list[str]:
        """In sync, and yet not the same on both sides; or not in sync without a reason."""
        return [line for mark in self.kept for line in self._unequal(mark)]

    def ledger_faults(self) -> list[str]:
        """The five states add up to all, in records and hours, and to the records that live on either side."""
        parts = [self.ledger[state] for state in STATES]
        total = self.ledger["total"]
        alive = sum(bool(kept.ours or kept.theirs) for kept in self.kept.values())
        sums = {
            "records": (sum(part["records"] for part in parts), total["records"]),
            "hours": (sum((Decimal(part["hours"]) for part in parts), Decimal(0)), Decimal(total["hours"])),
            "records that live": (total["records"], alive),
        }
        return [f"{what}: {a} against {b}" for what, (a, b) in sums.items() if a != b]

    def _unexplained(self) -> list[str]:
        """What a check of these days finds different although the record says that it is in sync."""
        days = {"from": (today() - timedelta(days=DAYS + 1)).isoformat(), "to": today().isoformat()}
        found = self.site.api.post("/checks", days)["differences"]
        known = {
            str(key)
            for kept in self.kept.values()
            if kept.reason is not None
            for row in (*kept.ours, *kept.ours_gone)
            for key in (f"ours {row['id']}", f"theirs {row['sync']['procore_id']}")
        }
        return [
            f"the check finds: {each}"
            for each in found
            if not known & {f"ours {each['timesheet_id']}", f"theirs {each['procore_id']}"}
        ]

    def _history(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        shown = self.site.procore.get(f"/sandbox/api/timecards/{card['id']}")
        lines: list[dict[str, Any]] = shown["change_history"]
        return lines

    def _deletion(self, card: dict[str, Any]) -> int | None:
        """The history line that deleted it."""
        if card["deleted_at"] is None:
            return None
        return max(int(line["id"]) for line in self._history(card) if line["column"] == "deleted_at")

    def _is_known(self, mark: str) -> bool:
        kept = self.kept.get(mark)
        return kept is not None and bool(kept.ours or kept.ours_gone or kept.theirs or kept.theirs_gone)

    def _undeleted(self, mark: str) -> Iterable[str]:
        kept = self.kept[mark]
        if (kept.ours or kept.theirs) and not kept.conflicts and kept.reason is None:
            yield f"{mark}, deleted {self.book.deleted[mark]}: it lives, and no conflict says why"

    def _vanished(self, mark: str) -> Iterable[str]:
        kept, entered = self.kept[mark], self.book.values[mark]
        live = {(name, _plain(name, row[name])) for row in (*kept.ours, *kept.theirs) for name in FIELDS}
        missing = {value for value in entered if (value[0], _plain(*value)) not in live}
        if not missing:
            return
        explained = self._in_conflicts(kept) | self._replaced(kept)
        for name, value in sorted(missing):
            if (name, _plain(name, value)) not in explained:
                yield f"{mark}: {name} {value!r} was accepted and is gone without a trace"

    def _in_conflicts(self, kept: Kept) -> set[tuple[str, str]]:
        return {
            (name, _plain(name, values[name]))
            for each in kept.conflicts
            for side in ("ours", "theirs")
            if (values := each[side]["values"])
            for name in FIELDS
            if name in values
        }

    def _replaced(self, kept: Kept) -> set[tuple[str, str]]:
        """Values that a person has overwritten or deleted, on the side where they stood."""
        found = set()
        for row in (*kept.ours, *kept.ours_gone):
            for line in self.site.api.get(f"/timesheets/{row['id']}/history"):
                if line["by"].startswith(BY_KEY):
                    changes = line["changes"]
                    found |= {(n, _plain(n, changes[n]["from"])) for n in FIELDS if n in changes}
        for card in (*kept.theirs, *kept.theirs_gone):
            mine = [line for line in self._history(card) if line["created_by"] == self.person]
            found |= {(line["column"], _plain(line["column"], line["old_value"])) for line in mine}
            if any(line["column"] == "deleted_at" for line in mine):
                found |= {(name, _plain(name, card[name])) for name in FIELDS}
        return found

    def _unequal(self, mark: str) -> Iterable[str]:
        kept = self.kept[mark]
        if kept.reason is not None or not (kept.ours or kept.theirs):
            return
        if not kept.ours or not kept.theirs:
            where = "here" if kept.ours else "in Procore"
            yield f"{mark}: only {where}, and no reason says why: {[row['sync'] for row in kept.ours]}"
        for row in kept.ours:
            card = self.cards.get(int(row["sync"]["procore_id"] or 0))
            yield from unequal(row, card, self.users, self.numbers, self.codes)


def _mark(card: dict[str, Any]) -> str | None:
    return mark_of(card["description"])


def _plain(name: str, value: Any) -> str:
    """A value in one spelling, whichever side wrote it."""
    return f"{Decimal(value):.2f}" if name == "hours" and value is not None else str(value)
