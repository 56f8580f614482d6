"""What people other than administrators see and may do, in a browser and past it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from devtools.stack import Stack
from devtools.visit import Visit, click
from tests.browser.ears import Ears
from tests.browser.procore import Procore
from tests.browser.tab import act, open_tab, timesheet_address

pytestmark = pytest.mark.browser

OWN, DANAS, HOSPITAL = "Drainage, own time", "Inspection by Dana", "Drywall at the hospital"
CONNECTION = "/settings/data-sync/procore"
REFUSED = re.compile(r"the server responded with a status of 40[134]")


@pytest.fixture(scope="module")
def cards(connected: None, procore: Procore) -> None:
    """Three people, two projects."""
    procore.enter(OWN, project="Harbour Bridge", person="Frank Weber", hours="6.25")
    procore.enter(DANAS, project="Harbour Bridge", person="Dana Ortiz", hours="2.0")
    procore.enter(HOSPITAL, project="City Hospital", person="Ines Kovac", hours="9.0")


@pytest.fixture
def admin(stack: Stack, cards: None, new_context: Callable[..., BrowserContext]) -> Page:
    """An administrator's tab, with all three timesheets in the list."""
    page = open_tab(stack, new_context(), "administrator", "/timesheets")
    for description in (OWN, DANAS, HOSPITAL):
        expect(page.locator("tr.record").filter(has_text=description)).to_be_visible()
    return page


def test_a_foreman_sees_the_projects_that_procore_lists_for_him_in_procores_frame(
    admin: Page, visit: Visit
) -> None:
    """R2, R29: and no settings."""
    visit.act_as("foreman")
    visit.open()
    visit.sign_in("foreman")
    expect(visit.app.locator(".who")).to_contain_text("Frank Weber")
    click(visit.app.get_by_role("link", name="Timesheets", exact=True))
    expect(visit.timesheet(OWN)).to_be_visible()
    expect(visit.timesheet(DANAS)).to_be_visible()
    expect(visit.timesheet(HOSPITAL)).to_have_count(0)
    expect(visit.app.get_by_label("Project").get_by_role("option")).to_have_text(
        ["Every project", "Harbour Bridge"]
    )
    expect(visit.app.get_by_text("Data Sync")).to_have_count(0)
    expect(visit.app.get_by_text("Disconnect")).to_have_count(0)


def test_a_foreman_adds_and_edits_own_time_and_cannot_touch_that_of_others(
    stack: Stack, admin: Page, context: BrowserContext, ears: Ears
) -> None:
    """R2: the buttons are absent, and what a browser sends without them is refused."""
    danas, hospital = (timesheet_address(admin, description) for description in (DANAS, HOSPITAL))
    page = open_tab(stack, context, "foreman", "/timesheets")

    page.get_by_role("link", name="Add a timesheet").click()
    expect(page.get_by_label("Person").get_by_role("option")).to_have_text(["–", "Frank Weber"])
    page.get_by_label("Project", exact=True).select_option(label="Harbour Bridge")
    page.get_by_label("Task").select_option(label="Regular Time")
    page.get_by_label("Hours").fill("1:30")
    page.get_by_label("Description").fill("Tidying up")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Timesheet added.")).to_be_visible()
    own = page.locator("tr.record").filter(has_text="Tidying up")
    expect(own).to_contain_text("1.50")
    own.get_by_role("link", name="Edit").click()
    page.get_by_label("Hours").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(own).to_contain_text("2.00")

    page.goto(stack.app_url + danas)
    expect(page.get_by_label("Hours")).to_be_disabled()
    for name in ("Save", "Delete"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
        expect(page.get_by_role("link", name=name)).to_have_count(0)

    ears.expect(REFUSED.pattern)
    changed = {"date": "2026-11-20", "hours": "24", "version": "1"}
    assert act(page, "POST", danas, **changed) == 403
    assert act(page, "POST", f"{danas}/delete", version="1") == 403
    assert act(page, "GET", hospital) == 404
    assert act(page, "POST", hospital, **changed) == 404
    admin.reload()
    expect(admin.locator("tr.record").filter(has_text=DANAS)).to_contain_text("2.00")


def test_a_foreman_can_change_no_setting(
    stack: Stack, admin: Page, context: BrowserContext, ears: Ears
) -> None:
    """R2, R5, R7: neither by a button nor by an address."""
    page = open_tab(stack, context, "foreman", "/settings/import-timesheets")
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()
    for name in ("Disconnect", "Change", "Discard", "Retry", "Data Sync"):
        expect(page.locator(f":is(a, button, summary):has-text('{name}')")).to_have_count(0)
    ears.expect(REFUSED.pattern)
    page.goto(stack.app_url + CONNECTION)
    expect(page.get_by_role("main")).to_contain_text("Only administrators of the company can do this")
    for path, fields in (
        (f"{CONNECTION}/settings", {"setting": "receive", "value": "off"}),
        (CONNECTION, {"procore_company_id": "1", "name": "x"}),
        ("/settings/import-timesheets/disconnect", {}),
        ("/settings/import-timesheets/retry", {"reason": "task:Per Diem"}),
        ("/settings/import-timesheets/add-task", {"time_type": "Per Diem"}),
        ("/tasks", {"name": "x"}),
        ("/projects", {"name": "x", "number": "1"}),
        ("/users", {"name": "x"}),
        ("/settings/import-template", {"time_type": "x", "task": "x"}),
    ):
        assert act(page, "POST", path, **fields) in (403, 404, 405), path
    admin.goto(stack.app_url + CONNECTION)
    expect(admin.locator("button#receive")).to_have_attribute("aria-checked", "true")


def test_someone_of_another_company_sees_nothing_of_acme(
    stack: Stack, procore: Procore, admin: Page, context: BrowserContext, ears: Ears
) -> None:
    """R2, R33: not with its number in the address, nor past it."""
    ears.expect(REFUSED.pattern)
    theirs = timesheet_address(admin, OWN)
    page = open_tab(stack, context, "stranger", f"/?company_id={procore.company_id}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    seen = page.content()
    for path in ("/timesheets", "/projects", "/users", theirs, "/settings/import-timesheets", CONNECTION):
        page.goto(f"{stack.app_url}{path}?company_id={procore.company_id}")
        seen += page.content()
    for word in ("Acme", "Harbour Bridge", "Frank Weber", OWN):
        assert word not in seen, word
