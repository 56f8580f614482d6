"""Switches of answers: how they spell numbers, ids, empty keys and refusals; and who is let in."""

from typing import Any

import pytest

from procore_sandbox.model import Switches
from procore_sandbox.model.answer_forms import reshaped
from procore_sandbox.model.switches import CHOICES
from tests.contract.schemas import check_answer
from tests.contract.test_every_operation import send
from tests.sandbox.cast import CALLBACK, CREDENTIALS, Procore

COMPANIES = "/rest/v1.0/companies"


def card(procore: Procore, **fields: Any) -> Any:
    return procore.api.get(f"{procore.cards_path}/{procore.enter(**fields).id}").json()


@pytest.mark.parametrize(
    "position, eight, half",
    [("decimal", "8.0", "7.5"), ("short", "8", "7.5"), ("places", "8.00", "7.50"), ("padded", "8.0 ", "7.5 "),
     ("number", 8, 7.5)],
)  # fmt: skip
def test_hours_are_spelt_as_the_switch_says(position: str, eight: Any, half: Any) -> None:
    procore = Procore(hours_as=position)
    assert [card(procore)["hours"], card(procore, hours="7.5")["hours"]] == [eight, half]


def test_what_an_error_says_about_hours_is_no_number_of_hours() -> None:
    body = {"errors": [{"hours": ["must be a whole number"]}]}
    assert reshaped(Switches(hours_as="number"), body) == body


def test_numbers_may_be_text_and_text_numbers() -> None:
    procore = Procore(lunch_as="number", origin_id_as="text")
    times = {"time_in": "2026-11-16T14:00:00Z", "time_out": "2026-11-16T22:30:00Z", "lunch_time": "30"}
    row = procore.enter(procore.mill, origin_id=77, **times)
    shown = procore.api.get(f"{procore.cards_path}/{row.id}").json()
    assert (shown["lunch_time"], shown["origin_id"]) == (30, "77")


def test_ids_may_be_text_everywhere() -> None:
    procore = Procore(ids_as_text=True)
    shown = card(procore, origin_id=77)
    assert all(isinstance(shown[name]["id"], str) for name in ("party", "project", "cost_code"))
    assert isinstance(shown["id"], str)
    assert shown["origin_id"] == "77"
    listed = procore.api.get("/rest/v1.0/company_configuration", company_id=procore.company.id).json()
    assert listed["projects_timecard_in_out_enabled"] == [str(procore.mill.id)]


def test_ids_may_be_beyond_what_a_double_holds() -> None:
    procore = Procore(big_ids=True)
    assert 2**53 < card(procore)["id"] < 2**63
    assert procore.company.id > 2**53


def test_keys_may_be_left_out_empty_or_strange() -> None:
    assert "lunch_time" not in card(Procore(empty_keys="left_out"))
    assert card(Procore(empty_keys="more"))["created_by"] is None
    assert card(Procore(extra_keys=True))["party"]["future_key"] == {"nested": [1, None]}
    assert card(Procore(strange_statuses=True))["approval_status"] == "pending_by_payroll"


def test_an_answer_in_plain_forms_is_not_copied() -> None:
    body = [{"hours": "8.0"}]
    assert reshaped(Switches(), body) is body


FORMS = ("lunch_as", "origin_id_as", "empty_keys", "extra_keys", "time_type_form", "rich_cost_codes", "labor_base_type",
         "party_ids", "sheet_status_as", "week_days_from", "big_ids", "installed_status", "tool_names",
         "bulk_rows_have_origin")  # fmt: skip
OUTSIDE = {("lunch_as", "number"), ("origin_id_as", "text"), ("sheet_status_as", "object")}
"""Positions that one of two conflicting documents speaks of, where the schema names the other."""
READS = ("RestV10CompaniesCompanyIdTimecardEntriesGet", "RestV10CompaniesCompanyIdTimesheetsPost",
         "RestV10ProjectsProjectIdTimesheetsGet", "RestV10CompaniesCompanyIdTimecardTimeTypesGet",
         "RestV10CompanyConfigurationGet", "RestV10AppInstallationsGet", "RestV10SettingsPermissionsGet",
         "RestV10CostCodesGet", "RestV10LineItemTypesGet", "RestV10WebhooksHooksHookIdTriggersGet")  # fmt: skip
POSITIONS = [
    (name, position)
    for name in FORMS
    for position in CHOICES.get(name, (True, False))
    if (name, position) not in OUTSIDE
]


@pytest.mark.parametrize("name, position", POSITIONS)
def test_the_contract_holds_in_every_form_that_it_allows(name: str, position: Any) -> None:
    procore = Procore(**{name: position})
    for key in READS:
        operation, answer = send(procore, key)
        assert answer.status == 200
        check_answer(operation, answer)


@pytest.mark.parametrize(
    "form, body",
    [
        ("code", {"errors": {"hours": ["must be at most 24"]}}),
        ("message", {"message": "hours must be at most 24"}),
        ("errors", {"errors": "hours must be at most 24"}),
        ("fields", {"reason": "hours must be at most 24", "fields": {"hours": ["must be at most 24"]}}),
        ("nested", {"error": {"code": "422", "message": "hours must be at most 24",
                              "errors": {"hours": ["must be at most 24"]}}}),
    ],
)  # fmt: skip
def test_a_refusal_says_the_same_in_every_form(form: str, body: Any) -> None:
    procore = Procore(error_bodies=form)
    entry = {"project_id": procore.bridge.id, "timecard_entry": procore.fields(hours="25")}
    answer = procore.api.post(procore.cards_path, entry)
    assert (answer.status, answer.json()) == (422, body)


def test_a_refusal_may_be_a_page() -> None:
    answer = Procore(error_bodies="html").api.get("/rest/v1.0/projects/1/tools")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html")


@pytest.mark.parametrize("form, names", [("flat", {"code", "message"}), ("nested", {"error"})])
def test_refusals_of_version_2_have_a_layout_of_their_own(form: str, names: set[str]) -> None:
    """Question 15."""
    procore = Procore(v2_errors=form)
    path = f"/rest/v2.0/companies/{procore.company.id}/webhooks/hooks/none"
    assert procore.api.get(path).json().keys() == names


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_the_status_without_a_company_header(status: int) -> None:
    """Question 15."""
    procore = Procore(missing_header_status=status)
    api = procore.api
    api.company_id = None
    assert api.get(procore.cards_path).status == status
    assert procore.world.request_log()[0].observation == "missing_company_header"


@pytest.mark.parametrize("status", [403, 401])
def test_the_status_where_the_app_is_not_installed(status: int) -> None:
    """Question 17, R8."""
    procore = Procore(uninstalled_status=status)
    api = procore.api
    procore.world.uninstall(procore.company.id)
    answer = api.get(procore.cards_path)
    assert (answer.status, answer.json()["message"]) == (status, "App is not connected to this company")


def test_a_projects_webhook_calls_may_want_the_company_too() -> None:
    procore = Procore(scope_parameters="both")
    path, project = "/rest/v1.0/webhooks/hooks", {"project_id": procore.bridge.id}
    assert procore.api.get(path, **project).status == 400
    assert procore.api.get(path, company_id=procore.company.id, **project).status == 200
    assert procore.api.get(path, company_id=procore.company.id).status == 200


@pytest.mark.parametrize(
    "position, names", [("both", 4), ("reset", 3), ("retry_after", 1), ("neither", 0)]
)  # fmt: skip
def test_what_an_exhausted_window_tells(position: str, names: int) -> None:
    procore = Procore(spike_limit=1, limit_answer=position)
    api = procore.api
    answers = [api.get(COMPANIES) for _ in range(2)]
    told = [name for name in answers[1].headers if name.startswith(("X-Rate", "Retry"))]
    assert (answers[1].status, len(told)) == (429, names)


@pytest.mark.parametrize("position", CHOICES["rate_headers"])
def test_rate_headers_may_be_wrong(position: str) -> None:
    """Question 14."""
    procore = Procore(rate_headers=position)
    reset = procore.api.get(COMPANIES).headers.get("X-Rate-Limit-Reset")
    now = procore.clock.now().timestamp()
    if position in ("missing", "broken"):
        assert reset == (None if position == "missing" else "unknown")
    else:
        assert reset is not None
        day = 86_400
        expected = {"right": 0, "past": -day, "far": 30 * day}[position]
        assert 0 < int(reset) - now - expected <= 3600


@pytest.mark.parametrize("form", CHOICES["oauth_errors"])
def test_a_refusal_of_the_sign_in_host_in_each_form(form: str) -> None:
    """Question 16."""
    procore = Procore(oauth_errors=form)
    body = {"grant_type": "refresh_token", "refresh_token": "x", **CREDENTIALS}
    answer = procore.world.call(
        "POST", "/oauth/token", body=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 400
    if form == "empty":
        assert answer.body == b""
    elif form == "html":
        assert answer.headers["Content-Type"] == "text/html"
    else:
        assert ("error" in answer.json()) == (form == "rfc6749")


@pytest.mark.parametrize("position, is_told", [("error", True), ("nothing", False)])
def test_a_denied_consent_comes_back_with_an_error_or_with_nothing(position: str, is_told: bool) -> None:
    """Question 16."""
    world = Procore(denied_consent=position).world
    query = {
        "response_type": "code",
        "client_id": CREDENTIALS["client_id"],
        "redirect_uri": CALLBACK,
        "state": "s",
    }
    location = world.deny(world.authorization_request(query))
    assert ("error=access_denied" in location) == is_told
    assert "state=s" in location


@pytest.mark.parametrize("length", [64, 4000])
def test_tokens_of_any_length_work(length: int) -> None:
    """Question 16."""
    procore = Procore(token_length=length)
    api = procore.api
    assert len(api.token) == length
    assert api.get(COMPANIES).status == 200


def test_a_service_token_may_have_no_description() -> None:
    procore = Procore(service_token_info=False)
    headers = {"Authorization": f"Bearer {procore.api.token}"}
    assert procore.world.call("GET", "/oauth/token/info", None, headers).status == 401
    headers = {"Authorization": f"Bearer {procore.pair(procore.dana)['access_token']}"}
    assert procore.world.call("GET", "/oauth/token/info", None, headers).status == 200
