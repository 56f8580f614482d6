"""Activity and Timesheets in a real Chromium: what arrives appears by itself, and the reader's place is kept."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page
from werkzeug.serving import make_server

from tests.fixtures.site import Site
from tests.routes.screens import DANA, Screens, open_screens
from tests.routes.visitor import consent

pytestmark = pytest.mark.browser

ACTIVITY = "/settings/import-timesheets"


@dataclass(frozen=True, slots=True)
class Live:
    """The site on a socket of its own, and a window for each person."""

    screens: Screens
    open: Callable[..., Page]
    complaints: list[str]

    def arrive(self, hours: str, **fields: Any) -> None:
        with self.screens.app() as site:
            site.enter(hours, **fields)
            site.settle()


@pytest.fixture
def live(app: Flask, browser: Browser) -> Iterator[Live]:
    with app.app_context():
        site = Site(app)
        site.world.install(site.theirs.id, user_id=site.dana.id)
    screens = open_screens(site)
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    server.daemon_threads = False  # closing waits for every request: a late one would open a database anew
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    complaints: list[str] = []
    contexts = []

    base = f"http://127.0.0.1:{server.server_port}"

    def open_window(name: str, path: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        address = consent(site, _asked(context.new_page(), f"{base}/auth/start"), name)
        page = context.new_page()
        page.goto(base + address)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(base + path)
        return page

    yield Live(screens, open_window, complaints)
    for context in contexts:
        context.close()
    server.shutdown()
    thread.join(10)
    server.server_close()
    assert complaints == []


def _asked(page: Page, address: str) -> dict[str, str]:
    """What Procore's authorize page is asked. Nobody listens there; the request alone tells."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with contextlib.suppress(Error):
        page.goto(address)
    return dict(parse_qsl(urlsplit(next(url for url in asked if "/oauth/authorize" in url)).query))


def test_a_card_that_arrives_appears_in_activity_without_a_reload(live: Live) -> None:
    """R27: and nothing that the reader opened, typed or selected is lost."""
    with live.screens.app() as site:
        per_diem = next(t for t in site.world.state.time_types if t.time_type == "Per Diem")
    live.arrive("4.0", person=5, timecard_time_type_id=per_diem.id)
    page = live.open(DANA, ACTIVITY)
    page.evaluate("window.isTheSamePage = true")
    page.get_by_text("Show it").click()
    page.get_by_text("Discard…").click()
    note = page.get_by_placeholder("Why (for the history)")
    note.fill("Entered tw")
    live.arrive("7.25", person=6)
    page.get_by_text("7.25 h").wait_for(timeout=10_000)
    assert page.evaluate("window.isTheSamePage")
    assert note.is_visible()
    assert note.input_value() == "Entered tw"
    assert note.evaluate("field => field === document.activeElement")
    page.keyboard.type("ice")
    assert note.input_value() == "Entered twice"


def test_a_selection_in_the_list_survives_what_arrives(live: Live) -> None:
    """R27."""
    live.arrive("7.25", person=6)
    page = live.open(DANA, ACTIVITY)
    page.locator("#processed .what").first.evaluate("node => getSelection().selectAllChildren(node)")
    chosen = page.evaluate("getSelection().toString()")
    assert "7.25 h" in chosen
    live.arrive("3.75", person=7)
    page.get_by_text("3.75 h").wait_for(timeout=10_000)
    assert page.evaluate("getSelection().toString()") == chosen


def test_one_click_on_a_reason_lets_its_records_through(live: Live) -> None:
    """R14, R27."""
    with live.screens.app() as site:
        per_diem = next(t for t in site.world.state.time_types if t.time_type == "Per Diem")
    live.arrive("4.0", person=5, timecard_time_type_id=per_diem.id)
    page = live.open(DANA, ACTIVITY)
    page.get_by_role("button", name="Add as task").click()
    page.get_by_text("is in the template").wait_for(timeout=10_000)
    with live.screens.app() as site:
        site.settle()
    page.get_by_text("Nothing waits.").wait_for(timeout=10_000)
    assert page.locator("#processed li").count() == 1


def test_the_state_of_a_timesheet_changes_in_the_list_by_itself(live: Live) -> None:
    """R29: at 400 px, with the keyboard only."""
    with live.screens.app() as site:
        site.write("6.5")
    page = live.open(DANA, "/timesheets", viewport={"width": 400, "height": 800})
    page.get_by_text("Waiting", exact=True).last.wait_for()
    page.evaluate("window.isTheSamePage = true")
    with live.screens.app() as site:
        site.settle()
    page.locator("#timesheets").get_by_text("In sync").wait_for(timeout=10_000)
    assert page.evaluate("window.isTheSamePage")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_state_above_an_open_form_changes_and_what_is_typed_stays(live: Live) -> None:
    """R29."""
    with live.screens.app() as site:
        number = site.write("6.5")
    page = live.open(DANA, f"/timesheets/{number}")
    page.locator("#state").get_by_text("Waiting").wait_for()
    page.locator("#description").fill("Half a sent")
    with live.screens.app() as site:
        site.settle()
    page.locator("#state").get_by_text("In sync").wait_for(timeout=10_000)
    page.keyboard.type("ence")
    assert page.locator("#description").input_value() == "Half a sentence"


def test_another_project_brings_its_own_items_into_the_form(live: Live) -> None:
    """R32."""
    live.arrive("7.25", person=6)
    page = live.open(DANA, "/timesheets/new")
    items = page.locator("#project_item_id option")
    assert items.count() == 1
    page.locator("#project_id").select_option(index=1)
    items.nth(1).wait_for(state="attached", timeout=10_000)


def test_a_hidden_page_asks_for_nothing_and_catches_up_when_it_is_looked_at(live: Live) -> None:
    """R27: coming back asks at once; the same call while hidden asks nothing."""
    page = live.open(DANA, ACTIVITY)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """() => {
            window.isHidden = true;
            Object.defineProperty(document, "hidden", {get: () => window.isHidden});
        }"""
    )
    page.locator("h1").click()  # what was on its way is over when this is
    asked.clear()
    for _ in range(3):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator("h1").click()
    assert asked == []
    with page.expect_request(lambda request: "seen=" in request.url, timeout=10_000):
        page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")
