"""The switches of Data Sync → Procore, each saved without a reload; what a direction missed while it was off."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from devtools.stack import Stack
from tests.browser.procore import Procore
from tests.browser.tab import open_tab

pytestmark = pytest.mark.browser

CONNECTION = "/settings/data-sync/procore"
ASKED = "changed in Timesite while this direction was off"
CARD = "Edited while sending was off"


@pytest.fixture
def page(stack: Stack, connected: None, context: BrowserContext) -> Page:
    """An administrator looks at the switches."""
    return open_tab(stack, context, "administrator", CONNECTION)


def set_to(switch: Locator, is_on: bool) -> None:
    wanted = str(is_on).lower()
    if switch.get_attribute("aria-checked") != wanted:
        switch.click()
    expect(switch).to_have_attribute("aria-checked", wanted)


def test_each_switch_is_saved_at_once_and_without_a_reload(page: Page) -> None:
    """R5."""
    page.evaluate("() => { window.isSamePage = true; }")
    names = ("receive_only_linked", "receive_project_per_sub_job", "send_only_linked")
    for is_on in (True, False):
        for name in names:
            set_to(page.locator(f"button#{name}"), is_on)
        assert page.evaluate("window.isSamePage") is True
        page.reload()
        for name in names:
            expect(page.locator(f"button#{name}")).to_have_attribute("aria-checked", str(is_on).lower())
        page.evaluate("() => { window.isSamePage = true; }")


@pytest.mark.parametrize("answer, hours", [("Start from now", "8.0"), ("Sync them, too", "5.0")])
def test_a_direction_that_goes_on_asks_what_to_do_with_what_it_missed(
    stack: Stack, procore: Procore, page: Page, answer: str, hours: str
) -> None:
    """R9: nothing is sent behind anybody's back; the answer decides."""
    description = f"{CARD}: {answer}"
    card = procore.enter(description, project="Harbour Bridge", person="Dana Ortiz")
    send = page.locator("button#send")
    set_to(send, False)
    page.goto(f"{stack.app_url}/timesheets")
    row = page.locator("tr.record").filter(has_text=description)
    row.get_by_role("link", name="Edit").click()
    page.get_by_label("Hours").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("5.00")
    expect(row).not_to_contain_text("In sync")
    page.goto(stack.app_url + CONNECTION)
    send.click()
    expect(page.get_by_text(ASKED)).to_be_visible()
    expect(send).to_have_attribute("aria-checked", "false")
    page.get_by_role("button", name=answer).click()
    expect(send).to_have_attribute("aria-checked", "true")
    page.goto(f"{stack.app_url}/timesheets")
    expect(row).to_contain_text("Excluded" if answer == "Start from now" else "In sync")
    assert next(each["hours"] for each in procore.cards() if int(each["id"]) == card) == hours
