"""Whether both sides hold the same: every timesheet is one live card, every live card one timesheet, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from benchmarks.site import Site


def differences(site: Site, entered: Iterable[int], written: Iterable[int]) -> list[str]:
    """What is not as it should be, in words; empty when all is well. `entered`: ids of cards that people entered at
    Procore; `written`: ids of timesheets that were entered here."""
    cards = {int(card["id"]): card for card in site.cards()}
    timesheets = site.timesheets()
    numbers, codes = site.their_numbers()
    users = {row["id"]: row["employee_number"] for row in site.api.pages("/users")}
    paired = Counter(_card_of(t) for t in timesheets if _card_of(t))
    return [
        *(f"timesheet {t['id']} has no card: {t['sync']}" for t in timesheets if not _card_of(t)),
        *(f"{count} timesheets share card {card}" for card, count in paired.items() if count > 1),
        *(f"card {card} has no timesheet" for card in sorted(cards.keys() - paired.keys())),
        *(f"timesheet of card {card}, which is gone" for card in sorted(paired.keys() - cards.keys())),
        *(f"card {card} is missing" for card in sorted(set(entered) - cards.keys())),
        *(f"timesheet {key} is missing" for key in sorted(set(written) - {t["id"] for t in timesheets})),
        *_surplus(len(timesheets), len(set(entered)) + len(set(written))),
        *(line for t in timesheets for line in unequal(t, cards.get(_card_of(t)), users, numbers, codes)),
    ]


def _card_of(timesheet: dict[str, Any]) -> int:
    return int(timesheet["sync"]["procore_id"] or 0)


def _surplus(there: int, expected: int) -> list[str]:
    return [] if there == expected else [f"{there} timesheets where {expected} were expected"]


def unequal(
    timesheet: dict[str, Any],
    card: dict[str, Any] | None,
    users: dict[int, str],
    numbers: dict[int, str],
    codes: dict[int, str],
) -> list[str]:
    """The fields in which a timesheet and its card differ. `users`, `numbers`: employee numbers by our and by Procore's
    id; `codes`: full codes by Procore's id. No card: none."""
    if card is None:
        return []
    user, item = timesheet["user"], timesheet["project_item"]
    sides = {
        "state": (timesheet["sync"]["state"], "in_sync"),
        "date": (timesheet["date"], card["date"]),
        "hours": (Decimal(timesheet["hours"]), Decimal(card["hours"])),
        "person": (
            users[user["id"]] if user else None,
            numbers[card["party"]["id"]] if card["party"] else None,
        ),
        "description": (timesheet["description"], card["description"]),
        "billable": (timesheet["billable"], card["billable"]),
        "code": (
            item["code"] if item else None,
            codes[card["cost_code"]["id"]] if card["cost_code"] else None,
        ),
        "start": (_moment(timesheet["start"]), _moment(card["time_in"])),
        "stop": (_moment(timesheet["stop"]), _moment(card["time_out"])),
    }
    return [
        f"timesheet {timesheet['id']}, card {card['id']}: {name} {ours!r} here, {theirs!r} there"
        for name, (ours, theirs) in sides.items()
        if ours != theirs
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
