"""The boards where one breaks things and answers open questions: faults and switches."""

from dataclasses import fields

import pytest

from procore_sandbox.model import Switches
from procore_sandbox.model.faults import CALL_EFFECTS, EVENT_EFFECTS
from procore_sandbox.model.questions import QUESTIONS
from procore_sandbox.web.faults import EFFECTS
from procore_sandbox.web.switches import sentences
from tests.sandbox.cast import Procore
from tests.sandbox.visitor import Visitor


@pytest.fixture
def visitor(procore: Procore) -> Visitor:
    return Visitor(procore)


def test_every_fault_of_the_model_is_on_the_board() -> None:
    assert [each.name for each in EFFECTS] == [*CALL_EFFECTS, *EVENT_EFFECTS]


@pytest.mark.parametrize("effect", [*CALL_EFFECTS, *EVENT_EFFECTS])
def test_every_fault_can_be_armed_as_its_form_stands(visitor: Visitor, effect: str) -> None:
    """R35: refuse, delay, drop, throttle."""
    visitor.submit("/faults", f"fault-{effect}")
    [fault] = visitor.procore.world.faults()
    assert (fault.effect, fault.times, fault.probability) == (effect, 1, 1.0)
    assert len(visitor.open("/faults").marked("armed-fault")) == 1


def test_a_fault_is_narrowed_and_its_remaining_count_shown(visitor: Visitor) -> None:
    procore = visitor.procore
    visitor.submit("/faults", "fault-refuse", status="429", times="3", path="timecard_entries", method="GET")
    api = procore.api
    assert api.get("/rest/v1.0/me").status == 200
    assert api.get(procore.cards_path).status == 429
    text = visitor.open("/faults").text
    assert "429, GET, timecard_entries" in text
    assert "2 more" in text


def test_a_fault_without_times_stays_until_it_is_cleared(visitor: Visitor) -> None:
    visitor.submit("/faults", "fault-drop_event", times="")
    [fault] = visitor.procore.world.faults()
    assert fault.times is None
    visitor.submit("/faults", "clear-fault")
    assert visitor.procore.world.faults() == []


def test_all_faults_are_cleared_at_once(visitor: Visitor) -> None:
    visitor.submit("/faults", "fault-html")
    visitor.submit("/faults", "fault-truncate")
    visitor.submit("/faults", "clear-faults")
    assert visitor.procore.world.faults() == []


@pytest.mark.parametrize(
    "wrong", [{"effect": "melt"}, {"times": "0"}, {"times": "x"}, {"probability": "2"}, {"status": "200"}]
)
def test_a_fault_that_cannot_work_is_refused_with_the_reason(visitor: Visitor, wrong: dict[str, str]) -> None:
    visitor.submit("/faults", "fault-refuse", **wrong)
    assert "Not done:" in visitor.said()
    assert visitor.procore.world.faults() == []


@pytest.mark.parametrize("button, statuses", [("revoke-service", (401, 200)), ("revoke-people", (200, 401))])
def test_tokens_are_revoked_for_the_service_account_or_for_people(
    visitor: Visitor, button: str, statuses: tuple[int, int]
) -> None:
    procore = visitor.procore
    service, person = procore.api, procore.as_person(procore.dana)
    visitor.submit("/faults", button)
    assert (service.get("/rest/v1.0/me").status, person.get("/rest/v1.0/me").status) == statuses


def test_starting_over_forgets_everything(visitor: Visitor) -> None:
    visitor.procore.enter()
    visitor.submit("/faults", "start-over")
    assert visitor.procore.world.timecards(visitor.procore.company.id) == []
    assert visitor.open("/").marked("step-install")[0]["data-done"] == "false"


def test_every_switch_of_the_model_is_on_the_board_with_a_sentence(visitor: Visitor) -> None:
    page = visitor.open("/switches")
    for switch in fields(Switches):
        assert page.marked(f"switch-{switch.name}"), switch.name
        assert sentences()[switch.name].endswith("."), switch.name


def test_the_board_names_the_question_that_a_switch_answers(visitor: Visitor) -> None:
    assert visitor.open("/switches").text.count("Question ") == sum(
        any(each.name in names for names in QUESTIONS.values()) for each in fields(Switches)
    )


def test_the_board_sent_as_it_stands_changes_nothing(visitor: Visitor) -> None:
    visitor.submit("/switches", "switches-form")
    assert "The switches are saved." in visitor.said()
    assert visitor.procore.world.switches == Switches()


def test_switches_are_changed_each_in_its_own_kind(visitor: Visitor) -> None:
    visitor.submit(
        "/switches",
        "switches-form",
        partial_bulk="on",
        unpermitted_project_status="403",
        list_lag_seconds="1.5",
        rounding_rule="up",
    )
    assert visitor.procore.world.switches == Switches(
        partial_bulk=True, unpermitted_project_status=403, list_lag_seconds=1.5, rounding_rule="up"
    )
    assert visitor.open("/switches").text.count("Changed; default") == 4
    visitor.submit("/switches", "switch-defaults")
    assert visitor.procore.world.switches == Switches()


def test_a_switch_with_a_wrong_value_changes_none(visitor: Visitor) -> None:
    visitor.submit("/switches", "switches-form", partial_bulk="on", bulk_limit="many")
    assert "Not done:" in visitor.said()
    assert visitor.procore.world.switches == Switches()
