"""The seven observations, counted from the app's own calls; what the stand-in caused counts apart."""

import pytest

from tests.sandbox.cast import Procore


def own(procore: Procore) -> dict[str, int]:
    """Observations that are the app's own doing, without those at zero."""
    return {each.key: each.own for each in procore.world.integration_health() if each.own}


def test_a_clean_app_has_none(procore: Procore) -> None:
    procore.api.get("/rest/v1.0/companies")
    assert own(procore) == {}
    assert len(procore.world.integration_health()) == 7


@pytest.mark.parametrize(
    "path, observation",
    [
        ("/rest/v1.0/webhooks/hooks/1/triggers", "not_found"),
        ("/rest/v1.0/vendors/secret", "private_endpoint"),
        ("/rest/v1.0/companies/1/timecard_entries", "not_found"),
    ],
)
def test_wrong_ids_and_private_routes_are_counted(procore: Procore, path: str, observation: str) -> None:
    procore.api.get(path)
    assert own(procore) == {observation: 1}


def test_a_deprecated_route_is_counted_and_answers_404(procore: Procore) -> None:
    path = f"/rest/v1.1/projects/{procore.bridge.id}/project_timesheet_timecard_entries/draft_create"
    assert procore.api.post(path, {}).status == 404
    assert own(procore) == {"deprecated_endpoint": 1}


def test_a_documented_operation_that_is_not_offered_is_no_mistake_of_the_app(procore: Procore) -> None:
    path = f"/rest/v1.0/projects/{procore.bridge.id}/work_breakdown_structure/patterns"
    assert procore.api.get(path).status == 404
    assert own(procore) == {}


def test_rate_limit_token_header_and_permission_are_counted(procore: Procore) -> None:
    api, foreman = procore.api, procore.as_person(procore.frank)
    foreman.get(procore.cards_path)
    procore.world.call("GET", "/rest/v1.0/me", None, {"Authorization": "Bearer nonsense"})
    api.company_id = None
    api.get("/rest/v1.0/me")
    procore.world.set_switches(spike_limit=1)
    api.get("/rest/v1.0/companies")
    api.get("/rest/v1.0/companies")
    seen = own(procore)
    assert seen["rate_limit"] >= 1
    assert {"forbidden", "unauthorized", "missing_company_header"} <= seen.keys()


def test_what_a_fault_brought_about_is_not_the_apps_own(procore: Procore) -> None:
    procore.world.add_fault(effect="refuse", path="/rest/", status=403, times=1)
    procore.api.get("/rest/v1.0/companies")
    [forbidden] = [each for each in procore.world.integration_health() if each.key == "forbidden"]
    assert (forbidden.own, forbidden.caused) == (0, 1)


def test_observations_clear_after_fourteen_days(procore: Procore) -> None:
    procore.api.get("/rest/v1.0/vendors")
    procore.clock.advance(15 * 24 * 3600)
    assert own(procore) == {}


def test_the_log_holds_no_secret(procore: Procore) -> None:
    """Invariant 9."""
    api = procore.api
    api.get("/rest/v1.0/companies", note="x")
    lines = " ".join(str(each) for each in procore.world.request_log())
    assert api.token not in lines
    assert "demo-secret" not in lines


def test_the_log_is_bounded(procore: Procore) -> None:
    procore.world.set_switches(rate_limit_on=False)
    api = procore.api
    for _ in range(1005):
        api.get("/rest/v1.0/nothing")
    assert len(procore.world.state.calls) == 1000
    assert own(procore) == {"private_endpoint": 1005}
