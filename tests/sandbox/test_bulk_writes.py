"""Many cards in one call."""

from typing import Any

import pytest

from tests.sandbox.cast import Procore


def rows(procore: Procore, *hours: Any) -> dict[str, Any]:
    """A bulk body with a card for each hours; origin ids from 1."""
    return {
        "timecard_entries": [
            {"project_id": procore.bridge.id, **procore.fields(hours=each, origin_id=number)}
            for number, each in enumerate(hours, 1)
        ]
    }


def test_bulk_create_answers_without_project_sub_job_status_and_times(procore: Procore) -> None:
    """D87: bulk answers lack fields."""
    [row] = procore.api.post(procore.bulk_path, rows(procore, "8.0")).json()
    assert not {"project", "sub_job", "approval_status", "time_in", "lunch_time"} & row.keys()
    assert row["origin_id"] == 1


@pytest.mark.parametrize("name, value", [("lunch_time", "30"), ("line_item_type_id", 1)])
def test_bulk_create_has_no_lunch_and_no_cost_type(procore: Procore, name: str, value: Any) -> None:
    body = rows(procore, "8.0")
    body["timecard_entries"][0][name] = value
    assert procore.api.post(procore.bulk_path, body).status == 406


def test_one_bad_row_refuses_all(procore: Procore) -> None:
    answer = procore.api.post(procore.bulk_path, rows(procore, "8.0", "25"))
    assert answer.status == 422
    assert procore.world.timecards(procore.company.id) == []


def test_partial_bulk_keeps_the_good_rows() -> None:
    """The switch partial_bulk."""
    procore = Procore(partial_bulk=True)
    answer = procore.api.post(procore.bulk_path, rows(procore, "8.0", "25", "7.0"))
    assert [each["origin_id"] for each in answer.json()] == [1, 3]


def test_rows_come_back_in_another_order_where_they_are_shuffled() -> None:
    """The switch shuffle_bulk_rows: match by origin_id, never by place."""
    procore = Procore(shuffle_bulk_rows=True)
    answer = procore.api.post(procore.bulk_path, rows(procore, *["8.0"] * 20))
    order = [each["origin_id"] for each in answer.json()]
    assert order != sorted(order)
    assert sorted(order) == list(range(1, 21))


def test_fractions_are_cut_off_where_hours_are_integers() -> None:
    procore = Procore(bulk_hours_integer=True)
    [row] = procore.api.post(procore.bulk_path, rows(procore, "7.75")).json()
    assert row["hours"] == "7.0"


def test_a_limit_of_rows_answers_413() -> None:
    procore = Procore(bulk_limit=2)
    assert procore.api.post(procore.bulk_path, rows(procore, 1, 2, 3)).status == 413


def test_bulk_update_sets_one_set_of_values_on_all(procore: Procore) -> None:
    cards = [procore.enter(), procore.enter()]
    body = {"updates": [{"id": each.id} for each in cards], "approval_status": "approved"}
    assert procore.api.patch(procore.bulk_path, body).status == 200
    assert {each.approval_status for each in procore.world.timecards(procore.company.id)} == {"approved"}


def test_bulk_update_of_a_card_that_is_gone_changes_nothing(procore: Procore) -> None:
    card = procore.enter()
    body = {"updates": [{"id": card.id}, {"id": 1}], "approval_status": "approved"}
    assert procore.api.patch(procore.bulk_path, body).status == 404
    assert procore.world.timecards(procore.company.id)[0].approval_status == "pending"


def test_the_small_bulk_takes_25_cards_of_one_project(procore: Procore) -> None:
    path = f"/rest/v1.1/projects/{procore.bridge.id}/project_timecard_entries/bulk_create"
    row = {"project_id": procore.bridge.id, **procore.fields()}
    assert procore.api.post(path, {"timecard_entries": [row] * 25}).status == 201
    assert procore.api.post(path, {"timecard_entries": [row] * 26}).status == 422
    foreign = {**row, "project_id": procore.depot.id}
    assert procore.api.post(path, {"timecard_entries": [row, foreign]}).status == 422
    assert len(procore.world.timecards(procore.company.id)) == 25


def test_each_card_of_a_bulk_fires_an_event(procore: Procore) -> None:
    procore.hook(procore.bridge)
    procore.api.post(procore.bulk_path, rows(procore, 1, 2, 3))
    assert len(procore.world.due_deliveries()) == 3
