"""The stand-in's rarer faults, and what befalls hooks and cards at Procore: the app comes to rest, and is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.site import Site
from tests.journeys.question_journeys import (
    agree,
    card_of,
    clear,
    link_of,
    patiently,
    rest,
    sweep,
    timesheet_of,
)
from tests.journeys.shared_sites import DEFAULTS, SharedSites


@pytest.fixture(scope="module")
def sites(sqlite_template: Path) -> Iterator[SharedSites]:
    with ExitStack() as held:
        yield SharedSites(sqlite_template, held)


@pytest.fixture
def both(sites: SharedSites) -> Iterator[Site]:
    """Connected both ways, with one record born on each side."""
    with sites.borrowed() as site:
        yield started(site)
        site.world.clear_faults()
        site.world.set_switches(**DEFAULTS)
        clear(site)


def started(site: Site) -> Site:
    site.enter("7.5")
    site.write("6.25")
    site.settle()
    return site


def theirs(site: Site) -> int:
    """The card that Dana entered."""
    return next(card.id for card in site.cards() if card.hours == Decimal("7.5"))


@pytest.mark.parametrize("method, seconds", [("POST", 1), ("POST", 60), ("PATCH", 30), ("DELETE", 30)])
def test_an_effect_that_comes_late_comes_once(both: Site, method: str, seconds: int) -> None:
    """D6, R21: the connection breaks, we look and find nothing, and then it is there."""
    both.world.add_fault(effect="late_effect", method=method, path="/time", times=1, seconds=seconds)
    mine = timesheet_of(both, theirs(both))
    if method == "POST":
        both.write("2.5", person=6)
    elif method == "PATCH":
        both.rewrite(mine, hours=Decimal(3))
    else:
        both.erase(mine)
    rest(both)
    both.clock.advance(120)
    rest(both)
    sweep(both)
    patiently(both)
    agree(both, {"POST": 3, "PATCH": 2, "DELETE": 1}[method])


@pytest.mark.parametrize("effect", ["html", "truncate", "redirect", "lose_request", "lose_answer"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_an_answer_that_is_none_loses_and_doubles_nothing(both: Site, method: str, effect: str) -> None:
    """D6, D105, D106: once, on any kind of call; a record that failed for it goes on when it is tried again."""
    mine, key = timesheet_of(both, theirs(both)), theirs(both)
    both.world.add_fault(effect=effect, method=method, path="/time", times=1)
    both.write("2.5", person=6)
    both.rewrite(mine, hours=Decimal(3))
    rest(both)
    both.erase(next(row.id for row in both.timesheets() if row.hours == Decimal("6.25")))
    rest(both)
    both.edit(key, description="Looked at again")
    patiently(both)
    sweep(both)
    assert sorted(card.hours for card in both.cards()) == [Decimal("2.5"), Decimal(3)]
    agree(both, 2)


@pytest.mark.parametrize(
    "fault", [{"effect": "repeat_page"}, {"effect": "short_page"}, {"effect": "drift_page", "rows": 1},
              {"effect": "drift_page", "rows": -2}]
)  # fmt: skip
@pytest.mark.parametrize("skip", [0, 2])
def test_pages_that_repeat_shrink_or_drift_hide_nothing_for_good(
    both: Site, fault: dict[str, Any], skip: int
) -> None:
    """D4, mechanism 12: page drift, repeated and short pages; every webhook is lost."""
    both.world.set_switches(biggest_page=2)
    cards = [both.enter(f"1.{number}0", person=8 + number).id for number in range(5)]
    both.world.add_fault(method="GET", path="timecard_entries", times=1, skip=skip, **fault)
    sweep(both)
    sweep(both)
    patiently(both)
    agree(both, 7)
    both.world.delete_timecard(both.dana.id, cards[2])
    both.world.add_fault(method="GET", path="timecard_entries", times=1, skip=skip, **fault)
    sweep(both)
    patiently(both)
    agree(both, 6)


HOOKS: dict[str, Callable[[Site, int], Any]] = {
    "deleted": lambda site, hook: site.world.delete_hook(hook),
    "without triggers": lambda site, hook: [
        site.world.delete_trigger(t.id) for t in list(site.world.state.triggers) if t.hook_id == hook
    ],
    "disabled": lambda site, hook: site.world.set_hook_status(hook, "disabled"),
    "with another secret": lambda site, hook: site.world.change_hook_secret(hook),
}


@pytest.mark.parametrize("what", HOOKS)
def test_what_a_hook_does_not_tell_any_more_is_found(sites: SharedSites, what: str) -> None:
    """R26, R31e: a hook that is deleted, disabled, or tells with another secret, which is nobody's."""
    site = sites.new()
    with site.app.app_context():
        started(site)
        for hook in list(site.world.hooks()):
            HOOKS[what](site, hook.id)
        site.edit(theirs(site), hours="4.5")
        site.deliver()
        sweep(site)
        agree(site, 2)


def test_an_event_about_what_is_not_there_or_not_ours_changes_nothing(both: Site) -> None:
    """R4: unknown records, another company's, and the same id elsewhere."""
    world, place = both.world, both.projects[0].id
    stranger = next(company for company in world.companies() if company.id != both.theirs.id)
    sam = world.user_named("Sam Stranger")
    yard = world.projects(stranger.id)[0]
    foreign = world.enter_timecard(sam.id, yard.id, {"date": "2026-11-16", "hours": "8.0"})
    for kind in ("create", "update", "delete"):
        world.send_event(both.theirs.id, place, 4711, kind)
        world.send_event(both.theirs.id, place, foreign.id, kind)
        world.send_event(both.theirs.id, place, both.projects[1].id, kind)
    rest(both)
    agree(both, 2)


def test_a_delete_event_alone_deletes_nothing(both: Site) -> None:
    """D102: the card is still there."""
    both.world.send_event(both.theirs.id, both.projects[0].id, theirs(both), "delete")
    rest(both)
    agree(both, 2)


def test_a_storm_of_events_costs_few_reads(both: Site) -> None:
    """Mechanism 19: 500 events on 2 records."""
    keys = [card.id for card in both.cards()]
    both.world.storm(keys, 500)
    both.forget_calls()
    both.settle()
    assert both.calls() <= 20
    agree(both, 2)


def test_a_card_that_somebody_copied_is_a_card_of_its_own(both: Site) -> None:
    """D6: two cards with one origin id; the original stays ours, and nobody's hours are deleted."""
    mine = next(row.id for row in both.timesheets() if row.hours == Decimal("6.25"))
    original = card_of(both, mine)
    copy = both.world.copy_timecard(both.dana.id, original, hours="2.0")
    rest(both)
    patiently(both, until_clean=False)
    assert card_of(both, mine) == original
    assert {original, copy.id} <= {card.id for card in both.cards()}
    assert link_of(both, copy.id).state in ("waiting", "in_sync", "conflict", "excluded")


def test_a_card_that_moved_to_another_project_moves_here(both: Site) -> None:
    """D28: an ordinary change of a field."""
    moved = theirs(both)
    both.world.move_timecard(both.dana.id, moved, both.projects[3].id)
    rest(both)
    agree(both, 2)
    both.rewrite(timesheet_of(both, moved), hours=Decimal(2))
    rest(both)
    agree(both, 2)
    clear(both)
