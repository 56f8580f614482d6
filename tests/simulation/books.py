"""Both sides as they are at the end of a seed, read once, and what can be asked about their records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import text

from procore_sandbox.model.records import Timecard
from tests.simulation.provenance import Record, Stored, keep, our_side, their_side
from tests.simulation.site import SimulatedSite
from webapp.extensions import db

WAITS_FOR_A_PERSON = ("both_changed", "deleted_here", "deleted_there", "lock:", "task:")
"""Reasons that may stand at the end when no fault strikes any more and nothing else was allowed to a seed."""


class Books:
    """Both sides as they are at the end, read once. `has_accepted`: differences may stay that a direction, while it was
    off, was told to leave alone (R9); then each side is compared with its own face of the base."""

    def __init__(
        self, site: SimulatedSite, allowed: tuple[str, ...] = (), *, has_accepted: bool = False
    ) -> None:
        self.site, self.allowed, self.has_accepted = site, (*WAITS_FOR_A_PERSON, *allowed), has_accepted
        with site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:

            def rows(sql: str) -> list[dict[str, Any]]:
                found = connection.execute(text(sql), {"company": site.company_id})
                return [dict(row._mapping) for row in found]

            (company,) = rows("SELECT connected_at FROM companies WHERE id = :company")
            self.connected_at = str(company["connected_at"])
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
            self.history = rows("SELECT * FROM timesheet_changes WHERE company_id = :company ORDER BY id")
            self.conflicts = rows("SELECT * FROM conflicts WHERE company_id = :company ORDER BY id")
            self.codes = _map(
                rows(
                    "SELECT id, procore_cost_code_id AS theirs FROM project_items WHERE company_id = :company"
                )
            )
        self.cards = {c.id: c for c in site.world.state.timecards if c.company_id == site.theirs.id}
        self.is_split = site.world.state.switches.overtime_split == "always"
        """By overtime rules: then the parts of a card have the same words."""
        self.asked_doubles = {
            link["procore_id"]
            for link in self.links
            if link["reason_key"] == "origin_id_taken"
            and (
                site.world.state.switches.empty_keys == "more"
                or self.is_put_back(link["procore_id"])
                or self._has_owner_in_conflict_or_gone(link["procore_id"])
                or self._are_all_touched(link["procore_id"])
            )
        }
        """What becomes of them is asked (D6): doubles that we had deleted and that a person put back, those of a
        timesheet about which a person is being asked, or that was deleted with its card before this one appeared;
        two cards that were both changed since, and all where Procore does not say who made a card."""

    def differing(self) -> set[str]:
        """What is not yet the same on both sides, and waits for no person."""
        linked = {link["procore_id"] for link in self.links}
        booked = {link["timesheet_id"] for link in self.links}
        cards = (card for card in self.cards.values() if card.deleted_at is None and self.is_in_reach(card))
        sheets = (sheet for sheet in self.timesheets.values() if sheet["deleted_at"] is None)
        return {
            *(f"card {card.id}" for card in cards if card.id not in linked),
            *(f"timesheet {sheet['id']}" for sheet in sheets if sheet["id"] not in booked),
            *(
                f"link {link['id']}"
                for link in self.links
                if not self.is_allowed(link) and self.difference(link)
            ),
        }

    def is_allowed(self, link: dict[str, Any]) -> bool:
        """Whether its reason may stand at the end. Older than the connection are cards only: a seed begins later."""
        if link["reason_key"] == "before_connection":
            card = self.cards.get(link["procore_id"])
            is_older = card is not None and str(card.created_at.replace(tzinfo=None)) < self.connected_at
            return is_older and link["timesheet_id"] is None
        if link["reason_key"] == "split_off":
            return any(
                whole["state"] != "in_sync" and self.is_allowed(whole) for whole in self._whole_of(link)
            )
        if link["reason_key"] == "split_there":
            return any(link in self._whole_of(part) and part["is_excluded_for_good"] for part in self.links)
        return (link["reason_key"] or "").startswith(self.allowed)

    def _whole_of(self, part: dict[str, Any]) -> list[dict[str, Any]]:
        """The record of the card that Procore split this one off."""
        return [link for link in self.links if part["split_of"] and link["procore_id"] == part["split_of"]]

    def is_in_reach(self, card: Timecard) -> bool:
        installation = self.site.world.installation(card.company_id)
        is_old = (card.description or "").startswith("old")
        return (
            installation is not None and card.project_id in installation.permitted_project_ids and not is_old
        )

    def is_beyond_reach(self, link: dict[str, Any]) -> bool:
        """Of a card that Procore does not show to the app, nothing can be learnt (D102)."""
        card = self.cards.get(link["procore_id"])
        return link["reason_key"] == "cannot_be_seen" and (card is None or not self.is_in_reach(card))

    def difference(self, link: dict[str, Any]) -> str | None:
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
        if self.has_accepted:
            pairs = self._with_own_faces(link, sheet, card)
        different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        return f"differs in {different}" if different else None

    @staticmethod
    def _with_own_faces(
        link: dict[str, Any], sheet: dict[str, Any], card: Timecard
    ) -> dict[str, tuple[Any, Any]]:
        ours, theirs = (as_json(link[name]) or {} for name in ("base_ours", "base_theirs"))
        hours = [None if face.get("hours") is None else Decimal(face["hours"]) for face in (ours, theirs)]
        return {
            "our hours": (Decimal(sheet["hours"]) / 1_000_000, hours[0]),
            "their hours": (card.hours, hours[1]),
            "our words": (sheet["description"], ours.get("description")),
            "their words": (card.description or None, theirs.get("description")),
            "our date": (str(sheet["date"]), ours.get("date")),
            "their date": (str(card.date), theirs.get("date")),
            "our person": (sheet["user_id"], ours.get("person")),
            "their person": (card.party_id, theirs.get("person")),
            "our project": (sheet["project_id"], ours.get("project")),
            "their project": (card.project_id, theirs.get("project")),
            "our type": (sheet["task_id"], ours.get("time_type")),
            "their type": (card.timecard_time_type_id, theirs.get("time_type")),
            "our billable": (bool(sheet["billable"]), ours.get("billable")),
            "their billable": (card.billable, theirs.get("billable")),
        }

    def records(self) -> Iterator[Record]:
        state = self.site.world.state
        service = next(u.name for u in state.users if u.is_service and u.company_id == self.site.theirs.id)
        lines: dict[int, list[dict[str, Any]]] = {}
        for line in self.history:
            lines.setdefault(line["timesheet_id"], []).append(line)
        for link in self.links:
            sheet, card = self.timesheets.get(link["timesheet_id"]), self.cards.get(link["procore_id"])
            ours = our_side(sheet, lines.get(sheet["id"], [])) if sheet else None
            number = sheet["origin_id"] if sheet else None
            former = [
                self.cards[key]
                for key, of_link in self.site.deleted.items()
                if of_link == link["id"] or (number and self.cards[key].origin_id == number)
            ]
            sides = {
                c.id: their_side(
                    c, state.changes_of_card.get(c.id, []), service, born_by_person=c.origin_id is None
                )
                for c in (*former, card)
                if c is not None
            }
            theirs = sides.pop(card.id, None) if card is not None else None
            record = Record(f"link {link['id']}", ours, theirs, tuple(sides[id_] for id_ in sorted(sides)))
            for unit, values in self.site.accepted.items():
                record.kept[unit] |= values
            for conflict in self.conflicts:
                if conflict["link_id"] == link["id"]:
                    keep(record, as_json(conflict["ours"]))
                    keep(record, as_json(conflict["theirs"]))
            yield record

    def stored(self) -> Stored | None:
        """Procore rounds hours, or leaves those up to the limit on the card and puts the rest on another; its bulk
        create may cut them, and a person may see that before we do."""
        switches = self.site.world.state.switches
        step, limit = Decimal(switches.hours_step_minutes) / 60, Decimal(switches.overtime_after_hours)
        if not step and not self.is_split and not switches.bulk_hours_integer:
            return None

        def stored(hours: Decimal) -> set[Decimal]:
            hours = (hours / step).quantize(Decimal(1), ROUND_HALF_UP) * step if step else hours
            cut = {hours // 1} if switches.bulk_hours_integer else set()
            return {hours, min(hours, limit) if self.is_split else hours, *cut}

        return stored

    def may_miss(self) -> bool:
        fired = self.site.scheduler.faults.fired
        return bool(fired["event_dropped"] or fired["event_delayed"] or self.site.has_lost_events)

    def is_procores_own(self, conflict: dict[str, Any]) -> bool:
        """Procore is the author of the hours that overtime rules left, of what it rounded before our timesheet was
        edited again, and of what a bulk create cut off while its worker was overtaken: when a person has edited the
        card before we find it, nobody can tell (D6)."""
        if conflict["unit"] != "time" or self.is_split:
            return bool(conflict["unit"] == "time")
        base, left = as_json(conflict["base"]), as_json(conflict["theirs"])["hours"]
        sent = base["theirs"]["hours"] if base else None
        stored = self.stored()
        if sent is None or left is None or stored is None:
            return False
        return Decimal(left) != Decimal(sent) and Decimal(left) in stored(Decimal(sent))

    def is_put_back(self, card_id: int) -> bool:
        changes = self.site.world.state.changes_of_card.get(card_id, [])
        return any(change.column == "deleted_at" and change.new_value is None for change in changes)

    def is_second(self, card: Timecard) -> bool:
        """A person entered this card, it was deleted and brought back, and its timesheet has another one by now."""
        had = self.site.deleted.get(card.id)
        has = next((link["id"] for link in self.links if link["procore_id"] == card.id), had)
        return card.origin_id is None and self.is_put_back(card.id) and had != has

    def _has_owner_in_conflict_or_gone(self, card_id: int) -> bool:
        number = self.cards[card_id].origin_id
        owners = {sheet["id"] for sheet in self.timesheets.values() if sheet["origin_id"] == number}
        return any(
            link["timesheet_id"] in owners and (link["state"] == "conflict" or link["is_tombstone"])
            for link in self.links
        )

    def _are_all_touched(self, card_id: int) -> bool:
        number, changes = self.cards[card_id].origin_id, self.site.world.state.changes_of_card
        return all(changes.get(c.id) for c in self.cards.values() if c.origin_id == number)


def stranger_digest(site: SimulatedSite) -> str:
    """Everything of the company that has no part in this, on both sides."""
    told = []
    with site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:
        for table in ("timesheets", "links", "messages", "conflicts", "intents", "users", "projects"):
            rows = connection.execute(
                text(f"SELECT * FROM {table} WHERE company_id = :company ORDER BY 1"),
                {"company": site.stranger_id},
            )
            told.append(repr([tuple(row) for row in rows]))
    cards = [c for c in site.world.state.timecards if c.company_id != site.theirs.id]
    return hashlib.sha256(repr((told, cards)).encode()).hexdigest()


def versions(site: SimulatedSite) -> tuple[Any, ...]:
    """What grows when anything of value is written on either side. For what was overwritten see `found_late`."""
    cards = [c for c in site.world.state.timecards if c.company_id == site.theirs.id]
    theirs = (len(cards), sum(len(changes) for changes in site.world.state.changes_of_card.values()))
    with site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:
        return theirs + tuple(
            connection.execute(text(sql), {"company": site.company_id}).scalar()
            for sql in (
                "SELECT sum(version) FROM timesheets WHERE company_id = :company",
                "SELECT count(*) FROM timesheet_changes WHERE company_id = :company",
                "SELECT count(*) FROM conflicts WHERE company_id = :company AND kind != 'overwritten'",
            )
        )


def as_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _map(rows: list[dict[str, Any]]) -> dict[int, int | None]:
    return {row["id"]: row["theirs"] for row in rows}
