"""What must hold on every screen: names and landmarks, contrast in light and dark, nothing wider than its window."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from devtools.stack import Stack
from tests.browser.ears import Ears
from tests.browser.procore import Procore
from tests.browser.screens import SCREENS, excess_width, faults, poor_contrasts
from tests.browser.tab import open_tab, timesheet_address

pytestmark = pytest.mark.browser

LONG = "Drainage at the abutment, waited forty minutes for the pump; " * 6


@pytest.fixture(scope="module")
def screens(
    stack: Stack, connected: None, procore: Procore, browser: Browser
) -> Iterator[Callable[..., Page]]:
    """Opens one screen after another, signed in, with something on each: in sync, waiting, long."""
    procore.enter(LONG, project="Harbour Bridge", person="Frank Weber")
    procore.enter(
        "Trip",
        project="Harbour Bridge",
        person="Dana Ortiz",
        time_type=procore.own_time_type("Site Allowance"),
    )
    context = browser.new_context()
    page = open_tab(stack, context, "administrator", "/timesheets")
    expect(page.locator("tr.record").filter(has_text="Drainage").first).to_be_visible()
    address = timesheet_address(page, "Drainage")
    SCREENS.update({"a timesheet": address, "deleting a timesheet": f"{address}/delete"})
    SCREENS["side panel of a project"] = f"/panel?project_id={procore.project_id('Harbour Bridge')}"
    for name, path in (("a project", "/projects"), ("a person", "/users")):
        page.goto(stack.app_url + path)
        SCREENS[name] = page.locator("tbody a").first.get_attribute("href") or ""
    page.goto(f"{stack.app_url}/settings/import-timesheets")
    expect(page.get_by_text("is not in the import matching template").first).to_be_visible()
    kept = context.storage_state()
    context.close()
    contexts: list[BrowserContext] = []

    def look(ears: Ears, width: int, scheme: Literal["light", "dark"]) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-US", storage_state=kept
        )
        ears.listen_to(context)
        contexts.append(context)
        return context.new_page()

    yield look
    for each in contexts:
        each.close()


@pytest.mark.parametrize("width, scheme", [(400, "light"), (1280, "dark")])
def test_every_screen_is_usable(
    stack: Stack, screens: Callable[..., Page], ears: Ears, width: int, scheme: str
) -> None:
    """R32 and the screens' rules: one heading, a landmark, a name for each control, contrast, 400 px."""
    ears.expect("status of 404")
    page = screens(ears, width, scheme)
    wrong: dict[str, object] = {}
    for name, path in SCREENS.items():
        page.goto(stack.app_url + path)
        if name == "data sync":
            expect(page.get_by_role("list", name="Permissions")).to_be_visible()
        for closed in page.locator("main details:not([open]) > summary").all():
            if closed.is_visible():
                closed.click()
        found = (faults(page), poor_contrasts(page), excess_width(page))
        if found != ([], [], 0):
            wrong[name] = found
    assert wrong == {}


def test_menus_stay_inside_a_narrow_window(stack: Stack, screens: Callable[..., Page], ears: Ears) -> None:
    """R32."""
    page = screens(ears, 400, "light")
    page.goto(f"{stack.app_url}/timesheets")
    for menu in page.locator("details.menu").all():
        menu.locator("summary").click()
        box = menu.locator("> div").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 400
        assert excess_width(page) == 0
        page.keyboard.press("Escape")
        expect(menu.locator("> div")).to_be_hidden()


def test_an_empty_list_says_why_and_filtering_keeps_to_what_was_deleted(
    stack: Stack, screens: Callable[..., Page], ears: Ears
) -> None:
    """R29."""
    page = screens(ears, 1280, "light")
    page.goto(f"{stack.app_url}/timesheets?state=failed")
    expect(page.get_by_role("main")).to_contain_text("No timesheet matches these filters.")
    page.goto(f"{stack.app_url}/timesheets?deleted=yes")
    page.get_by_label("From").fill("2026-11-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deleted timesheets")
    expect(page.get_by_label("From")).to_have_value("2026-11-01")
