"""The invariants of the architecture, as far as the end of a seed shows them. Each gives sentences; none is good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.books import Books, as_json, stranger_digest
from tests.simulation.provenance import lost_values
from webapp.domain.timesheet import STATES

UNNOTICED = timedelta(seconds=2)
"""So young a read is audited only when events tell of another's change. One of a list that lags is older than it
seems."""
BELATED = ("late_effect", "stall")
"""Faults by which our own deletion may arrive after somebody has put the record back."""
IN_DOUBT = ("kill", "lost_answer", "commit_refused", "commit_unknown", "busy")
"""After these, and after a change of settings under way, nobody knows whether our deletion was done; where a person put
it back meanwhile, that is done again."""


@dataclass(frozen=True, slots=True)
class Violation:
    number: int
    sentence: str

    def __str__(self) -> str:
        return f"invariant {self.number}: {self.sentence}"


def violations(books: Books, *, has_history: bool = True) -> Iterator[Violation]:
    """`has_history`: our side can still say who entered what."""
    yield from equal_or_explained(books)
    yield from nothing_doubled(books)
    if has_history:
        yield from nothing_lost(books)
        yield from nothing_asked_in_vain(books)
    yield from in_one_state(books)


def equal_or_explained(books: Books) -> Iterator[Violation]:
    linked_cards = {link["procore_id"] for link in books.links}
    linked_sheets = {link["timesheet_id"] for link in books.links}
    for card in books.cards.values():
        if card.deleted_at is None and card.id not in linked_cards and books.is_in_reach(card):
            yield Violation(1, f"card {card.id} is in no book")
    for sheet in books.timesheets.values():
        if sheet["deleted_at"] is None and sheet["id"] not in linked_sheets:
            yield Violation(1, f"timesheet {sheet['id']} is in no book")
    for link in books.links:
        if link["is_dirty"] and link["not_before"] is None:
            yield Violation(1, f"link {link['id']} is still due: {link['reason_key']}")
        if link["state"] == "in_sync":
            difference = books.difference(link)
            if difference:
                yield Violation(1, f"link {link['id']} is called in sync, but {difference}")
        elif not (
            books.is_allowed(link) or link["procore_id"] in books.asked_doubles or books.is_beyond_reach(link)
        ):
            yield Violation(
                1,
                f"link {link['id']} still is {link['state']}: {link['reason_key']} {link['reason_text']}",
            )


def nothing_doubled(books: Books) -> Iterator[Violation]:
    """What a person brought back in Procore, after its timesheet had been brought back here and got another card, are
    two records: both were asked for."""
    twice = {c.id for c in books.cards.values() if c.deleted_at is None and books.is_second(c)}
    of_twice = {link["timesheet_id"] for link in books.links if link["procore_id"] in twice}
    live = [c for c in books.cards.values() if c.deleted_at is None and c.id not in books.asked_doubles]
    origins = Counter(card.origin_id for card in live if card.origin_id)
    for origin, count in origins.items():
        if count > 1:
            yield Violation(2, f"{count} live cards carry the number {origin}")
    for side, rows in (
        ()
        if books.is_split
        else (
            ("cards", [card.description for card in live if card.id not in twice]),
            (
                "timesheets",
                [
                    s["description"]
                    for s in books.timesheets.values()
                    if s["deleted_at"] is None and s["id"] not in of_twice
                ],
            ),
        )
    ):
        for words, count in Counter(rows).items():
            if words and count > 1:
                yield Violation(2, f"{count} live {side} say {words!r}")


def nothing_lost(books: Books) -> Iterator[Violation]:
    fired, lag = books.site.scheduler.faults.fired, books.site.world.state.switches.list_lag_seconds
    unnoticed = UNNOTICED + timedelta(seconds=lag) if books.may_miss() else timedelta()
    for card_id, record in zip((link["procore_id"] for link in books.links), books.records(), strict=True):
        if card_id in books.cards and books.is_second(books.cards[card_id]):
            continue  # its history is that of another record
        lost = lost_values(record, unnoticed=unnoticed, stored=books.stored())
        for sentence in lost:
            yield Violation(3, sentence)
        if record.ours is None or record.theirs is None or any(fired[name] for name in BELATED):
            continue
        by_us, by_persons = (record.deletions(by_engine=by_engine) for by_engine in (True, False))
        is_lost = any(fired[name] for name in IN_DOUBT) or books.site.has_lost_events
        is_in_doubt = is_lost and books.is_put_back(card_id)
        if by_us > by_persons and not is_in_doubt:
            yield Violation(3, f"{record.name}: {by_us} deletions by us, {by_persons} by persons")


def nothing_asked_in_vain(books: Books) -> Iterator[Violation]:
    """A conflict has an author on each side. Where answers are lost or lists lag, our own write may be one."""
    if books.site.scheduler.faults.fired or books.site.world.state.switches.list_lag_seconds:
        return
    kept = [c for c in books.conflicts if c["kind"] == "fields"]
    for link, record in zip(books.links, books.records(), strict=True):
        for conflict in kept:
            if conflict["link_id"] != link["id"] or books.is_procores_own(conflict):
                continue
            ours, theirs = as_json(conflict["ours"]), as_json(conflict["theirs"])
            if not record.has_authors_of(conflict["unit"], ours, theirs):
                yield Violation(3, f"link {link['id']}: nobody disagrees about {conflict['unit']}")


def found_late(books: Books, known: set[int]) -> Iterator[Violation]:
    """Conflicts beside these tell of what was overwritten. An event that comes twice looks like somebody else's, so
    that we look at our writes once more: then an edit is kept whose own event was lost. Nothing else is found."""
    records = dict(zip((link["id"] for link in books.links), books.records(), strict=True))
    for conflict in books.conflicts:
        if conflict["kind"] != "overwritten" or conflict["id"] in known:
            continue
        side, theirs = records[conflict["link_id"]].theirs, as_json(conflict["theirs"])
        if not (books.may_miss() and side is not None and side.gave_way(conflict["unit"], theirs)):
            yield Violation(
                4, f"link {conflict['link_id']}: at rest {conflict['unit']} was found overwritten"
            )


def nothing_beyond(books: Books, stranger: str) -> Iterator[Violation]:
    """`stranger`: the other company as it was at the start. What overtime rules split off an old card is a new one, and
    has its words."""
    if stranger_digest(books.site) != stranger:
        yield Violation(5, "another company was touched")
    state = books.site.world.state
    service = {u.name for u in state.users if u.is_service}
    parts = {card.id for card in books.cards.values() if card.split_parent_id is not None}
    for card in books.cards.values():
        is_old = (card.description or "").startswith("old") and card.id not in parts
        if is_old and any(change.created_by in service for change in state.changes_of_card.get(card.id, [])):
            yield Violation(5, f"card {card.id} is older than the connection and was changed")
    of_parts = {link["timesheet_id"] for link in books.links if link["procore_id"] in parts}
    for sheet in books.timesheets.values():
        if (sheet["description"] or "").startswith("old") and sheet["id"] not in of_parts:
            yield Violation(5, f"timesheet {sheet['id']} is a copy of an excluded card")


def in_one_state(books: Books) -> Iterator[Violation]:
    for link in books.links:
        if link["state"] not in STATES:
            yield Violation(6, f"link {link['id']} is in state {link['state']!r}")
        if link["state"] != "in_sync" and not (link["reason_key"] and link["reason_text"]):
            yield Violation(6, f"link {link['id']} is {link['state']} without a reason")


def unnoticed(books: Books) -> Iterator[Violation]:
    """Where every event came and no sweep ran: what only a sweep would find. A create in doubt is told with its
    timesheet, which waits or failed."""
    linked = {link["procore_id"] for link in books.links}
    in_doubt = {
        books.timesheets[link["timesheet_id"]]["origin_id"]
        for link in books.links
        if link["state"] != "in_sync" and link["timesheet_id"] in books.timesheets
    } - {None}
    for card in books.cards.values():
        is_known = card.id in linked or card.origin_id in in_doubt
        if card.deleted_at is None and not is_known and books.is_in_reach(card):
            yield Violation(7, f"nobody noticed card {card.id}")
    for link in books.links:
        if link["state"] == "in_sync" and (difference := books.difference(link)):
            yield Violation(7, f"nobody noticed that link {link['id']} {difference}")
