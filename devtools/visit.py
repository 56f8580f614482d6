"""A first visit in a real browser, step by step: install, open in Procore's frame, sign in by the popup, connect."""

from playwright.sync_api import FrameLocator, Page

from devtools.stack import Stack


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

    def install(self) -> None:
        self.home()
        self.page.click("#step-install")
        self.page.click("[data-testid=install]")
        self.page.wait_for_selector("[data-testid=installed]")

    def open(self) -> None:
        self.home()
        self.page.click("#step-open")
        self.app.locator("main").wait_for()

    def sign_in(self) -> None:
        """As the company administrator; back when the frame has its own session."""
        with self.page.expect_popup() as opened:
            self.app.locator("[data-sign-in]").click()
        popup = opened.value
        popup.click("[data-testid=sign-in-as-administrator]")
        popup.click("[data-testid=allow]")
        self.app.locator("[data-sign-in]").wait_for(state="detached")

    def open_settings(self) -> None:
        self.app_goto("/settings/data-sync/procore")

    def connect(self) -> None:
        self.open_settings()
        self.app.get_by_role("button", name="Connect to Procore").click()
        self.app.get_by_role("link", name="Disconnect…").wait_for()

    def app_goto(self, path: str) -> None:
        """Goes to a page of the app inside the frame, as a link there would."""
        frame = next(frame for frame in self.page.frames if frame.url.startswith(self.stack.app_url))
        frame.goto(self.stack.app_url + path)

    def enter_time_card(self, hours: str, description: str) -> None:
        """In Procore's own tool, in another tab, for the first person and the first of everything."""
        tab = self.page.context.new_page()
        tab.goto(self.stack.procore_url)
        tab.click("#step-enter")
        for choice in tab.locator("form select").all():
            if not choice.input_value():
                choice.select_option(index=1)
        tab.get_by_label("Hours").fill(hours)
        tab.get_by_test_id("description").fill(description)
        tab.click("[data-testid=save]")
        tab.locator("[data-testid=flash]").wait_for()
        tab.close()

    def wait_for_timesheets(self, count: int) -> None:
        """Until Procore's time cards have become so many timesheets."""
        self.app_goto("/timesheets")
        self.app.locator("[data-timesheet]").nth(count - 1).wait_for()
