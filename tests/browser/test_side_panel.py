"""The side panel beside a project of Procore: it asks which project is looked at, and shows that one's state."""

import pytest
from playwright.sync_api import expect

from devtools.stack import Stack
from devtools.visit import Visit, allow, click
from tests.browser.procore import Procore

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("connected")]


def test_the_side_panel_shows_the_project_that_procore_names_and_refreshes_when_shown_again(
    stack: Stack, procore: Procore, visit: Visit
) -> None:
    """R2."""
    procore.enter("Seen in the panel", project="North Depot", person="Dana Ortiz", hours="1.25")
    page = visit.page
    project = f"{procore.url}/{procore.company_id}/projects/{procore.project_id('North Depot')}"
    page.goto(f"{project}/apps/timesite/panel")
    panel = page.get_by_test_id("side-panel").frame_locator("iframe")
    with page.expect_popup() as opened:
        click(panel.locator("[data-sign-in]"))
    allow(opened.value, "administrator")
    expect(panel.get_by_role("heading", level=1)).to_have_text("North Depot")
    counts = panel.get_by_role("region", name="Records by state")
    expect(counts).to_contain_text("1.25 h")

    page.get_by_test_id("panel-hidden").click()
    expect(page.get_by_test_id("side-panel")).to_be_hidden()
    procore.enter("While it is hidden", project="North Depot", person="Dana Ortiz", hours="2.0")
    list_of = Visit(stack, page.context.new_page())
    list_of.open()
    list_of.app_goto("/timesheets")
    expect(list_of.timesheet("While it is hidden")).to_be_visible()
    page.bring_to_front()
    page.get_by_test_id("panel-visible").click()
    expect(counts).to_contain_text("3.25 h")
