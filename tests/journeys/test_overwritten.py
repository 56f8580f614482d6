"""An edit that falls between our read and our write is never lost without a trace: invariant 3, M8."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from tests.journeys.both_sides import conflicts, stands
from webapp.domain.timecard import from_json
from webapp.services import sync, timesheets
from webapp.store.models import ClashRow, WriteRow
from webapp.store.session import reading
from webapp.store.sync_store import SyncStore


def just_before(site: Site, method: str, act: Callable[[], Any]) -> None:
    """`act` happens at Procore in the instant before the next request of that method is handled."""
    call = site.world.call
    waiting = [act]

    def meanwhile(asked: str, path: str, *rest: Any) -> Any:
        if asked == method and "timecard_entries" in path and waiting:
            waiting.pop()()
        return call(asked, path, *rest)

    site.world.call = meanwhile  # type: ignore[assignment,method-assign]  # somebody else is at Procore, too


def overwritten(site: Site) -> list[ClashRow]:
    with reading(site.company_id) as session:
        return session.query(ClashRow).filter_by(kind="overwritten").all()


def histories(site: Site) -> int:
    return sum(row.count for row in site.world.call_counts() if "change_history" in row.route)


def test_a_value_that_our_update_overwrote_unseen_is_kept(shared: tuple[Site, int, int]) -> None:
    """Invariant 3: Dana's 6.5 hours were entered after our read; they are found in the card's history and kept."""
    site, timesheet, card = shared
    just_before(site, "PATCH", lambda: site.edit(card, hours="6.5"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    (kept,) = overwritten(site)
    assert (kept.unit, kept.winner) == ("time", "ours")
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")
    assert from_json(kept.ours or {}).hours == Decimal("7")
    assert kept.resolved_at is not None
    assert [c.hours for c in site.cards()] == [Decimal("7.0")]


def test_a_value_that_our_slow_update_overwrote_unseen_is_kept(shared: tuple[Site, int, int]) -> None:
    """Invariant 3: what was read a moment before we sent is twenty seconds old when Procore carries it out. No event
    tells of Dana's edit."""
    site, timesheet, card = shared

    def meanwhile() -> None:
        site.edit(card, hours="6.5")
        site.clock.advance(20)

    just_before(site, "PATCH", meanwhile)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle(webhooks=False)
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")
    assert [t.hours for t in site.timesheets()] == [Decimal("7.0")]


@pytest.mark.parametrize("is_followed", [False, True])
def test_so_is_one_that_a_worker_overwrote_that_stood_still_before(
    shared: tuple[Site, int, int], monkeypatch: pytest.MonkeyPatch, is_followed: bool
) -> None:
    """Invariant 3: what was read half an hour before is read again, and then Dana edits. Another update of ours follows
    before her event comes."""
    site, timesheet, card = shared
    write_down = SyncStore.log_writes

    def paused(*args: Any) -> dict[int, int]:
        numbers = write_down(*args)
        site.clock.advance(1800)
        return numbers

    just_before(site, "PATCH", lambda: site.edit(card, hours="6.5"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    with monkeypatch.context() as patch:
        patch.setattr(SyncStore, "log_writes", paused)
        sync.drain()
    if is_followed:
        site.rewrite(timesheet, description="by the gate")
        sync.drain()
    site.settle()
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")


def test_an_edit_before_a_new_card_is_read_back_is_not_taken_for_a_rounding(site: Site) -> None:
    """D42, D47: Dana moves the card a second after it was made; it is deleted here meanwhile, and a person is asked."""
    site.connect(receive=True, send=True)
    timesheet = site.write("8.0")

    def meanwhile() -> None:
        site.clock.advance(1)
        site.edit(site.cards()[0].id, date="2026-11-24")
        site.erase(timesheet)

    just_before(site, "GET", meanwhile)
    site.settle()
    assert stands(site) == ([], [Decimal(8)])
    assert conflicts(site) == ["deleted_here"]


def test_hours_that_procore_rounds_are_known_as_our_own(shared: tuple[Site, int, int]) -> None:
    """Invariant 3, D47: the history names what Procore made of our hours, not what we sent."""
    site, timesheet, card = shared
    site.world.set_switches(hours_step_minutes=15)
    just_before(site, "PATCH", lambda: site.edit(card, hours="6.5"))
    site.rewrite(timesheet, hours=Decimal("6.8"))
    site.settle()
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")
    assert [c.hours for c in site.cards()] == [Decimal("6.75")]


@pytest.mark.parametrize("effect", ["lose_answer", "late_effect"])
def test_so_they_are_where_no_answer_tells_what_became_of_them(
    shared: tuple[Site, int, int], effect: str
) -> None:
    """Invariant 3, D47: nor is Dana's value what we had read."""
    site, timesheet, card = shared
    site.world.set_switches(hours_step_minutes=15)
    site.world.add_fault(effect=effect, method="PATCH", seconds=6, times=1)
    just_before(site, "PATCH", lambda: site.edit(card, hours="6.5"))
    site.rewrite(timesheet, hours=Decimal("6.8"))
    sync.drain()
    site.clock.advance(6)
    site.settle()
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")
    assert stands(site) == ([Decimal("6.75")], [Decimal("6.75")])


def test_events_that_come_hours_late_still_tell_of_it(shared: tuple[Site, int, int]) -> None:
    """Invariant 3, D2: by their own times they are about the moment of our write, whenever they are looked at."""
    site, timesheet, card = shared
    just_before(site, "PATCH", lambda: site.edit(card, hours="6.5"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle(webhooks=False)
    assert overwritten(site) == []
    site.clock.advance(7200)
    site.settle()
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")
    site.forget_calls()
    site.clock.advance(7200)
    site.edit(card, hours="5.0")
    site.settle()
    assert histories(site) == 0


def test_two_updates_of_ours_in_one_second_are_not_taken_for_somebody_elses(
    shared: tuple[Site, int, int],
) -> None:
    """Invariant 3: the second read what the first had written; each line of the history is one update's."""
    site, timesheet, card = shared
    site.rewrite(timesheet, date=date(2026, 11, 17))
    sync.drain()
    site.rewrite(timesheet, description="by the gate")
    sync.drain()
    site.clock.advance(5)
    site.edit(card, hours="6.5")
    site.settle()
    assert histories(site) == 1
    assert overwritten(site) == []


def test_an_edit_in_the_second_of_our_read_is_not_taken_for_our_own(shared: tuple[Site, int, int]) -> None:
    """Invariant 3: what we read was entered a moment before; our write never arrives, and the card is deleted
    meanwhile."""
    site, timesheet, card = shared
    site.edit(card, date="2026-11-17")
    site.world.add_fault(effect="lose_request", method="PATCH", times=1)
    just_before(site, "PATCH", lambda: site.world.delete_timecard(site.dana.id, card))
    site.rewrite(timesheet, description="by the gate")
    site.settle()
    assert histories(site) == 1
    assert overwritten(site) == []


@pytest.mark.parametrize("own_name", ["Timesite Service Account", "as nobody in a history is called"])
def test_of_two_edits_in_the_second_of_our_update_the_second_is_kept(
    shared: tuple[Site, int, int], own_name: str
) -> None:
    """Invariant 3, D49: the first was read and sent along; the line that it left looks like our own."""
    site, timesheet, card = shared
    site.set(service_user_name=own_name)
    site.edit(card, date="2026-11-17")
    just_before(site, "PATCH", lambda: site.edit(card, date="2026-11-18"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    (kept,) = overwritten(site)
    assert (kept.unit, from_json(kept.theirs or {}).date) == ("date", date(2026, 11, 18))


def test_an_edit_is_kept_although_the_event_of_our_own_update_is_lost(shared: tuple[Site, int, int]) -> None:
    """Invariant 3: one event by another user is enough."""
    site, timesheet, card = shared
    site.clock.advance(60)
    just_before(site, "PATCH", lambda: site.edit(card, hours="6.5"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    sync.drain()
    for delivery in site.world.due_deliveries(site.clock.now()):
        if json.loads(delivery.body)["user_id"] == site.dana.id:
            site.world.state.in_flight.pop(delivery.id)
        else:
            site.world.delivered(delivery.id, 204)
    site.settle()
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")


def test_an_edit_of_a_new_card_is_kept_beside_writes_to_the_one_before(shared: tuple[Site, int, int]) -> None:
    """Invariant 3: one timesheet has had two cards within ten minutes, each with a history of its own."""
    site, timesheet, _ = shared
    site.rewrite(timesheet, description="first words")
    site.settle()
    site.erase(timesheet)
    sync.drain()
    for delivery in site.world.due_deliveries(site.clock.now()):
        site.world.delivered(delivery.id, 204)
    timesheets.restore(site.actor(), timesheet)
    site.settle()
    (card,) = site.cards()
    just_before(site, "PATCH", lambda: site.edit(card.id, hours="6.5"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")


def test_an_update_at_the_end_of_a_long_batch_that_takes_effect_late_hides_nothing(site: Site) -> None:
    """Invariant 3: it was read minutes before it was sent; a look in between had not seen it yet."""
    site.connect(receive=True, send=True)
    sheets = [site.write("8.0", person=3 + number) for number in range(4)]
    site.settle()
    site.clock.advance(600)
    last = next(link.procore_id for link in site.links() if link.timesheet_id == sheets[-1])
    assert last is not None
    call, sent = site.world.call, []

    def slowly(method: str, path: str, *rest: Any) -> Any:
        if method == "PATCH":
            sent.append(path)
            if len(sent) < len(sheets):
                site.clock.advance(45)
            else:
                site.world.add_fault(effect="late_effect", method="PATCH", seconds=60, times=1)
        return call(method, path, *rest)

    site.world.call = slowly  # type: ignore[assignment,method-assign]  # Procore is slow
    for number, timesheet in enumerate(sheets):
        site.rewrite(timesheet, description=f"row {number}")
    sync.work(site.company_id, gather=False)
    site.world.call = call  # type: ignore[method-assign]  # and quick again
    site.clock.advance(3)
    site.edit(last, date="2026-11-18")
    site.settle()
    site.clock.advance(60)
    site.settle()
    (kept,) = overwritten(site)
    assert (kept.unit, from_json(kept.theirs or {}).date) == ("date", date(2026, 11, 18))


def test_what_was_overwritten_is_told_by_the_name_in_the_history(shared: tuple[Site, int, int]) -> None:
    """Invariant 3, D49: there and back within our update's second; by times and values the first line would be ours."""
    site, timesheet, card = shared

    def there_and_back() -> None:
        site.edit(card, date="2026-11-16")
        site.edit(card, date="2026-11-18")

    site.edit(card, date="2026-11-17")
    just_before(site, "PATCH", there_and_back)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    (kept,) = overwritten(site)
    assert (kept.unit, from_json(kept.theirs or {}).date) == ("date", date(2026, 11, 18))


def test_a_lost_answer_does_not_hide_what_was_overwritten(shared: tuple[Site, int, int]) -> None:
    """D6's doubt, for an update: what we had wanted stands there, and the history tells what stood there before."""
    site, timesheet, card = shared
    just_before(site, "PATCH", lambda: site.edit(card, hours="6.5"))
    site.world.add_fault(effect="lose_answer", method="PATCH", times=1)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle(webhooks=False)
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")
    assert [t.hours for t in site.timesheets()] == [Decimal("7.0")]


def test_an_update_that_takes_effect_after_the_look_hides_nothing(shared: tuple[Site, int, int]) -> None:
    """Invariant 3, D49: its answer was lost; Dana moved the card, which was taken here when it was sent again and
    answered; then the first request undid that."""
    site, timesheet, card = shared
    site.world.add_fault(effect="late_effect", method="PATCH", seconds=60, times=1)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    sync.drain()
    site.edit(card, date="2026-11-18")
    site.settle()
    assert [(c.hours, str(c.date)) for c in site.cards()] == [(Decimal("7.0"), "2026-11-18")]
    site.clock.advance(60)
    site.settle()
    assert [str(c.date) for c in site.cards()] == ["2026-11-16"]
    (kept,) = overwritten(site)
    assert (kept.unit, kept.winner) == ("date", "ours")
    assert from_json(kept.theirs or {}).date == date(2026, 11, 18)
    site.edit(card, description="by the gate")
    site.settle()
    assert len(overwritten(site)) == 1, "it is not kept twice"


def test_what_came_after_an_audit_is_not_taken_for_what_came_before(shared: tuple[Site, int, int]) -> None:
    """D49: a write that is audited again, as it may still take effect, says nothing about what was agreed since."""
    site, timesheet, card = shared
    site.world.add_fault(effect="lose_answer", method="PATCH", times=1)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    site.edit(card, hours="5.0")
    site.settle()
    site.edit(card, description="by the gate")
    site.settle()
    assert overwritten(site) == []


def test_a_lost_answer_does_not_hide_what_a_rule_let_lose(shared: tuple[Site, int, int]) -> None:
    """R23, D41: both sides wrote, ours is the later one; the loser is kept although our answer, with which it was to be
    kept, never came. So it is when the worker is killed there (found by make chaos)."""
    site, timesheet, card = shared
    site.edit(card, description="by the gate")
    site.clock.advance(60)
    site.rewrite(timesheet, description="at the pier")
    site.world.add_fault(effect="lose_answer", method="PATCH", times=1)
    site.settle()
    the_loser_is_kept(site)


@pytest.mark.parametrize("status", [422, 429])
def test_nor_does_a_try_before_it_that_had_no_effect(shared: tuple[Site, int, int], status: int) -> None:
    """R23, D41: no event comes, so that nobody looks at the history between the two."""
    site, timesheet, card = shared
    site.edit(card, description="by the gate")
    site.clock.advance(60)
    site.rewrite(timesheet, description="at the pier")
    site.world.add_fault(effect="refuse", status=status, method="PATCH", times=1)
    sync.drain()
    site.world.add_fault(effect="lose_answer", method="PATCH", times=1)
    site.clock.advance(60)
    site.rewrite(timesheet, billable=False)
    site.settle(webhooks=False)
    the_loser_is_kept(site)


def the_loser_is_kept(site: Site) -> None:
    (kept,) = overwritten(site)
    assert (kept.unit, kept.winner) == ("description", "ours")
    assert from_json(kept.theirs or {}).description == "by the gate"
    assert [c.description for c in site.cards()] == ["at the pier"]


def test_what_a_rule_let_lose_is_kept_when_the_update_takes_effect_late(
    shared: tuple[Site, int, int],
) -> None:
    """R23, D41: after a look that did not find it, and although the timesheet is deleted by then."""
    site, timesheet, card = shared
    site.edit(card, description="by the gate")
    site.clock.advance(60)
    site.rewrite(timesheet, description="at the pier")
    site.world.add_fault(effect="late_effect", method="PATCH", seconds=60, times=1)
    site.deliver()
    sync.drain()
    site.erase(timesheet)
    site.settle()
    assert overwritten(site) == []
    site.clock.advance(60)
    site.settle()
    assert site.cards() == [], "as if its answer had come before the deletion"
    (kept,) = overwritten(site)
    assert from_json(kept.theirs or {}).description == "by the gate"


def test_another_field_changed_meanwhile_is_taken_even_when_its_event_is_lost(
    shared: tuple[Site, int, int],
) -> None:
    """R23: the answer to our update shows it; nothing is left to the sweep."""
    site, timesheet, card = shared
    just_before(site, "PATCH", lambda: site.edit(card, description="rain until noon"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle(webhooks=False)
    (ours,) = site.timesheets()
    assert (ours.hours, ours.description) == (Decimal("7.0"), "rain until noon")
    assert overwritten(site) == []


def test_a_day_that_we_only_sent_along_is_kept_when_it_undid_a_persons_change(
    shared: tuple[Site, int, int],
) -> None:
    """Invariant 3, D49: the contract wants date and project in every update; as read, they undo what came between."""
    site, timesheet, card = shared
    just_before(site, "PATCH", lambda: site.edit(card, date="2026-11-18"))
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    (kept,) = overwritten(site)
    assert (kept.unit, kept.winner) == ("date", "ours")
    assert from_json(kept.theirs or {}).date == date(2026, 11, 18)


def test_a_change_that_was_told_before_our_update_and_that_no_list_showed_yet_is_kept(
    shared: tuple[Site, int, int],
) -> None:
    """Invariant 3, D49: the list showed one change that was news, and not yet the next one."""
    site, timesheet, card = shared
    site.clock.advance(60)
    site.world.set_switches(list_lag_seconds=9.0)
    site.edit(card, description="by the gate")
    site.clock.advance(10)
    site.edit(card, date="2026-11-18")
    site.deliver()
    site.clock.advance(1)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    (kept,) = overwritten(site)
    assert (kept.unit, kept.winner) == ("date", "ours")
    assert from_json(kept.theirs or {}).date == date(2026, 11, 18)


def test_what_changed_before_our_deletion_is_kept(shared: tuple[Site, int, int]) -> None:
    """R24: hours never vanish without a trace. Procore answers a deletion with the card as it was."""
    site, timesheet, card = shared
    just_before(site, "DELETE", lambda: site.edit(card, hours="6.5"))
    site.erase(timesheet)
    site.settle()
    (kept,) = overwritten(site)
    assert kept.unit is None
    assert from_json(kept.theirs or {}).hours == Decimal("6.5")


def test_two_deletions_of_one_step_are_answered_together(site: Site) -> None:
    """M8: neither step nor record fails over what was written down of them."""
    site.connect(receive=True, send=True)
    sheets = [site.write("8.0"), site.write("6.0")]
    site.settle()
    for sheet in sheets:
        site.erase(sheet)
    site.settle()
    assert site.cards() == []
    assert {link.state for link in site.links()} == {"in_sync"}
    with reading(site.company_id) as session:
        assert {row.answered_at is None for row in session.query(WriteRow)} == {False}


def test_a_lost_answer_to_our_deletion_does_not_hide_it(shared: tuple[Site, int, int]) -> None:
    site, timesheet, card = shared
    just_before(site, "DELETE", lambda: site.edit(card, hours="6.5"))
    site.world.add_fault(effect="lose_answer", method="DELETE", times=1)
    site.erase(timesheet)
    site.settle(webhooks=False)
    assert [from_json(kept.theirs or {}).hours for kept in overwritten(site)] == [Decimal("6.5")]
    assert site.cards() == []


def test_a_list_that_lags_does_not_hide_it_either(shared: tuple[Site, int, int]) -> None:
    """R24: the card is still shown after our deletion, whose answer was lost; it is compared once it is seen as it was
    deleted."""
    site, timesheet, card = shared
    site.clock.advance(60)
    site.world.set_switches(list_lag_seconds=30.0)
    just_before(site, "DELETE", lambda: site.edit(card, hours="6.5"))
    site.world.add_fault(effect="lose_answer", method="DELETE", times=1)
    site.erase(timesheet)
    site.settle()
    assert [from_json(kept.theirs or {}).hours for kept in overwritten(site)] == [Decimal("6.5")]
    assert site.cards() == []


def test_nor_does_a_worker_that_stood_still_delete_what_it_has_not_seen(
    shared: tuple[Site, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 3, D42: an hour passes while it prolongs its lease; Dana edits the card, and a person is asked."""
    site, timesheet, card = shared
    renew, hours = SyncStore.renew, ["6.5"]

    def slowly(*args: Any) -> Any:
        while hours:
            site.edit(card, hours=hours.pop())
            site.clock.advance(3600)
        return renew(*args)

    site.erase(timesheet)
    with monkeypatch.context() as patch:
        patch.setattr(SyncStore, "renew", slowly)
        sync.drain()
    site.settle()
    assert stands(site) == ([], [Decimal("6.5")])
    assert conflicts(site) == ["deleted_here"]


def test_ordinary_updates_cost_no_look_into_the_history(shared: tuple[Site, int, int]) -> None:
    """The audit is made where there is a sign, not for every write."""
    site, timesheet, _ = shared
    site.forget_calls()
    for hours in ("7.0", "6.0", "5.0"):
        site.rewrite(timesheet, hours=Decimal(hours))
        site.settle()
    assert histories(site) == 0
    assert overwritten(site) == []


def test_many_updates_are_read_again_before_they_grow_old(site: Site) -> None:
    """A read older than two seconds is not written on: the cards that wait are read again in one call; an edit made
    meanwhile is merged, not overwritten."""
    site.connect(receive=True, send=True)
    sheets = [site.write("8.0", person=3 + n) for n in range(6)]
    site.settle()
    cards = {c.origin_id: c.id for c in site.cards()}
    last = next(t for t in site.timesheets() if t.id == sheets[-1])

    def slowly() -> None:
        site.edit(cards[last.origin_id], hours="6.5")
        site.clock.advance(3)

    just_before(site, "PATCH", slowly)
    for sheet in sheets:
        site.rewrite(sheet, hours=Decimal("7.0"))
    site.forget_calls()
    sync.drain()
    assert overwritten(site) == []
    assert histories(site) <= 1
    assert {t.hours for t in site.timesheets()} == {Decimal("7.0")}
    assert sorted(c.hours for c in site.cards()) == [Decimal("6.5")] + [Decimal("7.0")] * 5
    assert [link.state for link in site.links()].count("conflict") == 1


def test_a_card_that_is_approved_while_it_waits_for_its_turn_is_not_written_over(site: Site) -> None:
    """D44: also where Procore would let us."""
    site.connect(receive=True, send=True)
    site.world.set_switches(approved_refuse_edits=False)
    sheets = [site.write("8.0", person=3 + n) for n in range(3)]
    site.settle()
    number = next(t.origin_id for t in site.timesheets() if t.id == sheets[-1])
    last = next(c.id for c in site.cards() if c.origin_id == number)

    def slowly() -> None:
        site.world.set_approval(site.dana.id, [last], "approved")
        site.clock.advance(3)

    just_before(site, "PATCH", slowly)
    for sheet in sheets:
        site.rewrite(sheet, hours=Decimal("7.0"))
    sync.drain()
    assert {c.id: c.hours for c in site.cards()}[last] == Decimal("8.0")
    assert {link.procore_id: link.reason_key for link in site.links()}[last] == "lock:approved"


def test_a_worker_that_dies_before_its_write_is_sent_leaves_nothing_behind(
    shared: tuple[Site, int, int],
) -> None:
    """D10: a write that was logged and never sent is audited as long as it may take effect, and then forgotten."""
    site, timesheet, _ = shared

    def die() -> None:
        raise KeyboardInterrupt

    just_before(site, "PATCH", die)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    with pytest.raises(KeyboardInterrupt):
        sync.drain()
    site.clock.advance(130)
    site.settle()
    site.clock.advance(600)
    site.rewrite(timesheet, description="by the gate")
    site.settle()
    assert [c.hours for c in site.cards()] == [Decimal("7.0")]
    assert overwritten(site) == []
    with reading(site.company_id) as session:
        assert [row for row in session.query(WriteRow) if row.answered_at is None] == []
