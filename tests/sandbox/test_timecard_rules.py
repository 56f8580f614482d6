"""What a written time card becomes, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from procore_sandbox.model import Refused
from tests.sandbox.cast import Procore


def write(procore: Procore, project: Any = None, **fields: Any) -> Any:
    """The service account creates a card; its answer."""
    project = project or procore.bridge
    body = {"project_id": project.id, "timecard_entry": procore.fields(project, **fields)}
    return procore.api.post(procore.cards_path, body)


def times(procore: Procore, **fields: Any) -> Any:
    """A card in the start-and-stop project."""
    body = {name: value for name, value in procore.fields(procore.mill).items() if name != "hours"}
    card = {**body, **fields}
    return procore.api.post(procore.cards_path, {"project_id": procore.mill.id, "timecard_entry": card})


@pytest.mark.parametrize("hours", ["0", "7.25", "24"])
def test_hours_are_kept_as_the_decimal_that_was_sent(procore: Procore, hours: str) -> None:
    """D81, D82."""
    answer = write(procore, hours=hours)
    assert answer.status == 201
    assert Decimal(answer.json()["hours"]) == Decimal(hours)


@pytest.mark.parametrize("hours", ["24.01", "-1", "many", "NaN"])
def test_impossible_hours_are_refused_by_field(procore: Procore, hours: str) -> None:
    """D82, D103."""
    answer = write(procore, hours=hours)
    assert answer.status == 422
    assert list(answer.json()["errors"]) == ["hours"]
    assert procore.world.timecards(procore.company.id) == []


def test_every_mistake_is_named_at_once(procore: Procore) -> None:
    """As in the sample error.422."""
    answer = write(procore, hours="25", cost_code_id=procore.cost_code(procore.mill).id)
    assert answer.json()["errors"] == {
        "hours": ["must be at most 24"],
        "cost_code_id": ["is not in this project"],
    }


@pytest.mark.parametrize(
    "name", ["party_id", "timecard_time_type_id", "line_item_type_id", "sub_job_id", "crew_id"]
)
def test_what_a_card_points_to_must_exist(procore: Procore, name: str) -> None:
    assert list(write(procore, **{name: 12345}).json()["errors"]) == [name]


def test_a_person_of_another_company_is_refused(procore: Procore) -> None:
    stranger = next(each for each in procore.world.state.people if each.company_id == procore.stranger.id)
    assert write(procore, party_id=stranger.id).status == 422


def test_a_malformed_date_is_stored_as_nothing_without_an_error(procore: Procore) -> None:
    """D87."""
    answer = write(procore, date="the 16th")
    assert (answer.status, answer.json()["date"]) == (201, None)


def test_what_is_left_out_gets_procores_defaults(procore: Procore) -> None:
    """The API's default is not billable; the web's is."""
    card = write(procore).json()
    assert card["billable"] is False
    assert card["approval_status"] == "pending"
    assert card["timecard_time_type"]["time_type"] == "Regular Time"
    assert card["line_item_type_id"] == procore.company.labor_line_item_type_id
    assert procore.enter().billable is True


def test_total_hours_projects_drop_times(procore: Procore) -> None:
    """R20: use the kind that the project uses."""
    card = write(procore, time_in="2026-11-16T14:00:00Z", time_out="2026-11-16T22:00:00Z").json()
    assert (card["hours"], card["time_in"], card["time_out"]) == ("8.0", None, None)


def test_total_hours_projects_need_hours(procore: Procore) -> None:
    fields = {name: value for name, value in procore.fields().items() if name != "hours"}
    answer = procore.api.post(procore.cards_path, {"project_id": procore.bridge.id, "timecard_entry": fields})
    assert answer.json()["errors"] == {"hours": ["can't be blank"]}


def test_start_and_stop_projects_need_times(procore: Procore) -> None:
    """R20."""
    answer = times(procore, hours="8.0")
    assert answer.json()["errors"] == {"time_in": ["can't be blank"], "time_out": ["can't be blank"]}


def test_hours_follow_from_times_and_lunch(procore: Procore) -> None:
    """D85."""
    card = times(
        procore, time_in="2026-11-16T14:00:00Z", time_out="2026-11-17T00:00:00Z", lunch_time="30"
    ).json()
    assert (card["hours"], card["lunch_time"]) == ("9.5", "30")


@pytest.mark.parametrize(
    "rule, time_in, time_out",
    [
        ("none", "14:07", "22:08"),
        ("nearest", "14:00", "22:15"),
        ("up", "14:15", "22:15"),
        ("down", "14:00", "22:00"),
    ],
)
def test_times_are_rounded_by_the_companys_rule(rule: str, time_in: str, time_out: str) -> None:
    """D47: a card may come back changed."""
    procore = Procore(rounding_rule=rule)
    card = times(procore, time_in="2026-11-16T14:07:00Z", time_out="2026-11-16T22:08:00Z").json()
    assert card["time_in"] == f"2026-11-16T{time_in}:00Z"
    assert card["time_out"] == f"2026-11-16T{time_out}:00Z"
    stored = procore.world.timecard(card["id"])
    assert stored is not None
    assert stored.clock_in_time is not None
    assert stored.clock_in_time.minute == 7


def test_wall_clock_times_are_of_the_projects_zone_and_may_pass_midnight(procore: Procore) -> None:
    """D83, as the guide sends HH:MM: 22:00 in Los Angeles is 06:00 UTC."""
    card = times(procore, time_in="22:00", time_out="06:00").json()
    assert (card["time_in"], card["time_out"]) == ("2026-11-17T06:00:00Z", "2026-11-17T14:00:00Z")
    assert card["hours"] == "8.0"


def test_a_stop_before_the_start_is_refused(procore: Procore) -> None:
    answer = times(procore, time_in="2026-11-16T14:00:00Z", time_out="2026-11-16T13:00:00Z")
    assert list(answer.json()["errors"]) == ["time_out"]


def test_overtime_splits_a_card_and_the_hours_add_up(procore: Procore) -> None:
    """D48."""
    card = write(procore, hours="9.5", set_timecard_time_type_automatically=True).json()
    [extra] = card["automatically_split_timecard_entries"]
    assert (card["hours"], extra["hours"]) == ("8.0", "1.5")
    assert extra["timecard_time_type"]["time_type"] == "Overtime"
    assert {each.id for each in procore.world.timecards(procore.company.id)} == {card["id"], extra["id"]}


def test_an_update_changes_what_was_sent_and_leaves_the_rest(procore: Procore) -> None:
    """D49."""
    card = procore.enter(description="before")
    procore.clock.advance(60)
    body = {"project_id": procore.bridge.id, "timecard_entry": {"date": "2026-11-16", "hours": "7.75"}}
    answer = procore.api.patch(f"{procore.cards_path}/{card.id}", body).json()
    assert (answer["hours"], answer["description"]) == ("7.75", "before")
    assert answer["updated_at"] == "2026-11-16T12:01:00Z"


def test_change_history_tells_column_old_new_when_and_who(procore: Procore) -> None:
    """M8: what the audit reads."""
    card = procore.enter(hours="8.5")
    procore.clock.advance(60)
    procore.world.edit_timecard(procore.frank.id, card.id, {"hours": "7.75"})
    assert procore.api.get(f"{procore.cards_path}/{card.id}/change_history").json() == [
        {
            "column": "hours",
            "old_value": "8.5",
            "new_value": "7.75",
            "created_at": "2026-11-16T12:01:00Z",
            "created_by": "Frank Weber",
        }
    ]


def test_an_update_that_changes_nothing_moves_nothing(procore: Procore) -> None:
    card = procore.enter()
    procore.clock.advance(60)
    after = procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "8.00", "date": "2026-11-16"})
    assert after.updated_at == card.created_at
    assert procore.world.change_history(card.id) == []


def test_a_card_can_move_to_another_project_with_a_code_of_that_project(procore: Procore) -> None:
    """D28."""
    card = procore.enter()
    with pytest.raises(Refused) as refused:
        procore.world.edit_timecard(procore.dana.id, card.id, {"project_id": procore.depot.id})
    assert list(refused.value.errors) == ["cost_code_id"]
    code = procore.cost_code(procore.depot)
    moved = procore.world.edit_timecard(
        procore.dana.id, card.id, {"project_id": procore.depot.id, "cost_code_id": code.id}
    )
    assert moved.project_id == procore.depot.id


def test_an_approved_card_refuses_edits_and_deletion_until_it_is_unapproved(procore: Procore) -> None:
    """R25, D44."""
    card = procore.enter()
    procore.world.set_approval(procore.dana.id, [card.id], "approved")
    body = {"project_id": procore.bridge.id, "timecard_entry": {"date": "2026-11-16", "hours": "1.0"}}
    path = f"{procore.cards_path}/{card.id}"
    assert "approved" in procore.api.patch(path, body).json()["errors"]["approval_status"][0]
    assert procore.api.delete(path).status == 422
    procore.world.set_approval(procore.dana.id, [card.id], "pending")
    assert procore.api.patch(path, body).status == 200


def test_approved_cards_can_be_edited_where_the_switch_says_so() -> None:
    procore = Procore(approved_refuse_edits=False)
    card = procore.enter()
    procore.world.set_approval(procore.dana.id, [card.id], "approved")
    assert procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "1.0"}).hours == 1


def test_a_foreman_cannot_approve(procore: Procore) -> None:
    card = procore.enter()
    with pytest.raises(Refused) as refused:
        procore.world.set_approval(procore.frank.id, [card.id], "approved")
    assert refused.value.status == 403


def test_deleting_is_soft_and_answers_with_the_card(procore: Procore) -> None:
    """R10, D102."""
    card = procore.enter()
    procore.clock.advance(5)
    path = f"{procore.cards_path}/{card.id}"
    answer = procore.api.delete(path)
    assert (answer.status, answer.json()["deleted_at"]) == (200, "2026-11-16T12:00:05Z")
    assert procore.api.get(path).status == 404
    assert procore.api.delete(path).status == 404
    procore.world.set_switches(deleted_cards_shown=True)
    assert procore.api.get(path).json()["deleted_at"] == "2026-11-16T12:00:05Z"


def test_people_in_procore_cannot_edit_an_apps_card_where_origin_ids_lock() -> None:
    """README of Procore's facts, section 12, number 21."""
    procore = Procore(origin_id_locks_people_out=True)
    card = write(procore, origin_id=77).json()
    with pytest.raises(Refused) as refused:
        procore.world.edit_timecard(procore.dana.id, card["id"], {"hours": "1.0"})
    assert "integration" in refused.value.errors["base"][0]


@pytest.mark.parametrize("is_unique, status", [(False, 201), (True, 422)])
def test_an_origin_id_may_come_twice_unless_it_must_be_unique(is_unique: bool, status: int) -> None:
    """D6."""
    procore = Procore(origin_id_unique=is_unique)
    assert write(procore, origin_id=77).status == 201
    assert write(procore, origin_id=77).status == status
