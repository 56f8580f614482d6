"""Every operation that the stand-in offers, asked once: the request and the answer are of the contract."""

from typing import Any

import pytest

from procore_sandbox import contract
from procore_sandbox.model import Response
from procore_sandbox.model.routing import ROUTES
from tests.contract.calls import CALLS
from tests.contract.schemas import check_answer, check_error, check_request
from tests.sandbox.cast import Procore

OFFERED = {route.operation.id: route.operation for routes in ROUTES.values() for route in routes}
WITH_BODY = sorted(key for key, operation in OFFERED.items() if operation.body_schema is not None)
NEEDS_HEADER = sorted(key for key, operation in OFFERED.items() if operation.is_company_header_required)


def send(
    procore: Procore, key: str, *, body: Any = ..., **options: Any
) -> tuple[contract.Operation, Response]:
    operation = OFFERED[key]
    path, own_body, query = CALLS[key](procore)
    api = options.get("api") or procore.api
    sent = own_body if body is ... else body
    address = operation.template.format(**path)
    return operation, api.call(operation.method, address, query, sent, options.get("headers"))


def test_each_offered_operation_is_asked_here() -> None:
    """R35: what is offered is also checked."""
    assert CALLS.keys() == OFFERED.keys()


def test_nothing_offered_is_deprecated() -> None:
    assert [each.id for each in OFFERED.values() if each.is_deprecated] == []


@pytest.mark.parametrize("key", sorted(CALLS))
def test_a_good_request_gets_an_answer_of_the_contract(procore: Procore, key: str) -> None:
    """R35."""
    operation = OFFERED[key]
    path, body, query = CALLS[key](procore)
    check_request(operation, body)
    answer = procore.api.call(operation.method, operation.template.format(**path), query, body)
    assert answer.status in (200, 201, 204), answer.body
    check_answer(operation, answer)


@pytest.mark.parametrize("key", sorted(CALLS))
def test_without_a_token_every_operation_answers_401(procore: Procore, key: str) -> None:
    """D100."""
    operation, answer = send(procore, key, headers={"Authorization": "Bearer nonsense"})
    assert answer.status == 401
    check_answer(operation, answer)


@pytest.mark.parametrize("key", NEEDS_HEADER)
def test_without_the_company_header_the_call_is_refused(procore: Procore, key: str) -> None:
    """Integration Health, observation 5."""
    api = procore.api
    api.company_id = None
    _, answer = send(procore, key, api=api)
    assert answer.status == 400
    assert answer.json()["message"].startswith("Missing Procore-Company-Id header")
    check_error(answer)
    assert procore.world.request_log()[0].observation == "missing_company_header"


@pytest.mark.parametrize("key", [key for key in WITH_BODY if isinstance(CALLS[key](Procore())[1], dict)])
def test_a_field_that_the_contract_does_not_name_is_refused_or_ignored(procore: Procore, key: str) -> None:
    """The switch unknown_fields."""
    _, body, _ = CALLS[key](procore)
    _, refused = send(procore, key, body={**body, "no_such_field": 1})
    assert refused.status == 406
    check_error(refused)
    tolerant = Procore(unknown_fields="ignore")
    path, body, query = CALLS[key](tolerant)
    operation = OFFERED[key]
    address = operation.template.format(**path)
    ignored = tolerant.api.call(operation.method, address, query, {**body, "no_such_field": 1})
    assert ignored.status in (200, 201), ignored.body
    check_answer(operation, ignored)


@pytest.mark.parametrize("key", WITH_BODY)
def test_a_body_that_is_no_json_is_refused(procore: Procore, key: str) -> None:
    _, answer = send(procore, key, body=b"{not json")
    assert answer.status == 400
    check_error(answer)


@pytest.mark.parametrize("key", sorted(CALLS))
def test_an_app_that_is_not_installed_gets_403_or_nothing(key: str) -> None:
    """R8, D101: "App is not connected to this company"; the list of companies is empty instead."""
    procore = Procore()
    operation, (path, body, query) = OFFERED[key], CALLS[key](procore)
    api = procore.api
    procore.world.uninstall(procore.company.id)
    answer = api.call(operation.method, operation.template.format(**path), query, body)
    if key == "RestV10CompaniesGet":
        assert answer.json() == []
    else:
        assert (answer.status, answer.json()["message"]) == (403, "App is not connected to this company")
        check_error(answer)


@pytest.mark.parametrize("key", [key for key in sorted(CALLS) if "{project_id}" in OFFERED[key].template])
def test_a_project_that_is_not_permitted_is_not_there(procore: Procore, key: str) -> None:
    """R8, D102: not visible is 404."""
    operation, (path, body, query) = OFFERED[key], CALLS[key](procore)
    address = operation.template.format(**{**path, "project_id": procore.vault.id})
    if isinstance(body, dict) and "timecard_entries" in body:
        body = {
            "timecard_entries": [{**row, "project_id": procore.vault.id} for row in body["timecard_entries"]]
        }
    answer = procore.api.call(operation.method, address, query, body)
    assert answer.status == 404
    check_answer(operation, answer)
