"""With the keyboard alone."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from devtools.stack import Stack
from tests.browser.procore import Procore
from tests.browser.tab import open_tab

pytestmark = pytest.mark.browser

RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
FOCUSED = "() => document.activeElement.id || document.activeElement.name || document.activeElement.textContent.trim()"


@pytest.fixture
def page(stack: Stack, connected: None, context: BrowserContext) -> Page:
    return open_tab(stack, context, "administrator", "/timesheets")


def test_the_first_tab_stop_skips_to_the_page(page: Page) -> None:
    """R32."""
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Add a timesheet")).to_be_focused()


def test_a_timesheet_is_entered_with_the_keyboard_alone_and_focus_is_always_seen(
    page: Page, stack: Stack, procore: Procore
) -> None:
    """R32: the fields in the order in which they are read."""
    procore.enter("So that there is a project", project="Harbour Bridge", person="Dana Ortiz")
    expect(page.locator("tr.record").filter(has_text="So that there is a project")).to_be_visible()
    page.get_by_role("link", name="Add a timesheet").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Person").focus()
    order = []
    typed = {"project_id": "Harb", "task_id": "Reg", "hours": "7.5", "description": "By keyboard"}
    for _ in range(30):
        name = page.evaluate(FOCUSED)
        if name not in order:
            assert page.evaluate(RING), name
            order.append(name)
            if name in typed:
                page.keyboard.type(typed[name])
        if name == "Add":
            break
        page.keyboard.press("Tab")
    wanted = ["user_id", "date", "project_id", "project_item_id", "task_id", "hours", "start", "stop"]
    assert order == [*wanted, "lunch_minutes", "description", "billable", "Add"]
    page.keyboard.press("Enter")
    expect(page.get_by_text("Timesheet added.")).to_be_visible()
    expect(page.locator("tr.record").filter(has_text="By keyboard")).to_contain_text("7.50")


def test_the_question_before_a_deletion_closes_with_escape_and_focus_returns(
    page: Page, procore: Procore
) -> None:
    """R32."""
    procore.enter("Not to be deleted", project="Harbour Bridge", person="Dana Ortiz")
    page.locator("tr.record").filter(has_text="Not to be deleted").get_by_role("link", name="Edit").click()
    opener = page.get_by_role("link", name="Delete…")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("link", name="Keep it").focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_a_switch_and_a_menu_work_with_the_keyboard(page: Page, stack: Stack) -> None:
    """R5, R32: focus stays on the switch that was pressed."""
    menu = page.locator("nav details.menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Data Sync → Procore")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Data Sync → Procore")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.goto(f"{stack.app_url}/settings/data-sync/procore")
    switch = page.locator("button#send_only_linked")
    was = str(switch.get_attribute("aria-checked"))
    switch.focus()
    for state in ("false" if was == "true" else "true", was):
        page.keyboard.press("Space")
        expect(switch).to_have_attribute(
            "aria-checked", state
        )  # before that a second press would say the same again
        expect(switch).to_be_focused()
