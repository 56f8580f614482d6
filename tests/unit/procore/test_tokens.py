"""Tokens: renewed ahead, once, under the lock, stored before use."""

import json
from datetime import timedelta

import pytest
import requests

from tests.unit.procore.canned import API, COMPANY, START, MakeProcore, Web
from tests.unit.procore.memory import MemoryTokens
from webapp.clock import ManualClock
from webapp.domain.credentials import SERVICE, StoredTokens, TokenPair, user_key
from webapp.errors import ProcoreUnavailable, SignInExpired
from webapp.procore.factory import CompanyAtProcore, Procore

TYPES = f"{API}/rest/v1.0/companies/{COMPANY}/timecard_time_types"
ANA = user_key(8801457)


def pair(name: str, minutes: float = 90) -> TokenPair:
    return TokenPair(f"access-{name}", f"refresh-{name}", START + timedelta(minutes=minutes))


def authorizations(web: Web) -> list[str]:
    return [request.headers["Authorization"] for request in web.requests()]


def test_one_token_serves_many_calls(company: CompanyAtProcore, web: Web) -> None:
    """Integration Health 4."""
    web.answer("GET", TYPES, [])
    for _ in range(5):
        company.time_types()
    assert web.tokens == 1
    assert authorizations(web) == ["Bearer access-1"] * 5


def test_a_token_is_renewed_ahead_of_its_end(company: CompanyAtProcore, web: Web, clock: ManualClock) -> None:
    """Mechanism 16: at 75 of 90 minutes, give or take five."""
    web.answer("GET", TYPES, [])
    company.time_types()
    clock.advance(69 * 60)
    company.time_types()
    assert web.tokens == 1
    clock.advance(12 * 60)
    company.time_types()
    assert web.tokens == 2
    assert authorizations(web)[-1] == "Bearer access-2"


def test_the_new_pair_is_stored_before_it_is_used(procore: Procore, web: Web, tokens: MemoryTokens) -> None:
    """README of the contract, 2: the old refresh token is void from the moment it is sent."""
    tokens.save(ANA, pair("old", minutes=5))
    stored_when_used = []
    web.mock.add_callback(
        "GET",
        f"{API}/rest/v1.0/me",
        lambda request: (stored_when_used.append(tokens.read(ANA)), (200, {}, json.dumps({"id": 8801457})))[
            1
        ],
    )
    procore.person(ANA).me()
    assert stored_when_used[0].pair.access_token == "access-1"
    assert stored_when_used[0].pair.refresh_token == "refresh-1"


def test_while_another_process_renews_the_old_token_will_do(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """Mechanism 16: at most one token request in flight, and nobody waits for one that is not urgent."""
    tokens.save(SERVICE, pair("old", minutes=5))
    tokens.lock(SERVICE, "another", ManualClock(START), timedelta(seconds=45))
    web.answer("GET", TYPES, [])
    company.time_types()
    assert web.tokens == 0
    assert authorizations(web) == ["Bearer access-old"]


def test_without_a_token_the_other_process_is_waited_for(
    make_procore: MakeProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """Invariant 8: at most one token request in flight."""
    tokens.save(SERVICE, pair("dead", minutes=-1))
    tokens.lock(SERVICE, "another", ManualClock(START), timedelta(seconds=45))
    waits = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        clock.advance(seconds)
        if len(waits) == 7:
            tokens.save(SERVICE, pair("theirs"))

    web.answer("GET", TYPES, [])
    make_procore(pause).company(COMPANY).time_types()
    assert web.tokens == 0
    assert len(waits) == 7
    assert authorizations(web) == ["Bearer access-theirs"]


def test_a_lock_that_was_stored_late_is_asked_for_again(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """Invariant 8: of the lock's 45 seconds, a busy database must not have used up what the request may take."""
    web.answer("GET", TYPES, [])
    waits = [40.0, 1.0]
    tokens.on_lock = lambda: clock.advance(waits.pop(0))
    company.time_types()
    assert waits == []
    assert web.tokens == 1


def test_waiting_for_another_process_ends(procore: Procore, web: Web, tokens: MemoryTokens) -> None:
    """Bounded: the call is told to try later."""
    tokens.lock(SERVICE, "another", ManualClock(START), timedelta(seconds=45))
    with pytest.raises(ProcoreUnavailable, match="renewed"):
        procore.company(COMPANY).time_types()
    assert web.tokens == 0


def test_the_lock_of_a_killed_process_ends_by_itself(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """D10."""
    tokens.lock(SERVICE, "killed", ManualClock(START), timedelta(seconds=5))
    web.answer("GET", TYPES, [])
    company.time_types()
    assert web.tokens == 1
    assert clock.now() >= START + timedelta(seconds=5)


def test_one_401_renews_once_and_the_call_goes_through(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """D100."""
    web.answer("GET", TYPES, [])
    company.time_types()
    clock.advance(60)
    web.mock.replace("GET", TYPES, status=401, json={"message": "The access token was revoked"})
    web.answer("GET", TYPES, [])
    company.time_types()
    assert authorizations(web) == ["Bearer access-1", "Bearer access-1", "Bearer access-2"]


def test_a_call_is_not_made_again_long_after_its_401(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """D10: a worker that was stopped meanwhile has no lease any more, and another one does its work."""
    web.answer("GET", TYPES, [])
    company.time_types()
    clock.advance(60)
    web.mock.replace("GET", TYPES, status=401, json={"message": "The access token was revoked"})
    stops = [61.0]
    tokens.on_save = lambda: clock.advance(stops.pop())
    with pytest.raises(ProcoreUnavailable):
        company.time_types()
    assert authorizations(web) == ["Bearer access-1"] * 2


def test_after_a_401_the_token_that_another_process_stored_is_taken(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """D100: refreshed once, for all."""
    web.answer("GET", TYPES, {"message": "revoked"}, 401)
    web.answer("GET", TYPES, [])
    tokens.save(SERVICE, pair("revoked"))
    company.api.tokens.access(SERVICE)
    tokens.save(SERVICE, pair("theirs"))
    company.time_types()
    assert web.tokens == 0
    assert authorizations(web) == ["Bearer access-revoked", "Bearer access-theirs"]


def test_a_person_whose_refresh_token_is_refused_has_to_sign_in_again(
    procore: Procore, web: Web, tokens: MemoryTokens
) -> None:
    """R2, D100: told once, then without asking Procore again."""
    tokens.save(ANA, pair("old", minutes=-1))
    web.mock.remove("POST", f"{API}/oauth/token")
    web.answer("POST", f"{API}/oauth/token", {"error": "invalid_grant", "error_description": "used"}, 400)
    for _ in range(3):
        with pytest.raises(SignInExpired):
            procore.person(ANA).me()
    assert len(web.requests("/oauth/token")) == 1
    assert tokens.read(ANA) == StoredTokens(None, START)


def test_a_person_without_tokens_is_never_asked_about(procore: Procore, web: Web) -> None:
    """R2."""
    with pytest.raises(SignInExpired):
        procore.person(ANA).companies()
    assert len(web.mock.calls) == 0


def test_a_wrong_client_secret_is_asked_about_once_a_minute(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """Integration Health 4: no storm of token requests."""
    web.mock.remove("POST", f"{API}/oauth/token")
    web.answer("POST", f"{API}/oauth/token", {"error": "invalid_client", "error_description": "no"}, 401)
    for _ in range(4):
        with pytest.raises(SignInExpired):
            company.time_types()
    assert len(web.requests("/oauth/token")) == 1
    clock.advance(61)
    with pytest.raises(SignInExpired):
        company.time_types()
    assert len(web.requests("/oauth/token")) == 2


def test_a_refusal_by_a_clock_that_has_been_put_back_is_long_ago(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """D100: the secret was put right meanwhile."""
    tokens.refuse(SERVICE, START + timedelta(days=1))
    web.answer("GET", TYPES, [])
    company.time_types()
    assert web.tokens == 1


def test_a_token_renewed_by_a_clock_that_has_been_put_back_is_renewed_when_it_ends(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """D100: it is neither brand new, nor good for a day, nor remembered unread for one."""
    web.answer("GET", TYPES, [])
    company.time_types()
    clock.time -= timedelta(days=1)
    web.mock.replace("GET", TYPES, status=401, json={"message": "The access token expired"})
    web.answer("GET", TYPES, [])
    company.time_types()
    assert authorizations(web) == ["Bearer access-1", "Bearer access-1", "Bearer access-2"]


def test_a_renewal_ahead_that_fails_leaves_the_old_token_in_use(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """D105: the sign-in host may be down for a while."""
    tokens.save(SERVICE, pair("old", minutes=8))
    web.mock.remove("POST", f"{API}/oauth/token")
    web.answer("POST", f"{API}/oauth/token", requests.ConnectionError("down"))
    web.answer("GET", TYPES, [])
    for _ in range(3):
        company.time_types()
    assert authorizations(web) == ["Bearer access-old"] * 3
    assert len(web.requests("/oauth/token")) == 1
    assert tokens.lock(SERVICE, "next", clock, timedelta(seconds=1))


def test_token_requests_are_forms_with_the_client(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 2: form data in the guides."""
    web.answer("GET", TYPES, [])
    company.time_types()
    request = web.requests("/oauth/token")[0]
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert sorted(request.body.split("&")) == [
        "client_id=test-client",
        "client_secret=test-client-secret",
        "grant_type=client_credentials",
    ]
    assert "Authorization" not in request.headers


def test_signing_in_keeps_the_pair_under_the_person(procore: Procore, web: Web, tokens: MemoryTokens) -> None:
    """R2."""
    web.answer("GET", f"{API}/rest/v1.0/me", {"id": 8801457, "login": "dana@example.com", "name": "Dana"})
    me = procore.sign_in("the-code")
    assert (me.id, me.login, me.name) == (8801457, "dana@example.com", "Dana")
    assert tokens.read(ANA).pair.refresh_token == "refresh-1"
    assert (
        "redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fauth%2Fcallback" in web.requests("/oauth/token")[0].body
    )


def test_signing_out_revokes_at_procore_and_erases_here(
    procore: Procore, web: Web, tokens: MemoryTokens
) -> None:
    """R7."""
    tokens.save(ANA, pair("old"))
    web.answer("POST", f"{API}/oauth/revoke", {})
    procore.sign_out(ANA)
    assert "token=access-old" in web.requests("/oauth/revoke")[0].body
    assert tokens.read(ANA) is None


def test_signing_out_while_procore_is_away_keeps_what_is_to_be_revoked(
    procore: Procore, web: Web, tokens: MemoryTokens
) -> None:
    """R7: until Procore has confirmed."""
    tokens.save(ANA, pair("old"))
    web.answer("POST", f"{API}/oauth/revoke", requests.ConnectionError("down"))
    with pytest.raises(ProcoreUnavailable):
        procore.sign_out(ANA)
    assert tokens.read(ANA).pair is not None


def test_the_authorize_address_names_client_redirect_and_state(procore: Procore) -> None:
    """R2."""
    assert procore.oauth.authorize_url("a state&more") == (
        f"{API}/oauth/authorize?response_type=code&client_id=test-client"
        "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fauth%2Fcallback&state=a+state%26more"
    )


def test_tokens_stay_out_of_repr() -> None:
    """Invariant 9."""
    assert "access-x" not in repr(pair("x"))
    assert "refresh-x" not in repr(StoredTokens(pair("x")))


def test_a_pair_stored_just_before_we_got_the_lock_is_taken(
    company: CompanyAtProcore, web: Web, tokens: MemoryTokens
) -> None:
    """Mechanism 16: read again under the lock, so that a single-use refresh token is never sent twice."""
    tokens.save(SERVICE, pair("dead", minutes=-1))
    tokens.on_lock = lambda: tokens.save(SERVICE, pair("theirs"))
    web.answer("GET", TYPES, [])
    company.time_types()
    assert web.tokens == 0
    assert authorizations(web) == ["Bearer access-theirs"]
