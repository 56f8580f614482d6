"""The sweep finds what webhooks lost, by Procore's clock alone, and never steps over anything (D4, R26, M12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from tests.journeys.clashes import on_both_sides
from webapp import wiring
from webapp.clock import ManualClock
from webapp.domain.timecard import Card
from webapp.errors import ProcoreUnavailable
from webapp.services import sync
from webapp.store import cursors
from webapp.store.models import Company, Link
from webapp.store.session import system, transaction
from webapp.sync import sweep as sweeping

PAGE = 2000


@pytest.fixture
def deaf(site: Site) -> Site:
    """Connected, with one record in sync; from now on no event arrives."""
    site.connect()
    site.enter("8.0")
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    return site


def company(site: Site) -> Company:
    with system(is_readonly=True) as session:
        return session.get_one(Company, site.company_id)


def sweep(site: Site) -> int:
    """Marks what it finds, and works it. How many cards were news."""
    swept = sync.sweep_company(site.company_id)
    assert swept is not None
    site.settle(webhooks=False)
    return swept.marked


def hours(site: Site) -> list[str]:
    return sorted(str(row.hours) for row in site.timesheets())


def test_a_long_outage_without_any_event_is_made_good(deaf: Site) -> None:
    """D4: created, changed and deleted in two days."""
    gone = deaf.enter("3.0")
    deaf.settle()
    kept = deaf.enter("4.0")
    deaf.clock.advance(36 * 3600)
    deaf.edit(kept.id, hours="4.5")
    deaf.world.delete_timecard(deaf.dana.id, gone.id)
    deaf.clock.advance(12 * 3600)
    assert sweep(deaf) == 2
    assert hours(deaf) == ["4.5", "8"]


def test_what_a_sweep_saw_is_no_news_to_the_next(deaf: Site) -> None:
    """M12: ranges overlap, marks do not."""
    deaf.enter("3.0")
    assert sweep(deaf) == 1
    assert sweep(deaf) == 0


def test_an_open_conflict_is_no_news_until_its_card_changes_again(site: Site) -> None:
    """M12, D41: not as agreed, and yet known as it is; an edit in the same second is seen all the same."""
    both = on_both_sides(site, "ask")
    both.clash()
    assert sweep(site) == 0
    before = site.world.timecard(both.card_id)
    assert before is not None
    was = before.updated_at
    site.edit(both.card_id, hours="5.0")
    changed = site.world.timecard(both.card_id)
    assert changed is not None
    changed.updated_at = was
    assert sweep(site) == 1
    theirs = both.asked().theirs.values
    assert theirs is not None
    assert theirs["hours"] == Decimal(5)


def test_a_deleted_card_whose_edit_here_waits_for_a_person_is_no_news(site: Site) -> None:
    """M12, D42: the deletion is known; what becomes of the edit is for somebody to decide."""
    both = on_both_sides(site)
    both.change({"hours": Decimal(7)}, None)
    assert both.link.reason_key == "deleted_there"
    assert sweep(site) == 0


def test_cards_that_changed_in_the_same_second_are_all_seen(deaf: Site) -> None:
    """M12: equal updated_at, at the very end of a range."""
    deaf.enter("1.0")
    swept = sync.sweep_company(deaf.company_id)
    assert swept is not None
    assert swept.marked == 1
    for value in ("2.0", "3.0", "4.0"):
        assert deaf.enter(value).updated_at == company(deaf).updated_cursor
    assert sweep(deaf) == 3
    assert hours(deaf) == ["1", "2", "3", "4", "8"]


def test_a_list_that_lags_hides_nothing_for_good(deaf: Site) -> None:
    """M12: nine seconds of lag, sweeps every five."""
    deaf.world.set_switches(list_lag_seconds=9.0)
    for number in range(1, 7):
        deaf.enter(f"{number}.0")
        sync.sweep_company(deaf.company_id)
        deaf.clock.advance(5)
    deaf.clock.advance(10)
    sweep(deaf)
    assert hours(deaf) == ["1", "2", "3", "4", "5", "6", "8"]


def test_a_card_whose_time_of_change_went_back_a_little_is_seen(deaf: Site) -> None:
    """M12: within the overlap, and though its time is older than the one we know."""
    card = deaf.enter("3.0")
    assert sweep(deaf) == 1
    deaf.clock.advance(30)
    found = deaf.world.timecard(card.id)
    assert found is not None
    found.hours, found.updated_at = Decimal(5), found.updated_at - timedelta(seconds=50)
    assert sweep(deaf) == 1
    assert hours(deaf) == ["5", "8"]


@pytest.mark.parametrize(
    "skew", [timedelta(days=-3), timedelta(hours=-2), timedelta(hours=2), timedelta(days=3)]
)
def test_our_own_clock_may_be_wrong(deaf: Site, skew: timedelta) -> None:
    """M12: cursors come from Procore's Date header; ours is days off."""
    deaf.app.extensions["clock"] = ManualClock(deaf.clock.now() + skew)
    for number in range(1, 4):
        deaf.enter(f"{number}.0")
        deaf.clock.advance(400)
        wiring.clock().advance(400)  # type: ignore[attr-defined]  # the manual one
        assert sync.sweep_company(deaf.company_id).marked == 1  # type: ignore[union-attr]
        sync.drain()
        assert abs((company(deaf).updated_cursor or deaf.clock.now()) - deaf.clock.now()) < timedelta(
            seconds=2
        )
    assert hours(deaf) == ["1", "2", "3", "8"]


def test_a_sweep_that_breaks_off_moves_no_cursor(deaf: Site) -> None:
    """M12: the next one reads the same again."""
    before = company(deaf).updated_cursor
    deaf.enter("3.0")
    deaf.clock.advance(300)
    deaf.world.add_fault(effect="refuse", status=503, path="*timecard_entries", times=1, skip=1)
    with pytest.raises(ProcoreUnavailable):
        sync.sweep_company(deaf.company_id)
    assert company(deaf).updated_cursor == before
    deaf.clock.advance(300)
    assert sweep(deaf) == 1


def test_what_happens_while_it_reads_is_found_by_the_next(deaf: Site) -> None:
    """M12: the cursor is Procore's time when the reading began, not when it ended."""
    seen: list[datetime] = []

    class Busy:
        """Procore while somebody enters a card after the updated range was read."""

        def __init__(self) -> None:
            self.real = wiring.procore_for(deaf.theirs.id)

        def server_time(self) -> datetime:
            return self.real.server_time()

        def deleted_between(
            self, low: datetime, high: datetime, ids: Sequence[int] | None = None
        ) -> Iterator[list[Card]]:
            return self.real.deleted_between(low, high, ids)

        def updated_between(self, low: datetime, high: datetime) -> Iterator[list[Card]]:
            yield from self.real.updated_between(low, high)
            deaf.clock.advance(50)
            seen.append(deaf.enter("3.0").updated_at)
            deaf.clock.advance(500)

    store = wiring.store_for(deaf.company_id)
    lease = store.claim("test")
    assert lease is not None
    sweeping.sweep(store, Busy(), lease)  # type: ignore[arg-type]  # all that a sweep asks
    store.release(lease)
    cursor = company(deaf).updated_cursor
    assert cursor is not None
    assert cursor < seen[0]
    assert sweep(deaf) == 1


def test_a_cursor_that_is_set_back_during_a_sweep_stays_there(deaf: Site) -> None:
    """D4: discarded deliveries are found while a sweep runs."""
    deaf.clock.advance(24 * 3600)
    sync.sweep_company(deaf.company_id)
    store, procore = wiring.store_for(deaf.company_id), wiring.procore_for(deaf.theirs.id)
    lease = store.claim("test")
    assert lease is not None
    since, back = store.cursors(), deaf.clock.now() - timedelta(hours=9)
    with transaction(deaf.company_id) as session:
        cursors.set_back(session.get_one(Company, deaf.company_id), back)
    store.move_cursors(lease, since, replace(since, updated=procore.server_time()))
    store.release(lease)
    assert (company(deaf).updated_cursor, company(deaf).deleted_cursor) == (back, back)
    assert company(deaf).swept_at is None


def test_a_cursor_is_never_set_back_beyond_the_connection(deaf: Site) -> None:
    """R6: what is older is not ours to read."""
    connected_at = company(deaf).connected_at
    with transaction(deaf.company_id) as session:
        cursors.set_back(session.get_one(Company, deaf.company_id), deaf.clock.now() - timedelta(days=9))
    assert company(deaf).updated_cursor == company(deaf).deleted_cursor == connected_at


def test_a_cursor_never_goes_back_by_itself(deaf: Site) -> None:
    """M12: Procore's clock may."""
    store = wiring.store_for(deaf.company_id)
    lease = store.claim("test")
    assert lease is not None
    since = store.cursors()
    earlier = since.updated - timedelta(hours=1)
    store.move_cursors(lease, since, replace(since, updated=earlier, deleted=earlier))
    store.release(lease)
    assert store.cursors() == since


def test_a_card_that_changed_while_its_record_waits_for_a_time_is_looked_at_now(deaf: Site) -> None:
    """D44: unapproved, and the event is lost; the hold alone would look an hour later."""
    card = deaf.enter("3.0")
    deaf.settle()
    with transaction(deaf.company_id) as session:
        link = session.query(Link).where(Link.procore_id == card.id).one()
        link.is_dirty, link.generation = True, link.generation + 1
        link.not_before, link.reason_key = deaf.clock.now() + timedelta(hours=1), "lock:approved"
    deaf.clock.advance(60)
    deaf.edit(card.id, hours="5.0")
    assert sweep(deaf) == 1
    assert hours(deaf) == ["5", "8"]


def test_a_lost_create_that_somebody_changed_meanwhile_is_found_after_a_long_silence(site: Site) -> None:
    """D6: Procore's clock was last heard an hour ago; the look-up must not end there, or a second card is made."""
    site.connect(send=True)
    site.world.add_fault(effect="lose_answer", method="POST", path="*/timesheets", times=1)
    site.write("3.0")
    sync.drain()
    (card,) = site.cards()
    site.clock.advance(1800)
    site.edit(card.id, description="changed by somebody")
    site.clock.advance(1800)
    site.settle(webhooks=False)
    assert [found.id for found in site.cards()] == [card.id]


def test_pages_that_drift_while_they_are_read_hide_no_card(sqlite_site: Site) -> None:
    """M12: a card of the first page leaves the range between two pages, so the second page begins one later."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    cards = site.world.enter_many(site.dana.id, PAGE + 5)
    site.world.state.queues.clear()
    procore = wiring.procore_for(site.theirs.id)
    low, high = site.clock.now() - timedelta(seconds=60), site.clock.now() + timedelta(days=1)
    read: set[int] = set()
    for page in procore.updated_between(low, high):
        if not read:
            site.world.delete_timecard(site.dana.id, cards[3].id)
        read |= {card.id for card in page}
    assert {card.id for card in cards} <= read
