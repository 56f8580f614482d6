"""Activity refreshes itself and leaves the person alone: focus, selection, open rows, a page that nobody looks at."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from devtools.stack import Stack
from tests.browser.ears import Ears
from tests.browser.procore import Procore
from tests.browser.tab import open_tab

pytestmark = pytest.mark.browser

ACTIVITY = "/settings/import-timesheets"
PER_DIEM = "#waiting-receive-task\\:Per_Diem"
HIDE = """(is_hidden) => {
  Object.defineProperty(document, "hidden", {value: is_hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
COUNT_REQUESTS = """() => {
  window.asked = 0;
  document.addEventListener("htmx:config:request", () => { window.asked += 1; });
}"""
CHOSEN = "() => String(getSelection())"
CHOOSE = """(element) => getSelection().selectAllChildren(element)"""


@pytest.fixture
def page(stack: Stack, connected: None, context: BrowserContext) -> Page:
    """An administrator looks at Activity."""
    page = open_tab(stack, context, "administrator", ACTIVITY)
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def per_diems(connected: None, procore: Procore) -> None:
    """Two cards wait, since their time type is not in the template."""
    for hours in ("1.0", "2.0"):
        enter_per_diem(procore, hours)


@pytest.fixture
def waiting(per_diems: None, page: Page) -> Page:
    expect(page.locator(PER_DIEM)).to_be_visible()
    return page


def enter_per_diem(procore: Procore, hours: str) -> None:
    procore.enter(
        "Night travel", project="Harbour Bridge", person="Dana Ortiz", hours=hours, time_type="Per Diem"
    )


def test_focus_selection_and_open_rows_stay_while_it_refreshes(waiting: Page, procore: Procore) -> None:
    """R27: also what was typed; the page is the same one all the time."""
    page, group = waiting, waiting.locator(PER_DIEM)
    page.evaluate("() => { window.isSamePage = true; }")
    group.locator("summary").first.click()
    group.get_by_text("Discard…").first.click()
    note = group.get_by_placeholder("Why").first
    note.fill("not ours")
    reason = group.get_by_text("is not in the import matching template")
    reason.evaluate(CHOOSE)
    chosen = page.evaluate(CHOSEN)
    note.focus()
    procore.enter("Concrete", project="Harbour Bridge", person="Dana Ortiz", hours="4.5")
    enter_per_diem(procore, "3.0")
    expect(page.locator("#processed")).to_contain_text("4.50 h")
    expect(group.locator(".count-of")).to_have_text("3")
    expect(note).to_be_visible()
    expect(note).to_be_focused()
    expect(note).to_have_value("not ours")
    assert chosen
    reason.evaluate(CHOOSE)
    procore.enter("Steel", project="Harbour Bridge", person="Dana Ortiz", hours="5.5")
    expect(page.locator("#processed")).to_contain_text("5.50 h")
    assert page.evaluate(CHOSEN) == chosen
    assert page.evaluate("window.isSamePage") is True


def test_it_rests_while_nobody_looks_and_catches_up_at_once(page: Page, procore: Procore) -> None:
    """R27."""
    page.clock.install()
    page.reload()
    page.evaluate(COUNT_REQUESTS)
    page.clock.run_for(5_000)
    assert page.evaluate("window.asked") > 0
    page.evaluate(HIDE, True)
    before = page.evaluate("window.asked")
    procore.enter("Unseen", project="Harbour Bridge", person="Dana Ortiz", hours="6.75")
    list_of = page.context.new_page()
    list_of.goto(page.url.replace(ACTIVITY, "/timesheets"))
    expect(list_of.locator("tr.record").filter(has_text="Unseen")).to_be_visible()
    page.clock.run_for(60_000)
    assert page.evaluate("window.asked") == before
    page.evaluate(HIDE, False)
    expect(page.locator("#processed")).to_contain_text("6.75 h")


def test_a_server_that_is_away_for_a_moment_is_said_calmly_and_forgotten(
    page: Page, procore: Procore, ears: Ears
) -> None:
    """R27: one notice, however often it is tried; what was there stays readable; it goes on by itself."""
    ears.expect("ERR_CONNECTION_REFUSED|Failed to fetch")
    notice = page.get_by_text("Timesite cannot be reached just now")
    page.evaluate("() => { window.isSamePage = true; }")
    page.route(f"**{ACTIVITY}*", lambda route: route.abort("connectionrefused"))
    expect(notice).to_be_visible()
    for _ in range(2):
        page.wait_for_event("requestfailed")
    expect(notice).to_have_count(1)
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()
    page.unroute(f"**{ACTIVITY}*")
    procore.enter("Back again", project="Harbour Bridge", person="Dana Ortiz", hours="7.75")
    expect(page.locator("#processed")).to_contain_text("7.75 h")
    expect(notice).to_have_count(0)
    assert page.evaluate("window.isSamePage") is True


def test_one_click_adds_the_time_type_and_all_that_waited_go_on(stack: Stack, waiting: Page) -> None:
    """R14, R28."""
    group = waiting.locator(PER_DIEM)
    group.get_by_role("button", name="Add as task").click()
    expect(waiting.get_by_text('"Per Diem" is in the template.')).to_be_visible()
    expect(group).to_have_count(0)
    expect(waiting.locator("#pending")).to_contain_text("Nothing waits.")
    timesheets = waiting.context.new_page()
    timesheets.goto(f"{stack.app_url}/timesheets")
    expect(timesheets.locator("tr.record").filter(has_text="Per Diem").first).to_contain_text("In sync")
    timesheets.goto(f"{stack.app_url}/settings/import-template")
    values = [
        box.input_value() for box in timesheets.locator("form input[type=text], form input:not([type])").all()
    ]
    assert values.count("Per Diem") == 2
