"""The pages in a real Chromium: nothing is blocked, nothing overflows, lists refresh, the side panel speaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from procore_sandbox.http.app import create_app
from procore_sandbox.http.sandbox import Sandbox
from procore_sandbox.http.server import Server
from procore_sandbox.model.state import DEMO_CLIENT_ID
from tests.sandbox.cast import Procore

pytestmark = pytest.mark.browser

EMBEDDED = """<!doctype html><title>App</title><h1>Embedded</h1><ol id="told"></ol><script>
addEventListener("message", (event) => {
  const line = document.createElement("li");
  line.textContent = event.origin + " " + JSON.stringify(event.data);
  document.getElementById("told").append(line);
});
parent.postMessage({type: "initialize"}, document.referrer.slice(0, -1));
</script>"""


@dataclass(slots=True)
class Site:
    """The stand-in on localhost, a small app on 127.0.0.1, and a page of the stand-in."""

    procore: Procore
    url: str
    app_url: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        # Chromium warns of every frame with scripts and its own origin, as Procore's has.
        if message.type in ("error", "warning") and "escape its sandboxing" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    @property
    def query(self) -> str:
        """What the app sends people to the sign-in page with."""
        callback = f"{self.app_url}/auth/callback"
        return f"response_type=code&client_id={DEMO_CLIENT_ID}&redirect_uri={callback}&state=s"

    @property
    def cards(self) -> str:
        return f"/{self.procore.company.id}/projects/{self.procore.bridge.id}/timecards"


@pytest.fixture
def site(procore: Procore, browser: Browser) -> Iterator[Site]:
    embedded = Flask("embedded")
    embedded.add_url_rule("/", "root", lambda: EMBEDDED)
    embedded.add_url_rule("/panel", "panel", lambda: EMBEDDED)
    embedded.add_url_rule("/auth/callback", "callback", lambda: "back at the app")
    embedded.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    app = Server(embedded, "127.0.0.1", 0)
    registered = replace(procore.world.state.app, url=app.url, redirect_uris=(f"{app.url}/auth/callback",))
    procore.world.state.app = registered
    stand_in = Server(create_app(Sandbox(procore.world, procore.clock)), "localhost", 0)
    app.start()
    stand_in.start()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    found = Site(procore, stand_in.url, app.url, page)
    page.on("console", lambda message: found.hear(message))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    yield found
    page.close()
    stand_in.stop()
    app.stop()


@pytest.mark.parametrize("width", [400, 1280])
def test_no_page_is_wider_than_the_window_and_the_browser_complains_of_none(site: Site, width: int) -> None:
    """R35: readable at 400 px; no console error, no policy violation."""
    card = site.procore.enter(description="A description that is long enough to need more than one line " * 3)
    site.procore.hook(site.procore.bridge)
    site.procore.enter()
    for each in site.procore.world.due_deliveries():
        site.procore.world.delivered(each.id, 500, "x" * 300)
    site.page.set_viewport_size({"width": width, "height": 900})
    company, project = f"/{site.procore.company.id}", site.cards.removesuffix("/timecards")
    for path in (
        "/",
        f"{company}/projects",
        site.cards,
        f"{site.cards}/new",
        f"{site.cards}/{card.id}",
        f"{company}/apps",
        f"{company}/apps/timesite",
        f"{project}/apps/timesite/panel",
        "/faults",
        "/switches",
        "/webhooks",
        "/requests",
        "/health",
        f"/oauth/authorize?{site.query}",
    ):
        site.open(path)
        assert site.page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert site.complaints == []


def test_a_change_of_the_app_appears_without_a_reload_and_focus_stays(site: Site) -> None:
    """R17, R35."""
    procore = site.procore
    card = procore.enter(hours="8.0")
    site.open(site.cards)
    site.page.evaluate("window.isSamePage = true")
    site.page.get_by_test_id("approve").focus()
    procore.clock.advance(1)
    body = {"project_id": procore.bridge.id, "timecard_entry": {"date": "2026-11-16", "hours": "3.25"}}
    assert procore.api.patch(f"{procore.cards_path}/{card.id}", body).status == 200
    expect(site.page.get_by_test_id("worked")).to_have_text(re.compile("3.25 h"))
    expect(site.page.get_by_test_id("timecard-row")).to_have_class(re.compile("fresh"))
    expect(site.page.get_by_test_id("approve")).to_be_focused()
    assert site.page.evaluate("window.isSamePage") is True


def test_the_side_panel_answers_initialize_and_tells_when_it_is_shown_hidden_and_closed(site: Site) -> None:
    """R35: the documented protocol, at the exact origins."""
    procore = site.procore
    site.open(f"{site.cards.removesuffix('/timecards')}/apps/timesite/panel")
    told = site.page.frame_locator("iframe").locator("li")
    expect(told.nth(0)).to_contain_text(f'{site.url} {{"type":"setup"')
    expect(told.nth(0)).to_contain_text(f'"company_id":{procore.company.id},"project_id":{procore.bridge.id}')
    site.page.get_by_test_id("panel-hidden").click()
    expect(site.page.get_by_test_id("side-panel")).to_be_hidden()
    site.page.get_by_test_id("panel-visible").click()
    expect(told.nth(1)).to_contain_text('"sidepanel:app:hidden"')
    expect(told.nth(2)).to_contain_text('"sidepanel:app:visible"')
    site.page.get_by_test_id("panel-destroy").click()
    expect(site.page.get_by_test_id("panel-log")).to_contain_text("sidepanel:app:destroy")
    expect(site.page.get_by_test_id("side-panel")).to_be_hidden()
    assert site.complaints == []


def test_a_closed_side_panel_begins_anew_when_it_is_shown_again(site: Site) -> None:
    site.open(f"{site.cards.removesuffix('/timecards')}/apps/timesite/panel")
    told = site.page.frame_locator("iframe").locator("li")
    expect(told).to_have_count(1)
    site.page.get_by_test_id("panel-destroy").click()
    expect(site.page.get_by_test_id("side-panel")).to_be_hidden()
    site.page.get_by_test_id("panel-visible").click()
    expect(told.nth(0)).to_contain_text('"type":"setup"')


def test_allow_and_deny_lead_back_to_the_app(site: Site) -> None:
    """R2: the policy lets the form's answer through to the app's origin."""
    for button, answer in (("allow", "code="), ("deny", "error=access_denied")):
        site.open(f"/oauth/authorize?{site.query}")
        site.page.get_by_test_id(button).click()
        expect(site.page.get_by_text("back at the app")).to_be_visible()
        assert answer in site.page.url
    assert site.complaints == []


def test_the_person_is_chosen_with_the_keyboard_alone(site: Site) -> None:
    site.open("/")
    for _ in range(3):
        site.page.keyboard.press("Tab")
    expect(site.page.get_by_test_id("who")).to_be_focused()
    site.page.keyboard.press("Enter")
    expect(site.page.get_by_test_id("act-as-foreman")).to_be_visible()
    site.page.keyboard.press("Escape")
    expect(site.page.get_by_test_id("act-as-foreman")).to_be_hidden()
    expect(site.page.get_by_test_id("who")).to_be_focused()
    for key in ("Enter", "Tab", "Tab", "Enter"):
        site.page.keyboard.press(key)
    expect(site.page.get_by_test_id("who")).to_contain_text("Frank Weber")
