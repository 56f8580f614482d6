"""Every form works without JavaScript, in a tab of its own."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from devtools.stack import Stack
from tests.browser.ears import Ears
from tests.browser.tab import open_tab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("connected")]

CONNECTION = "/settings/data-sync/procore"


@pytest.fixture
def page(stack: Stack, new_context: Callable[..., BrowserContext]) -> Page:
    """An administrator's tab in a browser without JavaScript."""
    return open_tab(stack, new_context(java_script_enabled=False), "administrator", "/timesheets")


def test_a_timesheet_is_added_edited_and_deleted_without_javascript(
    stack: Stack, page: Page, ears: Ears
) -> None:
    """R32: choosing a project, mistakes said at their field, the question before a deletion, the history after it."""
    ears.expect("status of 422")  # the form that comes back with its mistake
    page.goto(f"{stack.app_url}/projects")
    page.get_by_role("link", name="Add a project").click()
    page.get_by_label("Name").fill("Quay Wall")
    page.get_by_label("Number").fill("2300")
    page.get_by_role("button", name="Add").click()

    page.goto(f"{stack.app_url}/timesheets")
    page.get_by_role("link", name="Add a timesheet").click()
    page.get_by_label("Project", exact=True).select_option(label="Quay Wall")
    page.get_by_role("button", name="Show the items of this project").click()
    expect(page.get_by_label("Project", exact=True).locator("option:checked")).to_have_text("Quay Wall")
    page.get_by_label("Hours").fill("25")
    page.get_by_label("Description").fill("Sheet piles")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Hours")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Description")).to_have_value("Sheet piles")
    page.get_by_label("Hours").fill("7:30")
    page.get_by_label("Task").select_option(label="Regular Time")
    page.get_by_role("button", name="Add", exact=True).click()

    row = page.locator("tr.record").filter(has_text="Sheet piles")
    expect(row).to_contain_text("7.50")
    row.get_by_role("link", name="Edit").click()
    page.get_by_label("Hours").fill("8,25")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("8.25")

    row.get_by_role("link", name="Edit").click()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    page.get_by_role("link", name="Deleted timesheets").click()
    row.get_by_role("link", name="Show").click()
    expect(page.get_by_role("region", name="History").get_by_role("listitem")).to_have_count(3)


def test_each_switch_works_without_javascript(stack: Stack, page: Page) -> None:
    """R5, R9."""
    page.goto(stack.app_url + CONNECTION)
    names = ("receive_only_linked", "receive_project_per_sub_job", "send_only_linked", "receive")
    for name in names:
        switch = page.locator(f"button#{name}")
        was = switch.get_attribute("aria-checked")
        becomes = {"true": "false", "false": "true"}[str(was)]
        for expected in (becomes, str(was)):
            switch.click()
            page.wait_for_load_state()
            if page.get_by_role("button", name="Sync them, too").count():  # something came while it was off
                page.get_by_role("button", name="Sync them, too").click()
            expect(switch).to_have_attribute("aria-checked", expected)
            assert page.url == stack.app_url + CONNECTION
    page.get_by_label("When both sides changed").select_option("procore")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("When both sides changed")).to_have_value("procore")


def test_permissions_are_shown_and_disconnecting_is_asked_without_javascript(
    stack: Stack, page: Page
) -> None:
    """R1, R7."""
    page.goto(stack.app_url + CONNECTION)
    page.get_by_role("link", name="Ask Procore now").click()
    expect(page.get_by_role("list", name="Permissions")).to_contain_text("Timecard: Admin")
    page.goto(stack.app_url + "/settings/import-timesheets")
    page.get_by_role("link", name="Disconnect…").click()
    page.get_by_role("link", name="Keep it connected").click()
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()


def test_signing_out_works_without_javascript(page: Page) -> None:
    """R2."""
    page.locator(".who > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in with Procore")).to_be_visible()
