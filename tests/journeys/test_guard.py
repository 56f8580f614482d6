"""The mass-change guard on a whole site: an unusual number of deletions or changes waits for an administrator."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from tests.journeys.releases import releases
from tests.journeys.test_killed import work_and_die
from webapp.errors import Conflict
from webapp.services import activity, guard, settings, sync
from webapp.store.models import GuardEntry, Link
from webapp.store.session import reading, transaction


def fill(site: Site, count: int) -> list[int]:
    """So many cards of one week, in sync on both sides. Their ids."""
    cards = site.world.enter_many(
        site.dana.id, count, project_ids=[site.projects[0].id], first_day=date(2026, 11, 16)
    )
    site.settle()
    assert {link.state for link in site.links()} == {"in_sync"}
    return sorted(card.id for card in cards)


def delete_there(site: Site, ids: list[int]) -> None:
    for card in ids:
        site.world.delete_timecard(site.dana.id, card)


def states(site: Site) -> dict[str | None, int]:
    """How many records by reason; None is in sync or settled."""
    found: dict[str | None, int] = {}
    for link in site.links():
        found[link.reason_key] = found.get(link.reason_key, 0) + 1
    return found


def waiting(site: Site, direction: str) -> dict[str, int]:
    [paused] = [p for p in guard.overview(site.company_id).directions if p.direction == direction]
    assert paused.is_paused == bool(paused.kinds)
    return {kind.kind: kind.records for kind in paused.kinds}


def test_more_deletions_than_usual_wait_for_an_administrator(site: Site) -> None:
    """D12, R31d: 60 of 100 cards deleted in Procore; at most 50 go, the rest is shown and kept."""
    site.connect()
    cards = fill(site, 100)
    delete_there(site, cards[:60])
    site.settle()
    assert len(site.timesheets()) >= 50
    held = waiting(site, "receive")["deletion"]
    assert held == len(site.timesheets()) - 40 >= 10
    assert states(site) == {None: 100 - held, "guard:receive": held}
    [paused, _] = guard.overview(site.company_id).directions
    assert paused.since is not None
    assert {procore_id for _, procore_id, _ in paused.sample} <= set(cards[:60])
    pending = site.messages("pending")
    assert {(m.direction, m.action, m.reason_key) for m in pending} == {
        ("receive", "delete", "guard:receive")
    }


def test_deletions_that_come_one_by_one_are_counted_over_the_hour(sqlite_site: Site) -> None:
    """D12: the count is of the hour, not of one step; the 51st waits."""
    site = sqlite_site
    site.connect()
    cards = fill(site, 100)
    for start in range(0, 60, 10):
        delete_there(site, cards[start : start + 10])
        site.settle()
    assert len(site.timesheets()) == 50
    assert waiting(site, "receive") == {"deletion": 10}


def test_a_small_company_may_delete_all_it_has(site: Site) -> None:
    """D12: more than 50 and more than a share."""
    site.connect()
    delete_there(site, fill(site, 20))
    site.settle()
    assert site.timesheets() == []
    assert states(site) == {None: 20}


@releases("guard")
def test_what_is_let_through_goes_and_a_new_count_begins(site: Site) -> None:
    """D12: exactly what waited; the next fifty are usual again."""
    site.connect()
    cards = fill(site, 160)
    delete_there(site, cards[:70])
    site.settle()
    assert waiting(site, "receive") == {"deletion": 70}
    assert guard.decide(site.company_id, "receive", "let_through", "Dana Ortiz") == 70
    site.settle()
    assert len(site.timesheets()) == 90
    delete_there(site, cards[70:120])
    site.settle()
    assert len(site.timesheets()) == 40
    assert waiting(site, "receive") == {}


def test_what_is_dropped_stays_on_our_side_and_later_changes_flow_again(site: Site) -> None:
    """D12: dropped deletions are excluded with their reason, and stay so whatever looks at them."""
    site.connect(send=True)
    cards = fill(site, 100)
    delete_there(site, cards[:60])
    site.settle()
    assert guard.decide(site.company_id, "receive", "drop", "Dana Ortiz") == 60
    site.settle()
    sync.sweep_company(site.company_id)
    activity.retry_reason(site.actor(), "guard_dropped")
    site.settle()
    assert len(site.timesheets()) == 100
    assert len(site.cards()) == 40
    assert states(site) == {None: 40, "guard_dropped": 60}
    assert {link.state for link in site.links() if link.reason_key} == {"excluded"}
    assert site.messages("pending") == []
    site.edit(cards[70], hours="1.0")
    kept = next(link for link in site.links() if link.procore_id == cards[0])
    assert kept.timesheet_id is not None
    site.rewrite(kept.timesheet_id, hours=Decimal(2))
    site.settle()
    assert {link.procore_id: link.reason_key for link in site.links()}[cards[0]] == "deleted_there"
    assert states(site) == {None: 40, "guard_dropped": 59, "deleted_there": 1}


def test_dropped_changes_move_the_face_so_that_only_later_ones_flow(sqlite_site: Site) -> None:
    """D12: as when a switch starts from now."""
    site = sqlite_site
    site.connect(send=True)
    site_limits(site, changes=5, changes_percent=10)
    cards = fill(site, 20)
    before = {link.procore_id: link.hours for link in site.links()}
    for card in cards[:8]:
        site.edit(card, hours="1.25")
    site.settle()
    assert waiting(site, "receive") == {"change": 8}
    guard.decide(site.company_id, "receive", "drop", "Dana Ortiz")
    site.edit(cards[0], description="Later")
    site.settle()
    [later] = [link for link in site.links() if link.procore_id == cards[0]]
    timesheet = next(t for t in site.timesheets() if t.id == later.timesheet_id)
    assert (timesheet.description, timesheet.hours) == ("Later", before[cards[0]])
    assert next(c for c in site.cards() if c.id == cards[0]).hours == Decimal("1.25")


def test_what_a_dropped_record_has_to_carry_the_other_way_goes_on(sqlite_site: Site) -> None:
    """D12: only the direction that paused is dropped."""
    site = sqlite_site
    site.connect(send=True)
    site_limits(site, changes=5, changes_percent=10)
    cards = fill(site, 20)
    for link in site.links()[:8]:
        assert link.timesheet_id is not None
        site.rewrite(link.timesheet_id, description="Ours")
    for card in cards[:8]:
        site.edit(card, hours="1.25")
    site.settle()
    assert waiting(site, "receive") == {"change": 8}
    guard.decide(site.company_id, "receive", "drop", "Dana Ortiz")
    site.settle()
    assert sum(card.description == "Ours" for card in site.cards()) == 8
    assert sum(t.hours == Decimal("1.25") for t in site.timesheets()) == 0


def test_sending_is_guarded_by_a_count_of_its_own(site: Site) -> None:
    """D12: 60 of 100 timesheets deleted here; Procore keeps its cards until somebody decides."""
    site.connect(send=True)
    fill(site, 100)
    for timesheet in site.timesheets()[:60]:
        site.erase(timesheet.id)
    site.settle()
    assert len(site.cards()) >= 50
    assert waiting(site, "receive") == {}
    assert waiting(site, "send") == {"deletion": 60}
    guard.decide(site.company_id, "send", "let_through", "Dana Ortiz")
    site.settle()
    assert len(site.cards()) == 40


def test_dropped_deletions_of_ours_leave_procores_cards(sqlite_site: Site) -> None:
    """D12."""
    site = sqlite_site
    site.connect(send=True)
    fill(site, 60)
    for timesheet in site.timesheets():
        site.erase(timesheet.id)
    site.settle()
    guard.decide(site.company_id, "send", "drop", "Dana Ortiz")
    site.settle()
    sync.sweep_company(site.company_id)
    site.settle()
    assert len(site.cards()) == 60
    assert states(site) == {"guard_dropped": 60}


def test_changes_of_hours_are_guarded_and_descriptions_are_not(sqlite_site: Site) -> None:
    """D12: 250 of 300 described anew is no cause for anything; 250 with other hours is."""
    site = sqlite_site
    site.connect()
    cards = fill(site, 300)
    for card in cards[:250]:
        site.edit(card, description="Pour, north pier")
    site.settle()
    assert states(site) == {None: 300}
    for card in cards[:250]:
        site.edit(card, hours="1.25")
    site.settle()
    assert waiting(site, "receive") == {"change": 250}


def test_creations_and_approvals_never_count_and_flow_while_a_direction_is_paused(sqlite_site: Site) -> None:
    """D12: mass deletion waits, crews go on."""
    site = sqlite_site
    site.connect()
    cards = fill(site, 300)
    delete_there(site, cards[:100])
    site.settle()
    assert waiting(site, "receive") == {"deletion": 100}
    site.world.set_approval(site.dana.id, cards[100:], "approved")
    site.world.enter_many(site.dana.id, 30, project_ids=[site.projects[0].id], first_day=date(2026, 11, 16))
    site.settle()
    assert len(site.timesheets()) == 330
    assert sum(t.approval_status == "approved" for t in site.timesheets()) == 200


def test_the_next_hour_counts_anew(sqlite_site: Site) -> None:
    """D12: 50 in one hour, 50 in the next."""
    site = sqlite_site
    site.connect()
    cards = fill(site, 100)
    delete_there(site, cards[:50])
    site.settle()
    site.clock.advance(3601)
    delete_there(site, cards[50:])
    site.settle()
    assert site.timesheets() == []


def test_the_same_work_counts_once_however_often_it_is_begun(sqlite_site: Site) -> None:
    """D10, D12: the count is committed before anything is sent, so a worker that dies counts nothing twice."""
    site = sqlite_site
    site.connect(send=True)
    fill(site, 60)
    for timesheet in site.timesheets()[:40]:
        site.erase(timesheet.id)
    site.world.add_fault(effect="lose_answer", method="DELETE", times=3)
    for _ in range(6):
        site.settle()
        site.clock.advance(300)
    site.settle()
    assert waiting(site, "send") == {}
    with reading(site.company_id) as session:
        assert session.query(GuardEntry).where(GuardEntry.state == "counted").count() == 40
    assert len(site.cards()) == 20


@pytest.mark.parametrize("after", [False, True])
def test_workers_that_die_let_no_more_through(sqlite_site: Site, after: bool) -> None:
    """D10, D12: twelve deletions, each with a worker that dies at another step; never more than five go."""
    site = sqlite_site
    site.connect(send=True)
    fill(site, 20)
    site_limits(site, deletions=5, deletions_percent=10)
    for number, timesheet in enumerate(site.timesheets()[:12]):
        site.erase(timesheet.id)
        work_and_die(site, 1 + number, after=after)
        site.clock.advance(130)
    site.settle()
    held = waiting(site, "send")["deletion"]
    assert held >= 7
    assert len(site.cards()) == 8 + held


def test_what_is_undone_in_procore_needs_no_decision_any_more(sqlite_site: Site) -> None:
    """D12: the direction goes on by itself when nothing waits in it."""
    site = sqlite_site
    site.connect()
    site_limits(site, changes=5, changes_percent=10)
    cards = fill(site, 20)
    hours = {card.id: card.hours for card in site.cards()}
    for card in cards[:8]:
        site.edit(card, hours="1.25")
    site.settle()
    assert waiting(site, "receive") == {"change": 8}
    for card in cards[:8]:
        site.edit(card, hours=str(hours[card]))
    site.settle()
    assert states(site) == {None: 20}
    with pytest.raises(Conflict):
        guard.decide(site.company_id, "receive", "let_through", "Dana Ortiz")
    with reading(site.company_id) as session:
        assert session.query(GuardEntry).where(GuardEntry.state != "counted").count() == 0


def test_retry_decides_nothing(sqlite_site: Site) -> None:
    """D12: only an administrator's decision lets it through."""
    site = sqlite_site
    site.connect()
    delete_there(site, fill(site, 60))
    site.settle()
    activity.retry_reason(site.actor(), "guard:receive")
    site.settle()
    assert waiting(site, "receive") == {"deletion": 60}
    assert len(site.timesheets()) == 60


def test_a_deletion_that_was_discarded_is_not_made_by_the_next_sweep(sqlite_site: Site) -> None:
    """R28: the record is excluded until it changes again."""
    site = sqlite_site
    site.connect()
    delete_there(site, fill(site, 60))
    site.settle()
    for message in site.messages("pending"):
        activity.discard(site.actor(), message.id, "Restored tomorrow")
    sync.sweep_company(site.company_id)
    site.settle()
    assert states(site) == {"discarded": 60}
    assert len(site.timesheets()) == 60
    assert waiting(site, "receive") == {}


def test_a_withdrawn_project_is_no_mass_deletion(sqlite_site: Site) -> None:
    """D102, M11: permission flips and empty lists are not deletions at all, so there is nothing to guard."""
    site = sqlite_site
    site.connect()
    cards = fill(site, 100)
    for card in cards:
        site.edit(card, description="Soon unseen")
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    site.deliver()
    sync.drain()
    assert waiting(site, "receive") == {}
    assert len(site.timesheets()) == 100
    assert not any(link.is_tombstone for link in site.links())


def test_what_procore_rounds_of_our_own_is_taken_without_counting(sqlite_site: Site) -> None:
    """D12, D47: Procore's rounding of what we sent is no change that a person made."""
    site = sqlite_site
    site.connect(send=True)
    site_limits(site, changes=5, changes_percent=10)
    times = {
        "start": datetime(2026, 11, 16, 15, 4, tzinfo=UTC),
        "stop": datetime(2026, 11, 16, 23, 10, tzinfo=UTC),
    }
    for number in range(12):
        site.write(None, project=1, person=3 + number, **times)
    site.settle()
    assert states(site) == {None: 12}
    assert {t.hours for t in site.timesheets()} == {Decimal("8.25")}


def test_what_a_switch_releases_was_agreed_to_already(sqlite_site: Site) -> None:
    """D12, D31: the number was shown before the switch was turned; it is not asked twice."""
    site = sqlite_site
    site.connect()
    cards = fill(site, 60)
    site.set(receive=False)
    delete_there(site, cards)
    site.settle()
    assert settings.changes_while_off(site.company_id, "receive") == 60
    settings.change(site.company_id, {"receive": True}, since="off")
    site.settle()
    assert site.timesheets() == []


def test_a_disconnect_forgets_what_was_counted(sqlite_site: Site) -> None:
    """R7."""
    site = sqlite_site
    site.connect()
    delete_there(site, fill(site, 60))
    site.settle()
    with transaction(site.company_id) as session:
        session.query(Link).delete()
    with reading(site.company_id) as session:
        assert session.query(GuardEntry).count() == 0


def site_limits(site: Site, **limits: int) -> None:
    site.set(**{f"guard_{name}": value for name, value in limits.items()})
