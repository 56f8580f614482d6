"""The invariants of the architecture, as far as the end of a seed shows them. Each gives sentences; none is good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from procore_sandbox.model.records import Timecard
from tests.simulation.site import SimulatedSite
from webapp.domain.timesheet import STATES
from webapp.extensions import db

WAITS_FOR_A_PERSON = (
    "both_changed", "deleted_here", "deleted_there", "lock:", "task:", "before_connection",
)  # fmt: skip
"""Reasons that may stand at the end when no fault strikes any more and nothing else was allowed to a seed."""


@dataclass(frozen=True, slots=True)
class Violation:
    number: int
    sentence: str

    def __str__(self) -> str:
        return f"invariant {self.number}: {self.sentence}"


class Books:
    """Both sides as they are at the end, read once."""

    def __init__(self, site: SimulatedSite, allowed: tuple[str, ...] = ()) -> None:
        self.site, self.allowed = site, (*WAITS_FOR_A_PERSON, *allowed)
        with site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:

            def rows(sql: str) -> list[dict[str, Any]]:
                found = connection.execute(text(sql), {"company": site.company_id})
                return [dict(row._mapping) for row in found]

            self.links = rows("SELECT * FROM links WHERE company_id = :company ORDER BY id")
            self.timesheets = {
                row["id"]: row for row in rows("SELECT * FROM timesheets WHERE company_id = :company")
            }
            self.people = _map(
                rows("SELECT id, procore_person_id AS theirs FROM users WHERE company_id = :company")
            )
            self.projects = _map(
                rows("SELECT id, procore_project_id AS theirs FROM projects WHERE company_id = :company")
            )
            self.types = _map(
                rows("SELECT id, procore_time_type_id AS theirs FROM tasks WHERE company_id = :company")
            )
            self.codes = _map(
                rows(
                    "SELECT id, procore_cost_code_id AS theirs FROM project_items WHERE company_id = :company"
                )
            )
        self.cards = {c.id: c for c in site.world.state.timecards if c.company_id == site.theirs.id}

    def violations(self) -> Iterator[Violation]:
        yield from self.equal_or_explained()
        yield from self.nothing_doubled()
        yield from self.in_one_state()

    # ---- 1 -------------------------------------------------------------------------------------------

    def equal_or_explained(self) -> Iterator[Violation]:
        linked_cards = {link["procore_id"] for link in self.links}
        linked_sheets = {link["timesheet_id"] for link in self.links}
        for card in self.cards.values():
            if card.deleted_at is None and card.id not in linked_cards and self._is_in_reach(card):
                yield Violation(1, f"card {card.id} is in no book")
        for sheet in self.timesheets.values():
            if sheet["deleted_at"] is None and sheet["id"] not in linked_sheets:
                yield Violation(1, f"timesheet {sheet['id']} is in no book")
        for link in self.links:
            if link["is_dirty"] and link["not_before"] is None:
                yield Violation(1, f"link {link['id']} is still due: {link['reason_key']}")
            if link["state"] == "in_sync":
                difference = self._difference(link)
                if difference:
                    yield Violation(1, f"link {link['id']} is called in sync, but {difference}")
            elif not (link["reason_key"] or "").startswith(self.allowed) and not self._is_beyond_reach(link):
                yield Violation(
                    1,
                    f"link {link['id']} still is {link['state']}: {link['reason_key']} {link['reason_text']}",
                )

    def _is_beyond_reach(self, link: dict[str, Any]) -> bool:
        """Of a card that Procore does not show to the app, nothing can be learnt (D102)."""
        card = self.cards.get(link["procore_id"])
        return link["reason_key"] == "cannot_be_seen" and (card is None or not self._is_in_reach(card))

    def _is_in_reach(self, card: Timecard) -> bool:
        installation = self.site.world.installation(card.company_id)
        is_old = (card.description or "").startswith("old")
        return (
            installation is not None and card.project_id in installation.permitted_project_ids and not is_old
        )

    def _difference(self, link: dict[str, Any]) -> str | None:
        sheet, card = self.timesheets.get(link["timesheet_id"]), self.cards.get(link["procore_id"])
        has_sheet = sheet is not None and sheet["deleted_at"] is None
        has_card = card is not None and card.deleted_at is None
        if has_sheet != has_card:
            return f"timesheet {link['timesheet_id']} {has_sheet}, card {link['procore_id']} {has_card}"
        if sheet is None or card is None or not has_sheet:
            return None
        pairs = {
            "hours": (sheet["hours"], int(card.hours * 1_000_000)),
            "date": (str(sheet["date"]), str(card.date)),
            "description": (sheet["description"], card.description or None),
            "billable": (bool(sheet["billable"]), card.billable),
            "person": (self.people.get(sheet["user_id"]), card.party_id),
            "project": (self.projects.get(sheet["project_id"]), card.project_id),
            "time type": (self.types.get(sheet["task_id"]), card.timecard_time_type_id),
            "cost code": (self.codes.get(sheet["project_item_id"]), card.cost_code_id),
        }
        different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        return f"differs in {different}" if different else None

    # ---- 2 -------------------------------------------------------------------------------------------

    def nothing_doubled(self) -> Iterator[Violation]:
        origins = Counter(c.origin_id for c in self.cards.values() if c.origin_id and c.deleted_at is None)
        for origin, count in origins.items():
            if count > 1:
                yield Violation(2, f"{count} live cards carry the number {origin}")
        for side, rows in (
            ("cards", [c.description for c in self.cards.values() if c.deleted_at is None]),
            ("timesheets", [s["description"] for s in self.timesheets.values() if s["deleted_at"] is None]),
        ):
            for words, count in Counter(rows).items():
                if words and count > 1:
                    yield Violation(2, f"{count} live {side} say {words!r}")

    # ---- 6 -------------------------------------------------------------------------------------------

    def in_one_state(self) -> Iterator[Violation]:
        for link in self.links:
            if link["state"] not in STATES:
                yield Violation(6, f"link {link['id']} is in state {link['state']!r}")
            if link["state"] != "in_sync" and not (link["reason_key"] and link["reason_text"]):
                yield Violation(6, f"link {link['id']} is {link['state']} without a reason")


def _map(rows: list[dict[str, Any]]) -> dict[int, int | None]:
    return {row["id"]: row["theirs"] for row in rows}
