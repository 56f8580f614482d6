"""The two windows, their headers, and 429."""

import pytest

from tests.sandbox.cast import Procore

PATH = "/rest/v1.0/companies"


def test_headers_describe_the_window_that_is_nearer_to_its_end() -> None:
    """D104."""
    procore = Procore(hourly_limit=600, spike_limit=25)
    api = procore.api
    headers = api.get(PATH).headers
    assert (headers["X-Rate-Limit-Limit"], headers["X-Rate-Limit-Remaining"]) == ("25", "24")
    for _ in range(30):
        procore.clock.advance(10)
        headers = api.get(PATH).headers
    assert (headers["X-Rate-Limit-Limit"], headers["X-Rate-Limit-Remaining"]) == ("600", "569")
    assert int(headers["X-Rate-Limit-Reset"]) == int(procore.clock.now().timestamp()) - 300 + 3600


def test_an_exhausted_spike_window_answers_429_until_its_reset() -> None:
    """D104."""
    procore = Procore(spike_limit=3)
    api = procore.api
    assert [api.get(PATH).status for _ in range(4)] == [200, 200, 200, 429]
    refused = api.get(PATH)
    assert (refused.headers["X-Rate-Limit-Remaining"], refused.headers["Retry-After"]) == ("0", "10")
    procore.clock.advance(10)
    assert api.get(PATH).status == 200


def test_an_exhausted_hour_answers_429_until_the_hour_is_over() -> None:
    procore = Procore(hourly_limit=2)
    api = procore.api
    assert [api.get(PATH).status for _ in range(3)] == [200, 200, 429]
    procore.clock.advance(3599)
    assert api.get(PATH).status == 429
    procore.clock.advance(1)
    assert api.get(PATH).status == 200


def test_refused_calls_are_not_counted() -> None:
    procore = Procore(spike_limit=1, hourly_limit=2)
    api = procore.api
    for _ in range(5):
        api.get(PATH)
    procore.clock.advance(10)
    assert api.get(PATH).status == 200


@pytest.mark.parametrize("by, status", [("app", 429), ("app_company", 200), ("app_company_user", 200)])
def test_what_calls_are_counted_by_is_a_switch(by: str, status: int) -> None:
    """Procore's facts, section 12, number 22: two companies of one app."""
    procore = Procore(spike_limit=1, rate_limit_by=by)
    procore.world.install(procore.stranger.id)
    first, second = procore.api, procore.api
    second.company_id = procore.stranger.id
    assert first.get(PATH).status == 200
    assert second.get(PATH).status == status


@pytest.mark.parametrize("by, status", [("app_company", 429), ("app_company_user", 200)])
def test_a_person_shares_the_window_or_has_an_own_one(by: str, status: int) -> None:
    procore = Procore(spike_limit=1, rate_limit_by=by)
    service, person = procore.api, procore.as_person(procore.dana)
    assert service.get(PATH).status == 200
    assert person.get(PATH).status == status


def test_without_limits_there_are_no_headers_and_no_429() -> None:
    procore = Procore(rate_limit_on=False, spike_limit=1)
    api = procore.api
    assert [api.get(PATH).status for _ in range(3)] == [200, 200, 200]
    assert "X-Rate-Limit-Limit" not in api.get(PATH).headers
