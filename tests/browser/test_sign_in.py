"""Signing in from inside Procore's page: what goes wrong on the way, and what is left in the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from devtools.stack import Stack
from devtools.visit import Visit, allow, click
from tests.browser.conftest import DESK
from tests.browser.cookies import with_preferences
from tests.browser.ears import Ears

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("connected")]

NO_COOKIES_AT_ALL = {"profile": {"default_content_setting_values": {"cookies": 2}}}
SESSION = "__Host-timesite"


@pytest.fixture
def frameless_cookies(
    browser: Browser, chromium_path: str, tmp_path: Path, ears: Ears, stack: Stack
) -> Iterator[BrowserContext]:
    """A browser that keeps nothing of the app, not even what is partitioned."""
    context = with_preferences(browser, chromium_path, tmp_path, NO_COOKIES_AT_ALL, viewport=DESK)
    ears.listen_to(context)
    yield context
    context.close()


def test_a_denied_consent_is_said_in_plain_words_and_can_be_tried_again(visit: Visit, ears: Ears) -> None:
    """R2."""
    ears.expect("status of 400")  # the page that says so
    visit.open()
    window = visit.begin_sign_in()
    window.get_by_test_id("deny").click()
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    expect(window.get_by_role("main")).to_contain_text("Close this window and press the button there again")
    expect(visit.app.locator("[data-said]")).to_contain_text("Procore")
    window.close()
    visit.sign_in()
    expect(visit.app.locator(".who")).to_contain_text("Dana Ortiz")


def test_a_closed_window_is_noticed_and_can_be_opened_again(visit: Visit) -> None:
    """R2."""
    visit.open()
    visit.begin_sign_in().close()
    expect(visit.app.locator("[data-said]")).to_have_text(
        "The sign-in window was closed. Press the button to try again."
    )
    visit.sign_in()
    expect(visit.app.locator(".who")).to_contain_text("Dana Ortiz")


def test_when_the_frame_is_gone_the_window_offers_to_go_on_by_itself(visit: Visit) -> None:
    """R2."""
    visit.open()
    window = visit.begin_sign_in()
    visit.page.goto("about:blank")
    allow(window, "administrator")
    expect(window.get_by_text("is not there any more")).to_be_visible()
    window.get_by_role("button", name="Open Timesite here").click()
    expect(window.locator(".who")).to_contain_text("Dana Ortiz")


def test_where_the_frame_can_keep_no_cookie_a_tab_of_its_own_is_offered(
    stack: Stack, frameless_cookies: BrowserContext
) -> None:
    """R2: said before anybody has typed a password."""
    page = frameless_cookies.new_page()
    # Procore itself works without a cookie, too: the first company's administrator looks at it
    visit = Visit(stack, page)
    visit.open()
    expect(visit.app.locator("[data-own-tab]")).to_contain_text("Your browser keeps no cookies for Timesite")
    with frameless_cookies.expect_page() as opened:
        click(visit.app.get_by_role("link", name="Open Timesite in a tab of its own"))
    expect(opened.value.get_by_test_id("authorize-form")).to_be_visible()


def test_the_session_cookie_is_secure_http_only_partitioned_and_of_this_host_alone(
    stack: Stack, visit: Visit
) -> None:
    """R2: nothing else is kept in the browser, and scripts do not see it."""
    visit.open()
    visit.sign_in()
    frame = next(frame for frame in visit.page.frames if frame.url.startswith(stack.app_url))
    assert frame.evaluate("document.cookie") == ""
    ours = [cookie for cookie in visit.page.context.cookies() if cookie["domain"] == "127.0.0.1"]
    assert {cookie["name"] for cookie in ours} == {SESSION}
    for cookie in ours:
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
            True,
            True,
            "None",
            "/",
        )
    assert {cookie.get("partitionKey") for cookie in ours} == {"http://localhost", "http://127.0.0.1"}


def test_signing_out_ends_the_session_and_going_back_shows_nothing(
    stack: Stack, visit: Visit, new_context: Callable[..., BrowserContext]
) -> None:
    """R2."""
    visit.open()
    visit.sign_in()
    visit.app_goto("/timesheets")
    click(visit.app.locator(".who > summary"))
    click(visit.app.get_by_role("button", name="Sign out"))
    expect(visit.app.locator("[data-sign-in]")).to_be_visible()
    visit.app_goto("/timesheets")
    expect(visit.app.locator("[data-sign-in]")).to_be_visible()
