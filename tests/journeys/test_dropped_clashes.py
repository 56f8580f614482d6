"""What the mass-change guard holds is dropped, and both sides changed some of it: no value is overwritten by that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from tests.journeys.clashes import Both
from webapp.services import conflicts, guard
from webapp.services.guard import Direction

SEVEN, SIX = Decimal(7), "6.0"


def eight(site: Site, rule: str) -> list[Both]:
    """Eight records; more than two changes within an hour are unusual."""
    site.connect(send=True)
    site.set(conflict_rule=rule, guard_changes=2, guard_changes_percent=10)
    keys = [site.write("1.0", person=3 + number) for number in range(8)]
    site.settle()
    site.clock.advance(7200)
    cards = {link.timesheet_id: link.procore_id or 0 for link in site.links()}
    return [Both(site, key, cards[key]) for key in keys]


def pause(site: Site, direction: Direction, others: list[Both]) -> None:
    """With these records more is changed than usual."""
    for other in others:
        if direction == "send":
            site.rewrite(other.timesheet_id, hours=SEVEN)
        else:
            site.edit(other.card_id, hours=SIX)


def drop(site: Site, direction: Direction) -> None:
    assert [link.reason_key for link in site.links()].count(f"guard:{direction}") == 4
    guard.decide(site.company_id, direction, "drop", "Dana Ortiz")
    site.settle()


@pytest.mark.parametrize("direction, rule", [("send", "timesite"), ("send", "later"), ("receive", "procore")])
def test_each_side_keeps_its_hours_where_a_rule_would_have_let_the_dropped_change_win(
    site: Site, direction: Direction, rule: str
) -> None:
    """D12, D41: neither is taken for the only change."""
    both, *others = eight(site, rule)
    pause(site, direction, others[:3])
    site.edit(both.card_id, hours=SIX)
    site.clock.advance(10)
    both.change({"hours": SEVEN}, {})
    drop(site, direction)
    assert both.hours() == (7, 6)
    assert both.link.reason_key == "guard_dropped"
    both.change({}, {"description": "Later"})
    assert both.hours() == (7, 6)
    assert both.ours is not None
    assert both.ours.description == "Later"


def test_what_the_rule_lets_the_other_side_win_goes_on(sqlite_site: Site) -> None:
    """D12, D41: the direction that did not pause carries its part, and the loser is kept."""
    site = sqlite_site
    both, *others = eight(site, "procore")
    pause(site, "send", others[:3])
    both.change({"hours": SEVEN, "date": date(2026, 11, 17)}, {"hours": SIX})
    drop(site, "send")
    assert both.hours() == (6, 6)
    assert both.theirs is not None
    assert both.theirs.date == date(2026, 11, 16)
    assert (both.resolved().winner, both.resolved().is_carried_out) == ("theirs", True)


@pytest.mark.parametrize("direction, keep", [("send", "ours"), ("receive", "theirs")])
def test_what_a_person_decided_is_not_turned_round(
    site: Site, direction: Direction, keep: conflicts.Side
) -> None:
    """D12, D41: the later word lets each side keep its hours; the conflict says so."""
    both, *others = eight(site, "default")
    asked = both.clash()
    pause(site, direction, others[:3])
    conflicts.resolve(site.actor(), asked.id, keep)
    site.settle()
    drop(site, direction)
    assert both.hours() == (7, 6)
    over = both.resolved()
    assert (over.winner, over.resolved_how, over.is_carried_out) == (None, "settled", True)
    assert over.note is not None
    assert "dropped" in over.note


@pytest.mark.parametrize("direction", ["send", "receive"])
def test_a_question_that_the_guard_hid_is_asked(site: Site, direction: Direction) -> None:
    """D12, D41: the date is what the guard held; who changed the hours rightly, nobody was asked yet."""
    both, *others = eight(site, "default")
    pause(site, direction, others[:3])
    moved = date(2026, 11, 17)
    if direction == "send":
        both.change({"hours": SEVEN, "date": moved}, {"hours": SIX})
    else:
        both.change({"hours": SEVEN}, {"hours": SIX, "date": moved.isoformat()})
    drop(site, direction)
    assert both.hours() == (7, 6)
    assert both.asked().unit == "time"
    assert both.ours is not None
    assert both.theirs is not None
    assert both.ours.date != both.theirs.date
