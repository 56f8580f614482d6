"""Every kind of answer that is no success becomes one of our errors, with Procore's own words."""

from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.unit.procore.canned import API, CARDS, COMPANY, START, Web, card
from webapp.clock import ManualClock
from webapp.errors import (
    AppNotConnected,
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    ProcoreUnavailable,
    RateLimited,
    SignInExpired,
    UnreadableAnswer,
)
from webapp.procore.factory import CompanyAtProcore, Procore
from webapp.procore.refusals import reason_of, words_in

CARD = f"{CARDS}/77"
TYPES = f"{API}/rest/v1.0/companies/{COMPANY}/timecard_time_types"


@pytest.mark.parametrize(
    "body, words",
    [
        ({"code": 422, "message": "Hours are too many"}, "Hours are too many"),
        ({"errors": {"hours": ["must be at most 24"]}}, "hours must be at most 24"),
        ({"errors": {"cost_code_id": "is not in this project"}}, "cost code id is not in this project"),
        ({"errors": ["one", {"base": ["two"]}]}, "one; two"),
        ({"errors": "all of it"}, "all of it"),
        ({"error": {"code": "x1", "message": "nested words"}}, "nested words"),
        ({"error": "plain"}, "plain"),
        ({"reason": "Locked by ERP", "message": None}, "Locked by ERP"),
        ({"message": "No", "fields": {"date": ["is missing"]}}, "No; date is missing"),
        ({"error": "invalid_grant", "error_description": "The code was used"}, "The code was used"),
        ([], ""),
        (None, ""),
        ({"message": "x" * 900}, "x" * 499 + "…"),
    ],
)
def test_a_refusal_is_told_in_procores_own_words(body: Any, words: str) -> None:
    """R25, D103: all the layouts of error bodies that Procore uses."""
    assert words_in(body)[0] == words


def test_words_per_field_are_kept_by_field(company: CompanyAtProcore, web: Web) -> None:
    """R25."""
    web.answer("PATCH", CARD, {"errors": {"hours": ["must be at most 24"], "date": ["is locked"]}}, 422)
    with pytest.raises(ProcoreRefused) as told:
        company.update(77, 5, START.date(), {"billable": True})
    assert told.value.fields == {"hours": ["must be at most 24"], "date": ["is locked"]}
    assert told.value.http_status == 422


@pytest.mark.parametrize("status", [400, 406, 409, 413, 422])
def test_a_refusal_of_one_record_is_not_taken_for_an_outage(
    company: CompanyAtProcore, web: Web, status: int
) -> None:
    """D103."""
    web.answer("DELETE", CARD, {"message": "no"}, status)
    with pytest.raises(ProcoreRefused, match="no") as told:
        company.delete(77)
    assert told.value.http_status == status


@pytest.mark.parametrize(
    "words, key",
    [
        ("approval_status is approved: an approved time card cannot be edited", "lock:approved"),
        ("This record is locked", "lock:approved"),
        ("Approval by a manager exists", "lock:approved"),
        ("approval_status is not included in the list", "refused"),
        ("hours must be at most 24", "refused"),
    ],
)
def test_a_refusal_that_names_approval_or_a_lock_is_a_hold(words: str, key: str) -> None:
    """D44."""
    assert reason_of(ProcoreRefused(words)).key == key


def test_403_of_an_app_that_is_not_connected_is_told_apart_from_a_missing_permission(
    company: CompanyAtProcore, web: Web
) -> None:
    """R8, D101."""
    web.answer("GET", TYPES, {"code": 403, "message": "App is not connected to this company"}, 403)
    web.answer("GET", TYPES, {"code": 403, "message": "You need Admin"}, 403)
    with pytest.raises(AppNotConnected):
        company.time_types()
    with pytest.raises(PermissionMissing, match="You need Admin"):
        company.time_types()


def test_a_refused_permission_names_the_project_that_was_asked_about(
    company: CompanyAtProcore, web: Web
) -> None:
    """D101: what it touched pauses, nothing else."""
    web.answer("GET", f"{API}/rest/v1.0/sub_jobs", {"message": "tool off"}, 403)
    with pytest.raises(PermissionMissing) as told:
        company.sub_jobs(562949953421312)
    assert told.value.project_id == 562949953421312


def test_404_is_not_found(company: CompanyAtProcore, web: Web) -> None:
    """D102."""
    web.answer("DELETE", CARD, {"message": "Not Found"}, 404)
    with pytest.raises(NotFound):
        company.delete(77)


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"X-Rate-Limit-Reset": str(int(START.timestamp()) + 40)}, 40),
        ({"Retry-After": "90", "X-Rate-Limit-Reset": str(int(START.timestamp()) + 40)}, 90),
        ({"Retry-After": "5", "X-Rate-Limit-Reset": str(int(START.timestamp()) + 40)}, 40),
        ({}, 10),
        ({"X-Rate-Limit-Reset": "99999999999"}, 7200),
        ({"X-Rate-Limit-Reset": "soon"}, 10),
    ],
)
def test_429_waits_until_the_later_of_reset_and_retry_after_plus_jitter(
    company: CompanyAtProcore, web: Web, headers: dict[str, str], seconds: int
) -> None:
    """D104: with jitter, never sooner than asked."""
    web.answer("GET", TYPES, {"message": "Too many"}, 429, headers)
    with pytest.raises(RateLimited) as told:
        company.time_types()
    wait = (told.value.until - START).total_seconds()
    assert seconds < wait <= seconds * 1.05 + 1


def test_a_reset_is_read_against_procores_own_clock(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """D104: our clock may be wrong by an hour."""
    reset = str(int(START.timestamp()) + 30)
    web.answer("GET", TYPES, {}, 429, {"X-Rate-Limit-Reset": reset})
    clock.advance(3600)
    with pytest.raises(RateLimited) as told:
        company.time_types()
    assert timedelta(seconds=30) < told.value.until - clock.now() < timedelta(seconds=33)


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Rate-Limit-Reset": "1"}, {"Retry-After": "0"}, {"Retry-After": "soon"}, {"Retry-After": "-5"}],
    ids=["none", "a reset in the past", "zero", "a word", "negative"],
)
def test_a_429_that_does_not_say_how_long_never_makes_a_hot_loop(
    company: CompanyAtProcore, web: Web, clock: ManualClock, headers: dict[str, str]
) -> None:
    """D104: the shorter window's ten seconds, each time."""
    web.answer("GET", TYPES, {}, 429, headers)
    for _ in range(120):
        with pytest.raises(RateLimited):
            company.time_types()
        clock.advance(0.5)
    assert len(web.requests()) <= 6


def test_a_retry_after_that_is_later_than_the_reset_is_obeyed(company: CompanyAtProcore, web: Web) -> None:
    """D104: the later of the two; the guides disagree."""
    reset = str(int(START.timestamp()) + 30)
    web.answer("GET", TYPES, {}, 429, {"X-Rate-Limit-Reset": reset, "Retry-After": "90"})
    with pytest.raises(RateLimited) as told:
        company.time_types()
    assert told.value.until >= START + timedelta(seconds=90)


def test_a_retry_after_may_be_a_date(company: CompanyAtProcore, web: Web) -> None:
    """D104, D105: HTTP allows it."""
    at = format_datetime(START + timedelta(seconds=75), usegmt=True)
    web.answer("GET", TYPES, {}, 429, {"Retry-After": at})
    with pytest.raises(RateLimited) as told:
        company.time_types()
    assert timedelta(seconds=75) <= told.value.until - START < timedelta(seconds=81)


def test_a_503_is_never_asked_again_at_once(company: CompanyAtProcore, web: Web, clock: ManualClock) -> None:
    """D105; Integration Health 3."""
    web.answer("GET", TYPES, {}, 503, {"Retry-After": "20"})
    with pytest.raises(ProcoreUnavailable) as told:
        company.time_types()
    assert 20 <= (told.value.retry_after or 0) <= 24
    clock.advance(19)
    with pytest.raises(ProcoreUnavailable) as told:
        company.time_types()
    assert 1 <= (told.value.retry_after or 0) <= 5
    assert len(web.requests()) == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_read_is_repeated_a_few_times_and_then_told(
    company: CompanyAtProcore, web: Web, status: int
) -> None:
    """D105: a read is safe."""
    for _ in range(9):
        web.answer("GET", TYPES, {}, status)
    with pytest.raises(ProcoreUnavailable) as told:
        company.time_types()
    assert not told.value.is_effect_unknown
    assert len(web.requests()) == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_write_is_never_repeated_by_itself_and_its_effect_is_unknown(
    company: CompanyAtProcore, web: Web, status: int
) -> None:
    """D6, D105, R21."""
    web.answer("PATCH", CARD, {}, status)
    with pytest.raises(ProcoreUnavailable) as told:
        company.update(77, 5, START.date(), {"billable": True})
    assert told.value.is_effect_unknown
    assert len(web.requests()) == 1


def test_a_page_of_html_is_unreadable(company: CompanyAtProcore, web: Web) -> None:
    """D106."""
    web.answer("GET", TYPES, b"<!DOCTYPE html><h1>Welcome</h1>", headers={"Content-Type": "text/html"})
    with pytest.raises(UnreadableAnswer, match="not JSON"):
        company.time_types()


def test_a_page_of_html_after_a_write_says_nothing_of_its_effect(company: CompanyAtProcore, web: Web) -> None:
    """D6, R21: it may have been done."""
    web.answer("PATCH", CARD, b"<html>", headers={"Content-Type": "text/html"})
    with pytest.raises(ProcoreUnavailable) as told:
        company.update(77, 5, START.date(), {"billable": True})
    assert told.value.is_effect_unknown


def test_json_cut_short_is_a_lost_answer(company: CompanyAtProcore, web: Web) -> None:
    """D6, D105."""
    web.answer("GET", TYPES, b'[{"id": 1, "time_ty')
    with pytest.raises(ProcoreUnavailable, match="cut short") as told:
        company.time_types()
    assert not told.value.is_effect_unknown


def test_an_error_of_html_still_has_its_status(company: CompanyAtProcore, web: Web) -> None:
    """D101: words that cannot be read do not hide what is known."""
    web.answer("GET", TYPES, b"<html>Forbidden</html>", 403)
    with pytest.raises(PermissionMissing, match="Procore answered 403"):
        company.time_types()


def test_a_redirect_is_not_followed(company: CompanyAtProcore, web: Web) -> None:
    """A token never travels to an address that Procore's answer names."""
    web.answer("GET", TYPES, {}, 302, {"Location": "https://elsewhere.example/"})
    with pytest.raises(UnreadableAnswer, match="302"):
        company.time_types()
    assert len(web.requests()) == 1


def test_a_redirect_after_a_write_says_nothing_of_its_effect(company: CompanyAtProcore, web: Web) -> None:
    """D6: something in between may have sent it; the work may be done."""
    web.answer("DELETE", CARD, status=302, headers={"Location": "http://elsewhere.example/"})
    with pytest.raises(ProcoreUnavailable) as lost:
        company.delete(77)
    assert lost.value.is_effect_unknown


def test_an_answer_nested_without_end_is_unreadable(company: CompanyAtProcore, web: Web) -> None:
    """D106."""
    web.answer("GET", TYPES, b"[" * 200_000)
    with pytest.raises(ProcoreUnavailable):
        company.time_types()


def test_nan_is_no_json(company: CompanyAtProcore, web: Web) -> None:
    """D106: hours are exact decimals."""
    web.answer("GET", CARDS, b'[{"id": 1, "hours": NaN}]')
    with pytest.raises(ProcoreUnavailable):
        company.by_ids([1])


def test_procores_clock_is_the_date_of_the_newest_answer(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """D32, mechanism 12: cursors move by Procore's clock, never by ours; also when that is set back."""
    web.answer("GET", TYPES, [])
    clock.advance(-30)
    web.answer("GET", TYPES, [])
    clock.advance(300)
    company.time_types()
    assert company.server_time() == START
    company.time_types()
    assert company.server_time() == START - timedelta(seconds=30)


def test_procores_clock_is_asked_for_when_nothing_was_asked_yet(company: CompanyAtProcore, web: Web) -> None:
    """D32."""
    web.answer("GET", TYPES, [])
    assert company.server_time() == START


def test_every_company_call_carries_the_companys_header(company: CompanyAtProcore, web: Web) -> None:
    """Integration Health 5."""
    web.answer("GET", CARDS, [card(1)])
    company.by_ids([1])
    assert web.requests()[0].headers["Procore-Company-Id"] == str(COMPANY)


def test_no_token_is_logged(company: CompanyAtProcore, web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """Invariant 9: method, path template, status, time and request id are."""
    web.answer("GET", CARDS, [card(1)], headers={"x-request-id": "abc123"})
    with caplog.at_level("DEBUG"):
        company.by_ids([1])
    assert "access-1" not in caplog.text
    assert "test-client-secret" not in caplog.text
    assert "GET /rest/v1.0/companies/{company_id}/timecard_entries 200" in caplog.text
    assert "x-request-id=abc123" in caplog.text


def test_calls_are_counted_by_route(company: CompanyAtProcore, procore: Procore, web: Web) -> None:
    """The figures of the benchmarks."""
    web.answer("GET", TYPES, [])
    company.time_types()
    company.time_types()
    assert procore.client.calls["GET /rest/v1.0/companies/{company_id}/timecard_time_types"] == 2


def test_401_after_one_renewal_is_told_and_not_repeated(company: CompanyAtProcore, web: Web) -> None:
    """D100."""
    web.answer("GET", TYPES, {"message": "The access token is invalid"}, 401)
    web.answer("GET", f"{API}/oauth/token/info", {"error": "invalid_token"}, 401)
    with pytest.raises(SignInExpired):
        company.time_types()
    assert len(web.requests()) == 1
    assert web.tokens == 1


def test_401_of_a_token_that_is_alive_means_the_app_is_not_installed(
    company: CompanyAtProcore, web: Web
) -> None:
    """R8: Procore also says 401 where the app is absent."""
    web.answer("GET", TYPES, {"message": "Unauthorized"}, 401)
    web.answer("GET", f"{API}/oauth/token/info", {"resource_owner_id": None, "expires_in_seconds": 5000})
    with pytest.raises(AppNotConnected):
        company.time_types()
