"""Faults: what goes wrong, where, how often."""

import json
from typing import Any

import pytest

from tests.sandbox.cast import Procore

PATH = "/rest/v1.0/companies"


def create(procore: Procore) -> Any:
    body = {"project_id": procore.bridge.id, "timecard_entry": procore.fields()}
    return procore.api.post(procore.cards_path, body)


def count(procore: Procore) -> int:
    return len(procore.world.timecards(procore.company.id))


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 502, 503])
def test_a_refusal_does_no_work(procore: Procore, status: int) -> None:
    """D100 to D105."""
    procore.world.add_fault(effect="refuse", method="POST", path="timecard_entries", status=status, times=1)
    assert create(procore).status == status
    assert count(procore) == 0
    assert create(procore).status == 201


def test_a_refusal_may_tell_when_to_come_back(procore: Procore) -> None:
    """D104."""
    procore.world.add_fault(effect="refuse", path=PATH, status=503, retry_after=7)
    assert procore.api.get(PATH).headers["Retry-After"] == "7"


def test_a_lost_answer_comes_after_the_work(procore: Procore) -> None:
    """D6, R21."""
    procore.world.add_fault(effect="lose_answer", method="POST", path="timecard_entries", times=1)
    assert create(procore).is_lost
    assert count(procore) == 1


def test_a_lost_request_does_no_work(procore: Procore) -> None:
    """D6."""
    procore.world.add_fault(effect="lose_request", method="POST", path="timecard_entries", times=1)
    assert create(procore).is_lost
    assert count(procore) == 0


def test_an_answer_may_be_a_page_or_cut_off(procore: Procore) -> None:
    """D106."""
    procore.world.add_fault(effect="html", path=PATH, times=1)
    answer = procore.api.get(PATH)
    assert (answer.headers["Content-Type"], answer.body[:9]) == ("text/html", b"<!DOCTYPE")
    procore.world.add_fault(effect="truncate", path=PATH, times=1)
    with pytest.raises(json.JSONDecodeError):
        procore.api.get(PATH).json()


def test_a_delay_is_told_to_the_door(procore: Procore) -> None:
    procore.world.add_fault(effect="delay", path=PATH, seconds=3.0)
    assert procore.api.get(PATH).delay == 3.0


def test_a_fault_strikes_only_what_it_matches(procore: Procore) -> None:
    procore.world.add_fault(effect="refuse", operation="RestV10MeGet")
    procore.world.add_fault(effect="refuse", path="/rest/v1.0/pro*", method="GET")
    procore.world.add_fault(effect="refuse", path="cost_codes", project_id=procore.depot.id)
    procore.world.add_fault(effect="refuse", path="cost_codes", company_id=procore.stranger.id)
    api = procore.api
    assert api.get("/rest/v1.0/me").status == 503
    assert api.get("/rest/v1.0/projects", company_id=procore.company.id).status == 503
    assert api.get("/rest/v1.1/projects", company_id=procore.company.id).status == 200
    assert api.get("/rest/v1.0/cost_codes", project_id=procore.bridge.id).status == 200
    assert api.get("/rest/v1.0/cost_codes", project_id=procore.depot.id).status == 503


def test_a_fault_finds_the_project_in_the_body(procore: Procore) -> None:
    procore.world.add_fault(effect="refuse", project_id=procore.bridge.id, status=500)
    assert create(procore).status == 500


def test_a_fault_may_let_some_pass_first_and_end_by_itself(procore: Procore) -> None:
    procore.world.add_fault(effect="refuse", path=PATH, skip=1, times=2)
    api = procore.api
    assert [api.get(PATH).status for _ in range(5)] == [200, 503, 503, 200, 200]
    assert procore.world.faults() == []


def test_half_of_the_calls_are_hit_at_a_probability_of_a_half(procore: Procore) -> None:
    procore.world.add_fault(effect="refuse", path=PATH, probability=0.5)
    procore.world.set_switches(rate_limit_on=False)
    api = procore.api
    hits = sum(api.get(PATH).status == 503 for _ in range(200))
    assert 70 < hits < 130


@pytest.mark.parametrize(
    "values",
    [
        {"effect": "nonsense"},
        {"effect": "refuse", "status": 200},
        {"effect": "refuse", "probability": 2.0},
        {"effect": "refuse", "times": 0},
        {"effect": "delay", "seconds": -1.0},
        {"effect": "refuse", "pth": "x"},
    ],
)
def test_a_fault_that_cannot_work_is_refused(procore: Procore, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        procore.world.add_fault(**values)


def numbers(procore: Procore, effect: str, cards: int, **values: Any) -> list[int]:
    """Event ids in the order in which they are sent, with this fault; the clock runs on a second at a time."""
    procore.hook(procore.bridge)
    procore.world.add_fault(effect=effect, **values)
    for _ in range(cards):
        procore.enter()
    sent = []
    for _ in range(10):
        sent += [json.loads(each.body)["id"] for each in procore.world.due_deliveries()]
        procore.clock.advance(1)
    return sent


def test_events_can_be_dropped(procore: Procore) -> None:
    """D4."""
    assert numbers(procore, "drop_event", 3, times=2) != []
    assert len(procore.world.deliveries()) == 1


def test_events_can_be_delayed(procore: Procore) -> None:
    procore.hook(procore.bridge)
    procore.world.add_fault(effect="delay_event", seconds=60.0)
    procore.enter()
    assert procore.world.due_deliveries() == []
    procore.clock.advance(60)
    assert len(procore.world.due_deliveries()) == 1


def test_events_can_come_twice_with_one_id_or_with_two(procore: Procore) -> None:
    """D1."""
    once = numbers(procore, "duplicate_event", 1, times=1)
    assert (len(once), len(set(once))) == (2, 1)
    other = Procore()
    twice = numbers(other, "duplicate_event_new_id", 1, times=1)
    assert (len(twice), len(set(twice))) == (2, 2)


def test_events_can_come_in_another_order(procore: Procore) -> None:
    """D2."""
    sent = numbers(procore, "reorder_events", 12, seconds=5.0)
    assert len(sent) == 12
    assert sent != sorted(sent)


def test_an_effect_may_come_after_everybody_has_looked(procore: Procore) -> None:
    """D6: up to 60 s later."""
    procore.world.add_fault(effect="late_effect", method="POST", path="timecard_entries", times=1, seconds=60)
    assert create(procore).is_lost
    procore.clock.advance(59)
    procore.world.catch_up()
    assert count(procore) == 0
    due = procore.world.next_delivery_at()
    assert due is not None
    procore.clock.advance(1)
    assert due == procore.clock.now()
    procore.api.get(PATH)
    assert count(procore) == 1


def test_a_late_effect_wakes_whoever_delivers(procore: Procore) -> None:
    procore.hook(procore.bridge)
    procore.world.add_fault(effect="late_effect", method="POST", path="timecard_entries", times=1, seconds=5)
    create(procore)
    procore.clock.advance(5)
    assert len(procore.world.due_deliveries()) == 1


def test_an_answer_may_be_a_redirect(procore: Procore) -> None:
    procore.world.add_fault(effect="redirect", path=PATH, times=1)
    answer = procore.api.get(PATH)
    assert (answer.status, "Location" in answer.headers) == (302, True)


@pytest.mark.parametrize(
    "fault, shown",
    [
        ({"effect": "repeat_page"}, [[0, 1], [0, 1], [2, 3]]),
        ({"effect": "short_page", "skip": 1, "times": 1}, [[0, 1], [2], [4]]),
        ({"effect": "drift_page", "rows": 1}, [[0, 1], [3, 4], []]),
        ({"effect": "drift_page", "rows": -1}, [[0, 1], [1, 2], [3, 4]]),
    ],
)
def test_pages_may_repeat_shrink_and_drift(fault: dict[str, Any], shown: list[list[int]]) -> None:
    """Faults: page drift, repeated and short pages."""
    procore = Procore()
    cards = [procore.enter().id for _ in range(5)]
    procore.world.add_fault(method="GET", path="timecard_entries", **fault)
    api = procore.api
    pages = [api.get(procore.cards_path, page=number, per_page=2).json() for number in (1, 2, 3)]
    assert [[cards.index(row["id"]) for row in page] for page in pages] == shown
