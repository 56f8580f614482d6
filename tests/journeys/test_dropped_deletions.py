"""A person's word that a deletion is not to be carried out: it holds whatever happens to the record meanwhile, until
one of the two sides changes again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from tests.journeys.test_fixed_meanwhile import work
from webapp.services import activity, guard, left_scope, locks, projects, settings
from webapp.store.marks import mark
from webapp.store.models import Link
from webapp.store.session import transaction

CARDS = "*timecard_entries*"
DAY = date(2026, 11, 16)


def ends(site: Site) -> dict[tuple[str, str | None], int]:
    """How many records by state and reason."""
    found: dict[tuple[str, str | None], int] = {}
    for link in site.links():
        found[link.state, link.reason_key] = found.get((link.state, link.reason_key), 0) + 1
    return found


def more_deleted_there_than_usual(site: Site) -> list[int]:
    """Four of eight. Their cards."""
    site.set(guard_deletions=2, guard_deletions_percent=10)
    cards = [site.enter("1.0", person=3 + number).id for number in range(8)]
    site.settle()
    for card in cards[:4]:
        site.world.delete_timecard(site.dana.id, card)
    return cards[:4]


def dropped(site: Site) -> list[int]:
    cards = more_deleted_there_than_usual(site)
    site.settle()
    assert guard.decide(site.company_id, "receive", "drop", "Dana Ortiz") == 4
    return cards


def discarded(site: Site) -> list[int]:
    cards = more_deleted_there_than_usual(site)
    site.settle()
    for message in site.messages("pending"):
        activity.discard(site.actor(), message.id, "Restored tomorrow")
    return cards


def begun_from_now(site: Site) -> list[int]:
    cards = more_deleted_there_than_usual(site)
    site.set(receive=False)
    site.settle()
    settings.change(site.company_id, {"receive": True}, since="now")
    return cards


def procore_is_away(site: Site) -> None:
    site.world.add_fault(effect="refuse", status=503, path=CARDS, times=1)


def the_month_is_locked(site: Site) -> None:
    locks.lock(site.actor(), DAY, DAY)
    site.settle()
    assert {("waiting", "locked"), ("excluded", "discarded")} & ends(site).keys()
    locks.unlock(site.actor(), DAY, DAY)


def receiving_is_off_for_a_while(site: Site) -> None:
    settings.change(site.company_id, {"receive": False})
    site.settle()
    assert {("excluded", "switch:receive"), ("excluded", "discarded")} & ends(site).keys()
    settings.change(site.company_id, {"receive": True}, since="off")


@pytest.mark.parametrize("happens", [procore_is_away, the_month_is_locked, receiving_is_off_for_a_while])
@pytest.mark.parametrize(
    "decide, reason",
    [(dropped, "guard_dropped"), (discarded, "discarded"), (begun_from_now, "before_switch")],
)
def test_what_was_dropped_stays_undone_whatever_its_record_waited_for_since(
    sqlite_site: Site, decide: Callable[[Site], list[int]], reason: str, happens: Callable[[Site], None]
) -> None:
    """D12, D30, D45, D105, R9, R28: hours later, so that the guard would let two of them pass."""
    site = sqlite_site
    site.connect()
    cards = decide(site)
    site.clock.advance(7200)
    site.world.storm(cards[:2], 2)
    happens(site)
    site.settle()
    assert len(site.timesheets()) == 8
    assert ends(site) == {("in_sync", None): 4, ("excluded", reason): 4}
    assert site.messages("pending") == []


def test_our_own_discarded_deletion_is_not_sent_after_an_outage(site: Site) -> None:
    """D44, D105, R28: while Procore is away the record waits for it, and says so."""
    site.connect(send=True)
    key = site.write()
    site.settle()
    [card] = site.cards()
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.settle()
    site.erase(key)
    site.settle()
    [message] = site.messages("pending")
    activity.discard(site.actor(), message.id, None)
    site.world.set_approval(site.dana.id, [card.id], "pending")
    site.world.add_fault(effect="refuse", status=503, path=CARDS, times=1)
    work(site, "settings", lambda: None)
    assert ends(site) == {("waiting", "procore_busy"): 1}
    site.settle()
    assert [each.id for each in site.cards()] == [card.id]
    assert ends(site) == {("excluded", "discarded"): 1}


def test_what_is_dropped_while_a_worker_has_it_in_hand_stays_undone(sqlite_site: Site) -> None:
    """D12: the worker was about to hold it for the administrator who has just decided."""
    site = sqlite_site
    site.connect()
    [card, *_] = more_deleted_there_than_usual(site)
    site.settle()
    with transaction(site.company_id) as session:
        mark(session.query(Link).filter_by(procore_id=card).one(), "event:delete", site.our_clock.now())
    work(site, "guard", lambda: guard.decide(site.company_id, "receive", "drop", "Dana Ortiz"))
    site.settle()
    assert len(site.timesheets()) == 8
    assert ends(site) == {("in_sync", None): 4, ("excluded", "guard_dropped"): 4}
    assert site.messages("pending") == []


def test_a_card_that_came_back_is_deleted_here_when_it_is_deleted_again(sqlite_site: Site) -> None:
    """D12: the word was about the first deletion."""
    site = sqlite_site
    site.connect()
    [card, *_] = dropped(site)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    assert ends(site) == {("in_sync", None): 5, ("excluded", "guard_dropped"): 3}
    site.clock.advance(7200)
    site.world.delete_timecard(site.dana.id, card)
    site.settle()
    assert len(site.timesheets()) == 7


def test_a_record_whose_change_was_dropped_is_deleted_as_any_other(sqlite_site: Site) -> None:
    """D12: what was dropped was the change; a deletion that comes later is another."""
    site = sqlite_site
    site.connect()
    site.set(guard_changes=2, guard_changes_percent=10)
    cards = [site.enter("1.0", person=3 + number).id for number in range(8)]
    site.settle()
    for card in cards[:4]:
        site.edit(card, hours="1.25")
    site.settle()
    assert guard.decide(site.company_id, "receive", "drop", "Dana Ortiz") == 4
    site.world.delete_timecard(site.dana.id, cards[0])
    site.settle()
    assert len(site.timesheets()) == 7


def test_a_timesheet_is_deleted_there_when_a_person_deletes_it_after_a_discarded_change(
    sqlite_site: Site,
) -> None:
    """R28: it is synced again with its next change on either side."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write()
    site.settle()
    [card] = site.cards()
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.settle()
    site.rewrite(key, hours=Decimal(5))
    site.settle()
    [message] = site.messages("pending")
    activity.discard(site.actor(), message.id, None)
    site.world.set_approval(site.dana.id, [card.id], "pending")
    site.erase(key)
    site.settle()
    assert site.cards() == []


def test_an_administrator_may_delete_in_procore_what_was_discarded_before(sqlite_site: Site) -> None:
    """D28, R28: the later word counts."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write()
    site.settle()
    site.set(send_only_linked=True)
    elsewhere = projects.create(site.company_id, "Private")
    site.rewrite(key, project_id=elsewhere.id, project_item_id=None)
    site.settle()
    [message] = site.messages("pending")
    activity.discard(site.actor(), message.id, None)
    site.rewrite(key, description="by the gate")
    site.settle()
    [message] = site.messages("pending")
    left_scope.delete_in_procore(site.actor(), message.id)
    site.settle()
    assert site.cards() == []
