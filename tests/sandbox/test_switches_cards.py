"""Switches of time cards: when they count as changed, what locks them, who may change them, and their time."""

from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from procore_sandbox.model import Refused
from tests.sandbox.cast import Procore


def create(procore: Procore, **fields: Any) -> Any:
    body = {"project_id": procore.bridge.id, "timecard_entry": procore.fields(**fields)}
    return procore.api.post(procore.cards_path, body)


def act(procore: Procore, what: str, card_id: int) -> None:
    world, dana = procore.world, procore.dana.id
    if what == "approval":
        world.set_approval(dana, [card_id], "reviewed")
    elif what == "signature":
        world.sign_timecard(dana, card_id)
    else:
        sub_job = next(each for each in world.state.sub_jobs if each.project_id == procore.hospital.id)
        world.edit_timecard(dana, card_id, {"sub_job_id": sub_job.id})


@pytest.mark.parametrize("what", ["approval", "signature", "sub_job"])
@pytest.mark.parametrize("position", ["nothing", "approval", "signature", "sub_job", "all"])
def test_updated_at_moves_or_stays_as_the_switch_says(position: str, what: str) -> None:
    """Question 1."""
    procore = Procore(updated_at_unmoved_by=position)
    card = procore.enter(procore.hospital)
    procore.clock.advance(60)
    act(procore, what, card.id)
    after = procore.world.timecard(card.id)
    assert after is not None
    assert (after.updated_at == card.updated_at) == (position in (what, "all"))
    procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "2.0"})
    moved = procore.world.timecard(card.id)
    assert moved is not None
    assert moved.updated_at > card.updated_at


def test_two_changes_may_show_the_same_time() -> None:
    """Question 1: equal updated_at."""
    procore = Procore(updated_at_cut_seconds=60)
    card = procore.enter()
    procore.clock.advance(30)
    after = procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "2.0"})
    assert after.updated_at == card.updated_at == procore.clock.now().replace(second=0)


def test_updated_at_may_run_backward() -> None:
    """Question 1."""
    procore = Procore(updated_at_skew_seconds=60)
    card, times = procore.enter(), []
    for number in range(30):
        procore.clock.advance(1)
        edited = procore.world.edit_timecard(procore.dana.id, card.id, {"hours": f"{number % 2 + 1}.0"})
        times.append(edited.updated_at)
    assert times != sorted(times)
    assert all(abs((at - procore.clock.now()).total_seconds()) <= 90 for at in times)


@pytest.mark.parametrize("event, heard", [("update", ["update"]), ("create", ["create"]), ("none", [])])
def test_a_deleted_card_comes_back_under_its_id(event: str, heard: list[str]) -> None:
    """Question 3, D3."""
    procore = Procore(restore_event=event)
    card = procore.enter()
    procore.world.delete_timecard(procore.dana.id, card.id)
    procore.hook(procore.bridge)
    restored = procore.world.restore_timecard(procore.dana.id, card.id)
    assert (restored.id, restored.deleted_at) == (card.id, None)
    assert procore.api.get(f"{procore.cards_path}/{card.id}").status == 200
    assert [each.event_type for each in procore.world.state.events] == heard
    assert procore.world.change_history(card.id)[-1].column == "deleted_at"


def test_a_deleted_card_may_be_gone_for_good() -> None:
    """Question 3."""
    procore = Procore(deleted_cards_restorable=False)
    card = procore.enter()
    procore.world.delete_timecard(procore.dana.id, card.id)
    with pytest.raises(Refused):
        procore.world.restore_timecard(procore.dana.id, card.id)


@pytest.mark.parametrize("status", [422, 403, 409])
@pytest.mark.parametrize("is_named", [True, False])
def test_an_approved_card_refuses_in_the_words_of_the_switch(status: int, is_named: bool) -> None:
    """Question 4, D44."""
    procore = Procore(locked_status=status, locked_names_approval=is_named)
    card = procore.enter()
    procore.world.set_approval(procore.dana.id, [card.id], "approved")
    body = {"project_id": procore.bridge.id, "timecard_entry": {"date": "2026-11-16", "hours": "2.0"}}
    answer = procore.api.patch(f"{procore.cards_path}/{card.id}", body)
    assert answer.status == status
    assert ("approved" in answer.body.decode()) == is_named


def test_a_double_is_refused_where_doubles_are() -> None:
    """Question 5."""
    procore = Procore(duplicate_cards="refuse")
    assert create(procore).status == 201
    assert create(procore).status == 422
    assert create(procore, party_id=procore.person(1).id).status == 201
    assert create(procore, date="2026-11-17").status == 201


def test_a_card_that_was_deleted_makes_room_for_its_double_but_cannot_come_back() -> None:
    """Questions 3 and 5."""
    procore = Procore(duplicate_cards="refuse")
    card = procore.enter()
    procore.world.delete_timecard(procore.dana.id, card.id)
    procore.enter()
    with pytest.raises(Refused):
        procore.world.restore_timecard(procore.dana.id, card.id)


@pytest.mark.parametrize("is_trimmed, stored", [(False, " Forms \n"), (True, "Forms")])
def test_descriptions_are_trimmed_or_kept(is_trimmed: bool, stored: str) -> None:
    procore = Procore(trims_descriptions=is_trimmed)
    assert create(procore, description=" Forms \n").json()["description"] == stored


@pytest.mark.parametrize("level, is_allowed", [("Admin", False), ("Standard", True)])
def test_the_level_that_approving_takes(level: str, is_allowed: bool) -> None:
    """Question 20."""
    procore = Procore(approval_needs=level)
    procore.frank.levels["Timecard"] = "Standard"
    card = procore.enter()
    with nullcontext() if is_allowed else pytest.raises(Refused):
        procore.world.set_approval(procore.frank.id, [card.id], "approved")
    after = procore.world.timecard(card.id)
    assert after is not None
    assert (after.approval_status == "approved") == is_allowed


@pytest.mark.parametrize("reach, status", [("all", 200), ("own", 403)])
def test_whose_cards_a_foreman_changes_by_project_level_calls(reach: str, status: int) -> None:
    """Question 20."""
    procore = Procore(project_calls_reach=reach)
    card = procore.enter(party_id=procore.person(9).id)
    path = f"/rest/v1.0/projects/{procore.bridge.id}/timecard_entries"
    foreman = procore.as_person(procore.frank)
    assert foreman.patch(f"{path}/{card.id}", {"timecard_entry": {"hours": "1.0"}}).status == status
    own = foreman.post(path, {"timecard_entry": procore.fields()}).json()["id"]
    assert foreman.patch(f"{path}/{own}", {"timecard_entry": {"hours": "1.0"}}).status == 200


def test_a_projects_list_may_show_pending_cards_only() -> None:
    procore = Procore(project_list_pending_only=True)
    procore.world.set_approval(procore.dana.id, [procore.enter().id], "approved")
    pending = procore.enter()
    path = f"/rest/v1.0/projects/{procore.bridge.id}/timecard_entries"
    assert [row["id"] for row in procore.api.get(path, log_date="2026-11-16").json()] == [pending.id]


@pytest.mark.parametrize("sent, kept", [("7.6", "7.5"), ("7.7", "7.75"), ("8.0", "8")])
def test_hours_are_rounded_to_the_companys_step(sent: str, kept: str) -> None:
    """D47."""
    procore = Procore(hours_step_minutes=15)
    assert procore.enter(hours=sent).hours == Decimal(kept)


def test_a_shift_without_a_lunch_gets_the_default_one() -> None:
    """D47: computed lunch."""
    procore = Procore(default_lunch_minutes=30)
    times = {"time_in": "2026-11-16T14:00:00Z", "time_out": "2026-11-16T22:30:00Z"}
    assert procore.enter(procore.mill, **times).hours == Decimal(8)
    assert procore.enter(procore.mill, **times, lunch_time="60").hours == Decimal("7.5")


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("position", ["asked", "always"])
def test_which_cards_overtime_splits(position: str, asked: bool) -> None:
    """Question 12, D48."""
    procore = Procore(overtime_split=position)
    answer = create(procore, hours="9.5", set_timecard_time_type_automatically=asked)
    hours = sorted(each.hours for each in procore.world.timecards(procore.company.id))
    is_split = asked or position == "always"
    assert hours == ([Decimal("1.5"), Decimal(8)] if is_split else [Decimal("9.5")])
    assert len(answer.json()["automatically_split_timecard_entries"]) == is_split


def test_a_split_may_be_silent_and_unlisted() -> None:
    """Question 12."""
    procore = Procore(overtime_split="always", split_parts_listed=False, split_fires_events=False)
    procore.hook(procore.bridge)
    assert create(procore, hours="9.5").json()["automatically_split_timecard_entries"] == []
    assert len(procore.world.timecards(procore.company.id)) == 2
    assert [each.event_type for each in procore.world.state.events] == ["create"]


@pytest.mark.parametrize("zone, hour", [("project", 14), ("utc", 6)])
def test_the_zone_of_a_time_without_one(zone: str, hour: int) -> None:
    """Question 8."""
    procore = Procore(clock_times_in=zone)
    procore.mill.tz_name = "America/Los_Angeles"
    card = procore.enter(procore.mill, time_in="06:00", time_out="14:00")
    assert card.time_in == datetime(2026, 11, 16, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "position, day",
    [("sent", date(2026, 11, 20)), ("project", date(2026, 11, 16)), ("utc", date(2026, 11, 17))],
)
def test_whose_calendar_gives_the_day_of_a_night_shift(position: str, day: date) -> None:
    """Question 8, D80."""
    procore = Procore(date_from=position)
    procore.mill.tz_name = "America/Los_Angeles"
    times = {"time_in": "2026-11-17T06:00:00Z", "time_out": "2026-11-17T13:00:00Z"}
    assert procore.enter(procore.mill, date="2026-11-20", **times).date == day


@pytest.mark.parametrize("position, is_other", [("people", False), ("own", True)])
def test_a_cards_worker_has_the_directorys_id_or_another(position: str, is_other: bool) -> None:
    """Question 9."""
    procore = Procore(party_ids=position)
    row = create(procore).json()
    assert (row["party"]["id"] != procore.person().id) == is_other
    assert row["party"]["name"] == procore.person().name
    again = create(procore, party_id=row["party"]["id"]).json()
    assert again["party"] == row["party"]
    listed = procore.api.get(procore.cards_path, **{"filters[party_id]": row["party"]["id"]}).json()
    assert len(listed) == 2
