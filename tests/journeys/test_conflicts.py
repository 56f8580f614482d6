"""Both sides changed the same thing: the company's rule, or a person, decides; the loser is kept. R23, R24, D40–D42."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from tests.journeys.clashes import Drifting, on_both_sides
from tests.journeys.test_overwritten import just_before
from webapp.domain.conflict import Side
from webapp.domain.timesheet import Actor
from webapp.errors import Forbidden, NotFound
from webapp.services import conflicts, settings
from webapp.services.put_back import CannotDecide

SEVEN, SIX = Decimal(7), Decimal(6)


def test_a_clash_is_shown_with_both_values_who_and_when_and_the_rest_goes_on(site: Site) -> None:
    """R23, D40, D41: hours are asked by default; the description, changed there alone, arrives meanwhile."""
    both = on_both_sides(site)
    both.change({"hours": SEVEN}, {"hours": "6.0", "description": "Forms, grid C"})
    one = both.asked()
    assert (one.kind, one.unit, one.winner, one.suggestion) == ("fields", "time", None, None)
    assert one.ours.values is not None
    assert one.theirs.values is not None
    assert one.ours.agreed is not None
    assert (one.ours.values["hours"], one.theirs.values["hours"]) == (SEVEN, SIX)
    assert one.ours.agreed["hours"] == Decimal(8)
    assert (one.ours.by, one.theirs.by) == ("Dana Ortiz", "Dana Ortiz")
    assert one.ours.at is not None
    assert one.theirs.at is not None
    assert one.timesheet_id == both.timesheet_id
    assert one.procore_id == both.card_id
    assert both.hours() == (SEVEN, SIX)
    assert both.ours is not None
    assert both.ours.description == "Forms, grid C"
    assert (both.link.state, both.link.reason_key) == ("conflict", "both_changed")
    [waiting] = site.messages("pending")
    assert waiting.reason_key == "both_changed"
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_what_a_person_decides_is_carried_out_on_both_sides(site: Site, keep: Side) -> None:
    """R24: and the other value is kept."""
    both = on_both_sides(site)
    both.clash()
    both.decide(keep)
    assert both.hours() == ((SEVEN, SEVEN) if keep == "ours" else (SIX, SIX))
    assert both.link.state == "in_sync"
    assert site.messages("pending") == []
    one = both.resolved()
    assert (one.winner, one.resolved_how, one.resolved_by, one.is_carried_out) == (
        keep, "person", "Dana Ortiz", True,
    )  # fmt: skip
    assert one.ours.values is not None
    assert one.theirs.values is not None
    assert (one.ours.values["hours"], one.theirs.values["hours"]) == (SEVEN, SIX)


@pytest.mark.parametrize("rule, winner", [("procore", SIX), ("timesite", SEVEN)])
def test_a_rule_decides_and_keeps_the_loser(sqlite_site: Site, rule: str, winner: Decimal) -> None:
    """R23, D41: nobody is asked; who lost is listed once."""
    both = on_both_sides(sqlite_site, rule)
    both.change({"hours": SEVEN}, {"hours": "6.0"})
    assert both.hours() == (winner, winner)
    assert both.all("open") == []
    one = both.resolved()
    assert (one.resolved_how, one.winner) == ("rule", "ours" if winner == SEVEN else "theirs")
    assert one.is_carried_out


@pytest.mark.parametrize("is_ours_later", [True, False])
@pytest.mark.parametrize("ahead", [-60, 0, 60])
def test_the_later_edit_wins_by_procores_clock(sqlite_site: Site, is_ours_later: bool, ahead: int) -> None:
    """D41: a clock of ours that is a minute off decides nothing; what else was edited later does not count."""
    site = sqlite_site
    both = on_both_sides(site, "later")
    site.app.extensions["clock"] = Drifting(site, ahead)
    for is_ours in (not is_ours_later, is_ours_later):
        if is_ours:
            site.rewrite(both.timesheet_id, hours=SEVEN)
        else:
            site.edit(both.card_id, hours="6.0")
        site.clock.advance(20)
    site.rewrite(both.timesheet_id, billable=False)
    site.clock.advance(20)
    site.edit(both.card_id, description="Forms, grid C")
    site.settle()
    expected = SEVEN if is_ours_later else SIX
    assert both.hours() == (expected, expected)
    assert both.resolved().resolved_how == "rule"


def test_two_edits_within_five_seconds_are_asked(sqlite_site: Site) -> None:
    """D41: whatever the rule of the later edit; by default that is the rule for what is not paid by."""
    site = sqlite_site
    both = on_both_sides(site)
    site.rewrite(both.timesheet_id, description="Strip")
    site.clock.advance(4)
    both.change({}, {"description": "Pour"})
    one = both.asked()
    assert one.unit == "description"
    assert both.ours is not None
    assert both.theirs is not None
    assert (both.ours.description, both.theirs.description) == ("Strip", "Pour")


@pytest.mark.parametrize("fraction", [0.0, 0.9])
def test_the_header_s_whole_seconds_do_not_decide_whether_it_is_asked(
    sqlite_site: Site, fraction: float
) -> None:
    """D41: the same two edits are judged alike in whatever part of a second they are looked at."""
    site = sqlite_site
    both = on_both_sides(site)
    site.edit(both.card_id, description="Pour")
    site.clock.advance(5.3)
    site.rewrite(both.timesheet_id, description="Strip")
    site.clock.advance(100 - site.clock.now().microsecond / 1e6 + fraction)
    site.settle()
    assert both.theirs is not None
    assert both.theirs.description == "Strip"
    assert both.all("open") == []


def test_by_default_the_later_description_wins(sqlite_site: Site) -> None:
    """D41: what is not paid by goes to the later edit."""
    site = sqlite_site
    both = on_both_sides(site)
    site.rewrite(both.timesheet_id, description="Strip")
    site.clock.advance(6)
    both.change({}, {"description": "Pour"})
    assert both.ours is not None
    assert both.ours.description == "Pour"
    assert both.all("open") == []


# ---- deciding ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_value_that_changed_after_the_look_is_asked_anew(sqlite_site: Site, is_ours: bool) -> None:
    """R24: a decision counts for the values that were seen; nothing is overwritten by it."""
    site = sqlite_site
    both = on_both_sides(site)
    one = both.clash()
    if is_ours:
        site.rewrite(both.timesheet_id, hours=Decimal(5))
    else:
        site.edit(both.card_id, hours="5.0")
    conflicts.resolve(site.actor(), one.id, "theirs" if is_ours else "ours")
    site.settle()
    again = both.asked()
    assert again.id == one.id
    assert again.note is not None
    assert "a value has changed since" in again.note
    assert both.hours() == ((Decimal(5), SIX) if is_ours else (SEVEN, Decimal(5)))
    both.decide("ours")
    assert both.resolved().note is None


def test_a_decision_about_values_that_are_shown_no_more_is_refused(sqlite_site: Site) -> None:
    """R24: who names what they saw is told at once."""
    both = on_both_sides(sqlite_site)
    one = both.clash()
    both.change({}, {"hours": "5.0"})
    with pytest.raises(CannotDecide, match="changed since you looked"):
        conflicts.resolve(sqlite_site.actor(), one.id, "ours", one.seen)
    conflicts.resolve(sqlite_site.actor(), one.id, "ours", both.asked().seen)


def test_deciding_twice_is_deciding_once(sqlite_site: Site) -> None:
    """R24: a mind may be changed until it is carried out; after that it is undone."""
    both = on_both_sides(sqlite_site)
    one = both.clash()
    first = conflicts.resolve(sqlite_site.actor(), one.id, "theirs")
    assert conflicts.resolve(sqlite_site.actor(), one.id, "theirs") == first
    conflicts.resolve(sqlite_site.actor(), one.id, "ours")
    sqlite_site.settle()
    assert both.hours() == (SEVEN, SEVEN)
    done = conflicts.resolve(sqlite_site.actor(), one.id, "ours")
    assert done.is_carried_out
    with pytest.raises(CannotDecide, match="over"):
        conflicts.resolve(sqlite_site.actor(), one.id, "theirs")


def test_a_decision_is_taken_back_until_it_is_carried_out(sqlite_site: Site) -> None:
    """R24."""
    both = on_both_sides(sqlite_site)
    one = both.clash()
    with pytest.raises(CannotDecide):
        conflicts.undo(sqlite_site.actor(), one.id)
    conflicts.resolve(sqlite_site.actor(), one.id, "theirs")
    conflicts.undo(sqlite_site.actor(), one.id)
    sqlite_site.settle()
    assert both.hours() == (SEVEN, SIX)
    assert both.asked().id == one.id


@pytest.mark.parametrize("since", ["off", "now"])
@pytest.mark.parametrize("keep, direction", [("ours", "send"), ("theirs", "receive")])
def test_a_decision_waits_for_the_direction_that_is_off(
    sqlite_site: Site, keep: Side, direction: str, since: str
) -> None:
    """R24, D30: nothing is forgotten, and the switch carries it out, whatever else it takes along."""
    site = sqlite_site
    both = on_both_sides(site)
    both.clash()
    settings.change(site.company_id, {direction: False})
    both.decide(keep)
    assert both.hours() == (SEVEN, SIX)
    assert (both.link.state, both.link.reason_key) == ("excluded", f"switch:{direction}")
    one = both.resolved()
    assert (one.winner, one.is_carried_out) == (keep, False)
    settings.change(site.company_id, {direction: True}, since=since)
    site.settle()
    assert both.hours() == ((SEVEN, SEVEN) if keep == "ours" else (SIX, SIX))
    assert both.resolved().is_carried_out


def test_a_decision_stays_while_the_card_is_approved(sqlite_site: Site) -> None:
    """R24, D44: it is the same hold as for any edit, and released with it."""
    site = sqlite_site
    both = on_both_sides(site)
    both.clash()
    site.world.set_approval(site.dana.id, [both.card_id], "approved")
    both.decide("ours")
    assert (both.link.state, both.link.reason_key) == ("waiting", "lock:approved")
    assert both.resolved().is_carried_out is False
    site.world.set_approval(site.dana.id, [both.card_id], "pending")
    site.settle()
    assert both.hours() == (SEVEN, SEVEN)
    assert both.resolved().is_carried_out


def test_a_clash_that_people_settle_themselves_is_closed(sqlite_site: Site) -> None:
    """R24: the same value on both sides, or an edit taken back, leaves nothing to decide."""
    both = on_both_sides(sqlite_site)
    both.clash()
    both.change({}, {"hours": "7.0"})
    one = both.resolved()
    assert (one.resolved_how, one.winner) == ("settled", "ours")
    assert both.link.state == "in_sync"
    both.change({"hours": Decimal(5)}, {"hours": "4.0"})
    both.change({"hours": SEVEN}, {})
    assert both.hours() == (Decimal(4), Decimal(4))
    assert both.all("open") == []
    assert [(c.resolved_how, c.winner) for c in both.all()] == [("settled", "theirs"), ("settled", "ours")]


def test_a_later_clash_of_the_same_values_is_asked_again(sqlite_site: Site) -> None:
    """R24: a decision that was carried out is used up."""
    both = on_both_sides(sqlite_site)
    both.clash()
    both.decide("ours")
    both.change({"hours": Decimal(8)}, {})
    both.clash()
    assert len(both.all()) == 2


def test_several_fields_are_decided_one_by_one(sqlite_site: Site) -> None:
    """R23, R24, D40: what is decided crosses while the rest is still asked."""
    site = sqlite_site
    both = on_both_sides(site, "ask")
    both.change({"hours": SEVEN, "description": "Strip"}, {"hours": "6.0", "description": "Pour"})
    by_unit = {one.unit: one for one in both.all("open")}
    assert set(by_unit) == {"time", "description"}
    conflicts.resolve(site.actor(), by_unit["description"].id, "theirs")
    site.settle()
    assert both.asked().unit == "time"
    assert both.ours is not None
    assert both.ours.description == "Pour"
    both.decide("ours")
    assert both.hours() == (SEVEN, SEVEN)
    assert both.link.state == "in_sync"


@pytest.mark.parametrize("unit", ["project", "project_item"])
def test_a_project_and_its_cost_code_are_decided_together(sqlite_site: Site, unit: str) -> None:
    """R24, D68: either answer is about the place, and carries both."""
    site = sqlite_site
    both = on_both_sides(site)
    number = site.write("1.0", project=2)
    there = site.enter("1.0", project=3)
    site.settle()
    here = next(t for t in site.timesheets() if t.id == number)
    card = next(c for c in site.cards() if c.id == there.id)
    both.change(
        {"project_id": here.project_id, "project_item_id": here.project_item_id},
        {"project_id": card.project_id, "cost_code_id": card.cost_code_id},
    )
    assert {one.unit for one in both.all("open")} == {"project", "project_item"}
    conflicts.resolve(site.actor(), next(c for c in both.all("open") if c.unit == unit).id, "theirs")
    site.settle()
    assert both.theirs is not None
    assert (both.theirs.project_id, both.theirs.cost_code_id) == (card.project_id, card.cost_code_id)
    assert both.link.state == "in_sync"
    assert {(c.resolved_how, c.resolved_by, c.is_carried_out) for c in both.all()} == {
        ("person", "Dana Ortiz", True)
    }


def test_two_records_that_never_met_are_decided_alike(sqlite_site: Site) -> None:
    """The row - V W, R24: adopted again after a reconnect, what differs is asked; then both have a base."""
    site = sqlite_site
    both = on_both_sides(site)
    both.forget_base()
    one = both.clash()
    assert one.ours.agreed is None
    both.decide("theirs")
    assert both.hours() == (SIX, SIX)
    assert both.resolved().is_carried_out
    assert both.link.base_ours is not None
    assert both.link.state == "in_sync"


# ---- a deletion against an edit ---------------------------------------------------------------------------


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_deleted_here_and_edited_there(site: Site, keep: Side) -> None:
    """R24, D42: always a conflict; keeping the edit is suggested."""
    both = on_both_sides(site, "timesite")
    both.change(None, {"hours": "6.0"})
    one = both.asked()
    assert (one.kind, one.unit, one.suggestion, one.ours.values) == ("deleted_here", None, "theirs", None)
    assert one.theirs.values is not None
    assert one.theirs.values["person"].name
    assert (both.link.state, both.link.reason_key) == ("conflict", "deleted_here")
    both.decide(keep)
    if keep == "ours":
        assert (both.ours, site.cards()) == (None, [])
    else:
        assert both.hours() == (SIX, SIX)
    assert both.resolved().is_carried_out
    assert site.messages("pending") == []


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_edited_here_and_deleted_there(site: Site, keep: Side) -> None:
    """R24, D42: kept, it becomes a time card again under the same link."""
    both = on_both_sides(site, "procore")
    both.change({"hours": SEVEN}, None)
    one = both.asked()
    assert (one.kind, one.suggestion, one.theirs.values) == ("deleted_there", "ours", None)
    assert one.ours.values is not None
    assert one.ours.values["hours"] == SEVEN
    both.decide(keep)
    if keep == "theirs":
        assert (both.ours, site.cards()) == (None, [])
    else:
        assert both.hours() == (SEVEN, SEVEN)
        assert len(site.cards()) == len(site.links()) == 1
    assert both.resolved().is_carried_out


def test_a_lost_answer_to_creating_it_again_makes_no_second_card(sqlite_site: Site) -> None:
    """R24, D6: the old card carries the same number; it is not taken for the new one."""
    site = sqlite_site
    both = on_both_sides(site)
    both.change({"hours": SEVEN}, None)
    site.world.add_fault(effect="lose_answer", method="POST", times=1)
    both.decide("ours")
    assert [card.hours for card in site.cards()] == [SEVEN]
    assert both.hours() == (SEVEN, SEVEN)
    assert both.link.state == "in_sync"


def test_a_late_effect_of_creating_it_again_makes_no_second_card(sqlite_site: Site) -> None:
    """R24, D6: while it is not there yet, the deleted card with the same number says nothing about it."""
    site = sqlite_site
    both = on_both_sides(site)
    both.change({"hours": SEVEN}, None)
    site.world.add_fault(effect="late_effect", method="POST", seconds=20, times=1)
    both.decide("ours")
    assert [card.hours for card in site.cards()] == [SEVEN]
    assert len(list(site.world.state.timecards)) == 2, "the deleted one and the new one, and never another"
    assert both.link.state == "in_sync"


def test_an_edit_of_the_other_side_makes_a_deletion_asked_anew(sqlite_site: Site) -> None:
    """R24: the person saw six hours, not five."""
    site = sqlite_site
    both = on_both_sides(site)
    both.change(None, {"hours": "6.0"})
    site.edit(both.card_id, hours="5.0")
    both.decide("ours")
    assert both.theirs is not None
    assert both.theirs.hours == Decimal(5)
    assert both.asked().note is not None


# ---- putting the loser back -----------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["procore", "timesite"])
def test_the_loser_is_put_back_on_both_sides(site: Site, rule: str) -> None:
    """R24: as an edit by the person who asked."""
    both = on_both_sides(site, rule)
    both.change({"hours": SEVEN}, {"hours": "6.0"})
    site.clock.advance(60)
    both.undo()
    expected = SEVEN if rule == "procore" else SIX
    assert both.hours() == (expected, expected)
    one = both.resolved()
    assert (one.undone_by, one.undone_at is not None) == ("Dana Ortiz", True)
    assert both.ours is not None
    assert both.ours.updated_by == "Dana Ortiz"
    with pytest.raises(CannotDecide, match="undone this already"):
        both.undo()


def test_each_unit_is_put_back_in_our_own_words(sqlite_site: Site) -> None:
    """R24: person, project with its cost code, and time type are said in our ids."""
    site = sqlite_site
    both = on_both_sides(site, "timesite")
    people = [p for p in site.world.state.people if p.company_id == site.theirs.id]
    site.write("1.0", person=5)
    site.enter("1.0", person=6)
    site.settle()
    mine, yours = (t.user_id for t in site.timesheets() if t.id != both.timesheet_id)
    both.change({"user_id": mine}, {"party_id": people[6].id})
    assert both.ours is not None
    assert both.ours.user_id == mine
    both.undo()
    assert both.ours.user_id == yours
    assert both.theirs is not None
    assert both.theirs.party_id == people[6].id


@pytest.mark.parametrize("unit", ["project", "project_item"])
def test_a_project_is_put_back_with_its_cost_code(sqlite_site: Site, unit: str) -> None:
    """R24, D68: an item belongs to its project, so undoing either puts back both."""
    site = sqlite_site
    both = on_both_sides(site, "timesite")
    number = site.write("1.0", project=2)
    here = next(t for t in site.timesheets() if t.id == number)
    there = site.enter("1.0", project=3)
    site.settle()
    card = next(c for c in site.cards() if c.id == there.id)
    both.change(
        {"project_id": here.project_id, "project_item_id": here.project_item_id},
        {"project_id": card.project_id, "cost_code_id": card.cost_code_id},
    )
    assert both.ours is not None
    assert both.theirs is not None
    assert (both.ours.project_id, both.theirs.project_id) == (here.project_id, site.projects[2].id)
    one = next(c for c in both.all("resolved") if c.unit == unit)
    conflicts.undo(site.actor(), one.id)
    site.settle()
    assert (both.theirs.project_id, both.theirs.cost_code_id) == (card.project_id, card.cost_code_id)
    assert both.link.state == "in_sync"


def test_a_value_that_was_overwritten_unseen_is_put_back(sqlite_site: Site) -> None:
    """R24, invariant 3: it is listed like any loser."""
    site = sqlite_site
    both = on_both_sides(site)
    just_before(site, "PATCH", lambda: site.edit(both.card_id, hours="6.5"))
    both.change({"hours": SEVEN}, {})
    one = both.resolved()
    assert (one.kind, one.winner, one.resolved_how) == ("overwritten", "ours", "rule")
    assert one.theirs.values is not None
    assert one.theirs.values["hours"] == Decimal("6.5")
    both.undo()
    assert both.hours() == (Decimal("6.5"), Decimal("6.5"))


def test_a_card_that_was_deleted_after_an_unseen_edit_comes_back(sqlite_site: Site) -> None:
    """R24, invariant 3."""
    site = sqlite_site
    both = on_both_sides(site)
    just_before(site, "DELETE", lambda: site.edit(both.card_id, hours="6.5"))
    both.change(None, {})
    assert (both.ours, site.cards()) == (None, [])
    both.undo()
    assert both.hours() == (Decimal("6.5"), Decimal("6.5"))


def test_an_edit_while_a_rule_is_carried_out_loses_no_loser(sqlite_site: Site) -> None:
    """R23, invariant 3: 7 replaced 6 at Procore while somebody entered 5 here; our own 7 is not taken for theirs."""
    site = sqlite_site
    both = on_both_sides(site, "timesite")
    just_before(site, "PATCH", lambda: site.rewrite(both.timesheet_id, hours=Decimal(5)))
    both.change({"hours": SEVEN}, {"hours": "6.0", "description": "Pour"})
    assert both.hours() == (Decimal(5), Decimal(5))
    assert both.ours is not None
    assert both.ours.description == "Pour"
    one = both.resolved()
    assert one.theirs.values is not None
    assert one.theirs.values["hours"] == SIX


def test_nothing_is_put_back_over_what_was_changed_since(sqlite_site: Site) -> None:
    """R24: told clearly, and nothing is lost."""
    both = on_both_sides(sqlite_site, "procore")
    both.change({"hours": SEVEN}, {"hours": "6.0"})
    both.change({"hours": Decimal(5)}, {})
    with pytest.raises(CannotDecide, match="changed since"):
        both.undo()
    both.change({"hours": SEVEN}, {})
    with pytest.raises(CannotDecide, match="so already"):
        both.undo()
    assert both.hours() == (SEVEN, SEVEN)
    assert both.resolved().undone_at is None


def test_nothing_is_put_back_while_sending_is_off(sqlite_site: Site) -> None:
    """R24: Procore could not be told."""
    both = on_both_sides(sqlite_site, "procore")
    both.change({"hours": SEVEN}, {"hours": "6.0"})
    settings.change(sqlite_site.company_id, {"send": False})
    with pytest.raises(CannotDecide, match="Sending to Procore is switched off"):
        both.undo()
    assert both.hours() == (SIX, SIX)


def test_a_new_clash_of_the_same_value_comes_before_undoing_the_old_one(sqlite_site: Site) -> None:
    """R24."""
    both = on_both_sides(sqlite_site, "procore")
    both.change({"hours": SEVEN}, {"hours": "6.0"})
    sqlite_site.set(conflict_rule="ask")
    both.change({"hours": Decimal(5)}, {"hours": "4.0"})
    old = both.resolved()
    with pytest.raises(CannotDecide, match="again since"):
        conflicts.undo(sqlite_site.actor(), old.id)


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_a_deletion_here_that_was_decided_is_undone(sqlite_site: Site, keep: Side) -> None:
    """R24, D42: the edit comes back, or goes after all."""
    both = on_both_sides(sqlite_site)
    both.change(None, {"hours": "6.0"})
    both.decide(keep)
    both.undo()
    if keep == "ours":
        assert both.hours() == (SIX, SIX)
    else:
        assert (both.ours, sqlite_site.cards()) == (None, [])
    assert len(sqlite_site.links()) == 1


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_a_deletion_there_that_was_decided_is_undone(sqlite_site: Site, keep: Side) -> None:
    """R24, D42."""
    both = on_both_sides(sqlite_site)
    both.change({"hours": SEVEN}, None)
    both.decide(keep)
    both.undo()
    if keep == "theirs":
        assert both.hours() == (SEVEN, SEVEN)
    else:
        assert (both.ours, sqlite_site.cards()) == (None, [])
    assert len(sqlite_site.links()) == 1


# ---- who may ----------------------------------------------------------------------------------------------


def test_only_who_may_change_everybodys_time_decides(sqlite_site: Site) -> None:
    """R2, R24."""
    both = on_both_sides(sqlite_site)
    one = both.clash()
    foreman = Actor(sqlite_site.company_id, "Ana Ruiz", user_id=1, procore_project_ids=None)
    blind = Actor(sqlite_site.company_id, "Bo", may_edit_all=True, user_id=None)
    for act in (lambda who: conflicts.resolve(who, one.id, "ours"), lambda who: conflicts.undo(who, one.id)):
        with pytest.raises(Forbidden):
            act(foreman)
        with pytest.raises(NotFound):
            act(blind)
    assert conflicts.page(blind, None, 0, 10) == ([], 0)
