"""A visit in a real browser, step by step: install, open in Procore's frame, sign in by the popup, connect, work."""

from playwright.sync_api import FrameLocator, Locator, Page

from devtools.stack import Stack

ADMINISTRATOR = "administrator"


class Visit:
    """One person's tab on the stand-in, with the app in its frame."""

    def __init__(self, stack: Stack, page: Page) -> None:
        self.stack = stack
        self.page = page

    @property
    def app(self) -> FrameLocator:
        """The app, inside Procore's page."""
        return self.page.frame_locator("[data-testid=app-frame]")

    def home(self) -> None:
        self.page.goto(self.stack.procore_url)

    def act_as(self, who: str) -> None:
        """Who one is in Procore itself; in the app one signs in apart from that."""
        self.home()
        self.page.click("[data-testid=who]")
        self.page.click(f"[data-testid=act-as-{who}]")

    def install(self) -> None:
        self.home()
        self.page.click("#step-install")
        self.page.click("[data-testid=install]")
        self.page.wait_for_selector("[data-testid=installed]")

    def open(self) -> None:
        self.home()
        self.page.click("#step-open")
        self.app.locator("main").wait_for()

    def begin_sign_in(self) -> Page:
        """The window that asks who one is."""
        with self.page.expect_popup() as opened:
            click(self.app.locator("[data-sign-in]"))
        popup = opened.value
        popup.get_by_test_id("authorize-form").wait_for()
        return popup

    def sign_in(self, who: str = ADMINISTRATOR) -> None:
        """Back when the frame has its own session."""
        allow(self.begin_sign_in(), who)
        self.app.locator("[data-sign-in]").wait_for(state="detached")

    def open_settings(self) -> None:
        self.app_goto("/settings/data-sync/procore")

    def connect(self) -> None:
        self.open_settings()
        click(self.app.get_by_role("button", name="Connect to Procore"))
        self.app.get_by_role("link", name="Disconnect…").wait_for()

    def switch(self, name: str, *, is_on: bool) -> None:
        """One of the switches of Data Sync → Procore, by its setting's name."""
        self.open_settings()
        switch = self.app.locator(f"button#{name}")
        if switch.get_attribute("aria-checked") != str(is_on).lower():
            click(switch)
        self.app.locator(f"button#{name}[aria-checked={str(is_on).lower()}]").wait_for()

    def app_goto(self, path: str) -> None:
        """Goes to a page of the app inside the frame, as a link there would."""
        frame = next(frame for frame in self.page.frames if frame.url.startswith(self.stack.app_url))
        frame.goto(self.stack.app_url + path)

    def enter_time_card(self, hours: str, description: str, time_type: str | None = None) -> None:
        """In Procore's own tool, in another tab, for the first person and the first of everything."""
        tab = self.page.context.new_page()
        tab.goto(self.stack.procore_url)
        tab.click("#step-enter")
        for choice in tab.locator("form select").all():
            if not choice.input_value():
                choice.select_option(index=1)
        if time_type is not None:
            tab.get_by_test_id("timecard_time_type_id").select_option(label=time_type)
        tab.get_by_label("Hours").fill(hours)
        tab.get_by_test_id("description").fill(description)
        tab.click("[data-testid=save]")
        tab.locator("[data-testid=flash]").wait_for()
        tab.close()

    def timesheet(self, description: str) -> Locator:
        """The row of the list of timesheets with this description."""
        return self.app.locator("tr.record").filter(has_text=description)

    def wait_for_timesheets(self, count: int) -> None:
        """Until Procore's time cards have become so many timesheets."""
        self.app_goto("/timesheets")
        self.app.locator("tr.record").nth(count - 1).wait_for()


def click(element: Locator) -> None:
    """In the tab in front: a click on a frame of another site is lost in a tab behind it."""
    element.page.bring_to_front()
    element.click()


def allow(sign_in: Page, who: str) -> None:
    """On Procore's sign-in page."""
    sign_in.get_by_test_id(f"sign-in-as-{who}").check()
    sign_in.get_by_test_id("allow").click()
