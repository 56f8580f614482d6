"""The whole road of a time card, seen by a person: once as browsers come, once with third-party cookies blocked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, expect

from devtools.stack import Stack
from devtools.visit import Visit, click
from tests.browser.conftest import DESK
from tests.browser.cookies import with_preferences
from tests.browser.ears import Ears
from tests.browser.procore import Procore

pytestmark = pytest.mark.browser

ALLOWED, BLOCKED = 0, 1  # of Chromium's setting cookie_controls_mode
SET_COOKIES = """() => {
  document.cookie = "plain=1; Path=/; Secure; SameSite=None";
  document.cookie = "own=1; Path=/; Secure; SameSite=None; Partitioned";
  return document.cookie.split("; ").filter((each) => /^(plain|own)=/.test(each)).sort();
}"""
ACTIVITY = "/settings/import-timesheets"


@pytest.fixture(
    params=[(ALLOWED, ["own=1", "plain=1"]), (BLOCKED, ["own=1"])],
    ids=["third-party cookies allowed", "third-party cookies blocked"],
)
def cookies(request: pytest.FixtureRequest) -> tuple[int, list[str]]:
    """How the browser is set, and what a frame of another site can then keep: blocked, only what is partitioned."""
    setting: tuple[int, list[str]] = request.param
    return setting


@pytest.fixture
def context(
    cookies: tuple[int, list[str]], browser: Browser, chromium_path: str, tmp_path: Path, ears: Ears
) -> Iterator[BrowserContext]:
    preferences = {"profile": {"cookie_controls_mode": cookies[0]}}
    context = with_preferences(browser, chromium_path, tmp_path, preferences, viewport=DESK)
    ears.listen_to(context)
    yield context
    context.close()


@pytest.mark.usefixtures("not_installed")
def test_a_time_card_crosses_over_both_ways(
    stack: Stack, procore: Procore, context: BrowserContext, visit: Visit, cookies: tuple[int, list[str]]
) -> None:
    """R2, R3, R5, R7, R9, R10, R17, R22, R27, R35, D1: installed, connected, sent to and fro, disconnected."""
    visit.install()
    visit.open()
    assert app_frame(visit).evaluate(SET_COOKIES) == cookies[1]
    visit.sign_in()
    visit.connect()
    expect(visit.app.get_by_text("Successfully connected to Procore.")).to_be_visible()

    pour, stairs = f"Pour, north pier {cookies[0]}", f"Stairs, east wing {cookies[0]}"
    activity, timesheets = visit, Visit(stack, context.new_page())
    timesheets.open()
    timesheets.app_goto("/timesheets")
    activity.app_goto(ACTIVITY)
    tabs = [app_frame(activity), app_frame(timesheets)]
    for tab in tabs:
        tab.evaluate("() => { window.isSamePage = true; }")
    visit.enter_time_card("7.25", pour)
    expect(activity.app.locator("#processed")).to_contain_text("7.25 h")
    expect(timesheets.timesheet(pour)).to_contain_text("In sync")
    assert [tab.evaluate("window.isSamePage") for tab in tabs] == [True, True]

    activity.switch("send", is_on=True)
    tool = open_tool(context, procore)
    edit_hours(timesheets, pour, "6.5")
    expect(row(tool, pour)).to_contain_text("6.5 h")
    expect(timesheets.timesheet(pour)).to_contain_text("In sync")
    assert len(procore.cards()) == 1

    add_timesheet(timesheets, stairs, "3.75")
    expect(row(tool, stairs)).to_contain_text("3.75 h")
    expect(timesheets.timesheet(stairs)).to_contain_text("In sync")
    activity.app_goto(ACTIVITY)
    expect(activity.app.locator("#processed")).to_contain_text("3.75 h")
    expect(activity.app.locator("#pending")).to_contain_text("Nothing waits.")
    assert len(procore.cards()) == 2

    click(row(tool, pour).get_by_test_id("delete"))
    timesheets.page.bring_to_front()
    expect(timesheets.timesheet(stairs)).to_be_visible()
    expect(timesheets.timesheet(pour)).to_be_hidden()
    click(timesheets.app.get_by_role("link", name="Deleted timesheets"))
    click(timesheets.timesheet(pour).get_by_role("link", name="Show"))
    history = timesheets.app.get_by_role("region", name="History")
    expect(history.get_by_role("listitem")).to_contain_text([r"deleted it", "hours", "created it"])

    timesheets.page.close()  # it refreshes itself, and disconnecting ends its session
    disconnect_and_uninstall(activity)
    assert procore.call("GET", "/hooks") == []


def app_frame(visit: Visit) -> Frame:
    return next(frame for frame in visit.page.frames if frame.url.startswith(visit.stack.app_url))


def open_tool(context: BrowserContext, procore: Procore) -> Page:
    """Procore's own time card tool, which refreshes itself."""
    page = context.new_page()
    page.goto(f"{procore.url}/{procore.company_id}/projects/{procore.project_id('Harbour Bridge')}/timecards")
    return page


def row(tool: Page, description: str) -> Locator:
    return tool.get_by_test_id("timecard-row").filter(has_text=description)


def edit_hours(timesheets: Visit, description: str, hours: str) -> None:
    click(timesheets.timesheet(description).get_by_role("link", name="Edit"))
    timesheets.app.get_by_label("Hours").fill(hours)
    click(timesheets.app.get_by_role("button", name="Save"))
    expect(timesheets.app.get_by_text("Timesheet saved.")).to_be_visible()


def add_timesheet(timesheets: Visit, description: str, hours: str) -> None:
    click(timesheets.app.get_by_role("link", name="Add a timesheet"))
    app = timesheets.app
    app.get_by_label("Project", exact=True).select_option(label="Harbour Bridge")
    app.get_by_label("Project item").select_option(label="01-300 Site Supervision")
    app.get_by_label("Task").select_option(label="Regular Time")
    app.get_by_label("Hours").fill(hours)
    app.get_by_label("Description").fill(description)
    click(app.get_by_role("button", name="Add", exact=True))
    expect(app.get_by_text("Timesheet added.")).to_be_visible()


def disconnect_and_uninstall(visit: Visit) -> None:
    visit.app_goto(ACTIVITY)
    click(visit.app.get_by_role("link", name="Disconnect…"))
    click(visit.app.get_by_role("button", name="Disconnect"))
    expect(visit.app.get_by_text("is disconnected from Procore")).to_be_visible()
    visit.home()
    visit.page.get_by_role("link", name="App Management").first.click()
    visit.page.get_by_test_id("uninstall").click()
    expect(visit.page.get_by_test_id("install")).to_be_visible()
