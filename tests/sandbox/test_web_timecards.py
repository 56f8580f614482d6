"""The time card tool of a project, as people use it."""

from datetime import date
from decimal import Decimal

import pytest

from procore_sandbox.model.records import Project, Timecard
from tests.sandbox.cast import Procore
from tests.sandbox.visitor import Visitor


@pytest.fixture
def visitor(procore: Procore) -> Visitor:
    return Visitor(procore)


def only(procore: Procore, project: Project | None = None) -> Timecard:
    [card] = procore.world.timecards(procore.company.id, project_id=(project or procore.bridge).id)
    return card


def test_the_form_can_be_sent_as_it_stands(visitor: Visitor) -> None:
    """R35: two clicks enter a card: today, oneself, eight hours of regular, billable work."""
    procore = visitor.procore
    visitor.submit(f"{visitor.cards()}/new", "timecard-form")
    card = only(procore)
    assert (card.date, card.hours, card.billable) == (procore.world.now().date(), Decimal("8.00"), True)
    assert card.party_id == procore.person(0).id
    assert card.timecard_time_type_id == procore.time_type().id
    assert card.cost_code_id == procore.cost_code(procore.bridge).id
    assert card.line_item_type_id == procore.company.labor_line_item_type_id
    assert card.created_by_id == procore.dana.id
    assert "8.0 h" in visitor.open(visitor.cards()).text


def test_today_is_the_day_at_the_site(visitor: Visitor) -> None:
    """D83: 03:00 UTC on Tuesday is still Monday in Los Angeles."""
    visitor.procore.clock.advance(15 * 3600)
    visitor.submit(f"{visitor.cards()}/new", "timecard-form")
    assert only(visitor.procore).date == date(2026, 11, 16)


def test_a_start_and_stop_project_takes_times_of_its_own_zone(visitor: Visitor) -> None:
    """R20, D83: 07:00 in Los Angeles is 15:00 UTC."""
    procore = visitor.procore
    visitor.submit(f"{visitor.cards(procore.mill)}/new", "timecard-form")
    card = only(procore, procore.mill)
    assert card.time_in is not None
    assert (card.time_in.hour, card.lunch_minutes, card.hours) == (15, 30, Decimal("8.00"))
    assert "07:00–15:30, lunch 30 min = 8.0 h" in visitor.open(visitor.cards(procore.mill)).text


def test_a_cost_code_of_a_sub_job_brings_the_sub_job_along(visitor: Visitor) -> None:
    procore = visitor.procore
    sub_job = next(each for each in procore.world.state.sub_jobs if each.project_id == procore.hospital.id)
    code = procore.cost_code(procore.hospital, sub_job_id=sub_job.id)
    visitor.submit(f"{visitor.cards(procore.hospital)}/new", "timecard-form", cost_code_id=code.id)
    assert only(procore, procore.hospital).sub_job_id == sub_job.id
    assert sub_job.name in visitor.open(visitor.cards(procore.hospital)).text


def test_what_procore_refuses_is_said_at_the_field_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    answer = visitor.submit(
        f"{visitor.cards()}/new", "timecard-form", 422, hours="25", description="Pour, north pier"
    )
    assert "must be at most 24" in answer.text
    assert "Pour, north pier" in answer.text
    assert 'value="25"' in answer.text
    assert visitor.procore.world.timecards(visitor.procore.company.id) == []


def test_an_edit_sends_what_was_changed_and_leaves_the_rest(visitor: Visitor) -> None:
    """R10, D49."""
    procore = visitor.procore
    card = procore.enter(procore.mill, time_in="07:07", time_out="15:30", hours=None, lunch_time="30")
    visitor.submit(f"{visitor.cards(procore.mill)}/{card.id}", "timecard-form", description="Night shift")
    after = only(procore, procore.mill)
    assert (after.description, after.clock_in_time) == ("Night shift", card.clock_in_time)
    assert [each.column for each in procore.world.change_history(card.id)] == ["description"]


def test_billable_can_be_taken_off(visitor: Visitor) -> None:
    card = visitor.procore.enter()
    visitor.submit(f"{visitor.cards()}/{card.id}", "timecard-form", billable=None)
    assert only(visitor.procore).billable is False


def test_a_changed_start_is_understood_on_the_cards_day(visitor: Visitor) -> None:
    procore = visitor.procore
    card = procore.enter(procore.mill, time_in="07:00", time_out="15:30", hours=None)
    visitor.submit(f"{visitor.cards(procore.mill)}/{card.id}", "timecard-form", time_in="08:00")
    assert only(procore, procore.mill).hours == Decimal("7.50")


def test_the_change_history_says_names_instead_of_ids(visitor: Visitor) -> None:
    procore = visitor.procore
    card, other = procore.enter(), procore.person(5)
    procore.world.edit_timecard(procore.frank.id, card.id, {"party_id": other.id})
    page = visitor.open(f"{visitor.cards()}/{card.id}")
    assert f"{other.name} ({other.employee_id})" in page.text
    assert "Frank Weber" in page.text
    assert page.marked("history")


def test_an_approved_card_refuses_deletion_and_says_why(visitor: Visitor) -> None:
    """R25, D44."""
    visitor.procore.enter()
    visitor.submit(visitor.cards(), "approve")
    assert only(visitor.procore).approval_status == "approved"
    visitor.said()
    visitor.submit(visitor.cards(), "delete")
    assert "an approved time card cannot be edited" in visitor.said()
    visitor.submit(visitor.cards(), "unapprove")
    visitor.submit(visitor.cards(), "delete")
    assert visitor.procore.world.timecards(visitor.procore.company.id) == []


def test_deleted_cards_are_shown_on_request(visitor: Visitor) -> None:
    card = visitor.procore.enter(description="Poured twice")
    visitor.submit(visitor.cards(), "delete")
    assert "Poured twice" not in visitor.open(visitor.cards()).text
    page = visitor.open(f"{visitor.cards()}?deleted=1")
    assert "Poured twice" in page.text
    assert (page.marked("delete"), page.marked("approve")) == ([], [])
    assert not visitor.open(f"{visitor.cards()}/{card.id}").marked("save")


@pytest.mark.parametrize("count", [10, 100])
def test_many_cards_are_entered_at_once_each_on_its_own(visitor: Visitor, count: int) -> None:
    procore = visitor.procore
    procore.hook(procore.bridge)
    visitor.submit(visitor.cards(), f"enter-{count}")
    assert len(procore.world.timecards(procore.company.id, project_id=procore.bridge.id)) == count
    assert len(procore.world.due_deliveries(limit=1000)) == count


def test_nobody_enters_more_than_a_thousand_by_accident(visitor: Visitor) -> None:
    visitor.send(f"{visitor.cards()}/many", count="100000")
    assert len(visitor.procore.world.timecards(visitor.procore.company.id)) == 1000


def test_a_long_list_comes_in_pages(visitor: Visitor) -> None:
    visitor.send(f"{visitor.cards()}/many", count="150")
    first, second = visitor.open(visitor.cards()), visitor.open(f"{visitor.cards()}?page=2")
    assert (len(first.marked("timecard-row")), len(second.marked("timecard-row"))) == (100, 50)
    keys = {each["data-key"] for page in (first, second) for each in page.marked("timecard-row")}
    assert len(keys) == 150
    assert len(visitor.open(f"{visitor.cards()}?page=99").marked("timecard-row")) == 50


def test_a_foreman_enters_cards_but_cannot_approve(visitor: Visitor) -> None:
    """R2."""
    visitor.act_as(visitor.procore.frank)
    visitor.submit(f"{visitor.cards()}/new", "timecard-form")
    assert only(visitor.procore).party_id == visitor.procore.person(1).id
    visitor.said()
    visitor.submit(visitor.cards(), "approve")
    assert "need Admin permission on the Timecard tool" in visitor.said()
    assert only(visitor.procore).approval_status == "pending"


def test_all_pending_cards_can_be_approved_together(visitor: Visitor) -> None:
    visitor.send(f"{visitor.cards()}/many", count="5")
    visitor.submit(visitor.cards(), "approve-all")
    cards = visitor.procore.world.timecards(visitor.procore.company.id)
    assert {each.approval_status for each in cards} == {"approved"}


def test_a_card_is_not_found_under_another_project(visitor: Visitor) -> None:
    card = visitor.procore.enter()
    other = visitor.cards(visitor.procore.mill)
    visitor.open(f"{other}/{card.id}", 404)
    assert visitor.send(f"{other}/{card.id}/delete").status_code == 404
    assert only(visitor.procore).deleted_at is None


def test_a_person_who_left_stays_on_their_card(visitor: Visitor) -> None:
    """D61."""
    gone = next(each for each in visitor.procore.world.state.people if not each.is_active)
    card = visitor.procore.enter(party_id=gone.id)
    visitor.submit(f"{visitor.cards()}/{card.id}", "timecard-form", description="Last day")
    assert (only(visitor.procore).party_id, only(visitor.procore).description) == (gone.id, "Last day")


def test_a_status_that_does_not_exist_is_refused(visitor: Visitor) -> None:
    card = visitor.procore.enter()
    visitor.send(f"{visitor.cards()}/{card.id}/approval", status="lost")
    assert "is not included in the list" in visitor.said()
    assert only(visitor.procore).approval_status == "pending"
