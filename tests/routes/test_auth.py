"""Signing in: in the frame by a popup, or in a tab of its own (R2)."""

from __future__ import annotations

import hashlib
import logging
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from tests.fixtures.site import Site
from tests.routes.visitor import NONCE, Visitor, consent, framed, in_tab, popup_for, start
from webapp.store.session import system

DANA = "Dana Ortiz"


def redeem(frame: Visitor, code: str, nonce: str = NONCE) -> int:
    return frame.post("/auth/redeem", {"code": code, "nonce": nonce}).status_code


def is_signed_in(window: Visitor) -> bool:
    return "Sign in with Procore" not in window.get("/").text


def test_the_frame_shows_how_to_sign_in_and_keeps_its_address(site: Site) -> None:
    """R2."""
    page = Visitor(site).get("/?company_id=1&project_id=2")
    assert page.status_code == 200
    assert "Sign in with Procore" in page.text
    assert "next=/?company_id%3D1%26project_id%3D2" in page.text


def test_the_frame_signs_in_with_the_code_that_the_popup_hands_over(site: Site) -> None:
    """R2."""
    frame = framed(site, DANA)
    assert "Acme Builders · Dana Ortiz" in frame.get("/").text


def test_the_popup_itself_is_not_signed_in(site: Site) -> None:
    """R2: what the popup knows is not shared silently."""
    popup, _ = popup_for(site, DANA)
    assert not is_signed_in(popup)


def test_a_code_is_good_once(site: Site) -> None:
    """R2."""
    _, code = popup_for(site, DANA)
    assert redeem(Visitor(site), code) == 200
    second = Visitor(site)
    assert redeem(second, code) == 400
    assert not is_signed_in(second)


def test_a_code_without_the_nonce_of_the_frame_is_worthless_and_spent(site: Site) -> None:
    """R2."""
    _, code = popup_for(site, DANA)
    thief, frame = Visitor(site), Visitor(site)
    assert redeem(thief, code, nonce="guessed") == 400
    assert redeem(frame, code) == 400
    assert not is_signed_in(thief)
    assert not is_signed_in(frame)


def test_a_code_is_good_for_a_minute(site: Site) -> None:
    """R2."""
    _, code = popup_for(site, DANA)
    site.clock.advance(61)
    assert redeem(Visitor(site), code) == 400


def test_a_frame_whose_cookie_does_not_come_back_is_told_so(site: Site) -> None:
    """R2: where partitioned cookies do not exist, the page offers a tab of its own."""
    frame = Visitor(site)
    assert frame.get("/auth/cookies").json == {"kept": False}
    frame.get("/auth/sign-in")
    assert frame.get("/auth/cookies").json == {"kept": True}


def test_the_cookie_is_partitioned_and_the_hosts_own(site: Site) -> None:
    """R2."""
    cookie = Visitor(site).get("/auth/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-timesite=")
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert f"; {part}" in cookie
    assert "Domain" not in cookie


def test_a_callback_in_another_browser_is_refused(site: Site) -> None:
    """R2: nobody is signed in to somebody else's account by a link."""
    address = consent(site, start(Visitor(site)), DANA)
    victim = Visitor(site)
    page = victim.get(address)
    assert page.status_code == 400
    assert "begun in another browser" in page.text
    assert not is_signed_in(victim)


def test_a_callback_is_good_once(site: Site) -> None:
    """R2."""
    tab = Visitor(site)
    address = consent(site, start(tab), DANA)
    assert tab.get(address).status_code == 303
    assert tab.get(address).status_code == 400


def test_a_sign_in_that_takes_longer_than_ten_minutes_says_so(site: Site) -> None:
    """R2."""
    tab = Visitor(site)
    asked = start(tab)
    site.clock.advance(601)
    page = tab.get(consent(site, asked, DANA))
    assert page.status_code == 400
    assert "longer than ten minutes" in page.text


def test_a_code_that_procore_does_not_know_says_so(site: Site) -> None:
    """R2."""
    tab = Visitor(site)
    page = tab.get(f"/auth/callback?code=invented&state={start(tab)['state']}")
    assert page.status_code == 400
    assert "not valid any more" in page.text


def test_a_person_who_does_not_allow_it_reads_that_nothing_was_changed(site: Site) -> None:
    """R2."""
    tab = Visitor(site)
    address = urlsplit(site.world.deny(site.world.authorization_request(start(tab))))
    page = tab.get(f"{address.path}?{address.query}")
    assert page.status_code == 400
    assert "did not allow" in page.text


def test_the_code_may_come_in_the_fragment(site: Site) -> None:
    """R2: a page that sees no code in the query posts the fragment back."""
    tab = Visitor(site)
    query = urlsplit(consent(site, start(tab), DANA)).query
    assert "data-fragment" in tab.get("/auth/callback").text
    fields = dict(part.split("=", 1) for part in query.split("&"))
    assert tab.post("/auth/callback", fields).status_code == 303
    assert is_signed_in(tab)


def test_a_tab_of_its_own_signs_in_without_a_popup_and_goes_where_it_was_going(site: Site) -> None:
    """R2."""
    tab = Visitor(site)
    answer = tab.get(consent(site, start(tab, "?next=/settings/data-sync/procore"), DANA))
    assert (answer.status_code, answer.location) == (303, "/settings/data-sync/procore")
    assert is_signed_in(tab)


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil"])
def test_signing_in_never_leads_to_another_site(site: Site, elsewhere: str) -> None:
    tab = Visitor(site)
    answer = tab.get(consent(site, start(tab, f"?next={elsewhere}"), DANA))
    assert answer.location == "/"


def test_when_the_frame_is_gone_the_window_that_signed_in_may_go_on_itself(site: Site) -> None:
    """R2: only after a press of its button."""
    popup, code = popup_for(site, DANA)
    answer = popup.post("/auth/continue", {"code": code})
    assert answer.status_code == 303
    assert is_signed_in(popup)


def test_no_other_window_may_go_on_with_the_code_alone(site: Site) -> None:
    """R2."""
    _, code = popup_for(site, DANA)
    thief = Visitor(site)
    assert thief.post("/auth/continue", {"code": code}).status_code == 400
    assert not is_signed_in(thief)


def test_signing_out_ends_this_session_only(site: Site) -> None:
    """R2."""
    frame, tab = framed(site, DANA), in_tab(site, DANA)
    frame.post("/auth/sign-out")
    assert not is_signed_in(frame)
    assert is_signed_in(tab)


def test_a_session_ends_after_twelve_hours(site: Site) -> None:
    frame = framed(site, DANA)
    site.clock.advance(12 * 3600 + 1)
    assert not is_signed_in(frame)


def test_a_post_without_the_pages_token_is_refused(site: Site) -> None:
    """CSRF."""
    frame = framed(site, DANA)
    assert frame.client.post("/auth/sign-out").status_code == 400
    assert is_signed_in(frame)


def test_a_nonce_that_is_no_hash_is_refused(site: Site) -> None:
    assert Visitor(site).get("/auth/start?nonce=plain").status_code == 400


def test_a_storm_of_sign_ins_from_one_address_is_slowed_down(site: Site) -> None:
    client = site.app.test_client()
    answers = [client.get("/auth/start").status_code for _ in range(121)]
    assert answers[:120] == [302] * 120
    assert answers[120] == 429
    assert client.get("/healthz").status_code == 200


def test_no_token_code_or_state_is_readable_in_the_database_or_the_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Invariant 9."""
    with caplog.at_level(logging.DEBUG):
        popup = Visitor(site)
        asked = start(popup, f"?nonce={hashlib.sha256(NONCE.encode()).hexdigest()}")
        address = consent(site, asked, DANA)
        page = popup.get(address)
    tokens = [t for row in site.world.state.tokens for t in (row.id, row.refresh_token) if t]
    code = dict(part.split("=", 1) for part in urlsplit(address).query.split("&"))["code"]
    hand_over = page.text.split('data-hand-over="')[1].split('"')[0]
    with site.app.app_context(), system(is_readonly=True) as session:
        tables = [
            row
            for table in ("credentials", "sign_ins")
            for row in session.execute(text(f"SELECT * FROM {table}"))
        ]
    assert tokens
    for secret in (*tokens, asked["state"], code, hand_over):
        assert not any(secret in str(value) for row in tables for value in row)
        assert secret not in caplog.text
