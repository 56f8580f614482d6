"""`make screenshots`: every screen as a picture, taken on a first visit with some work done, into docs/images/."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from devtools.children import ROOT
from devtools.chromium import FLAGS, find
from devtools.ports import any_free
from devtools.stack import Stack
from devtools.visit import Visit

IMAGES = ROOT / "docs" / "images"
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=400, height=800)

APP_PAGES = {
    "home": "/",
    "activity": "/settings/import-timesheets",
    "timesheets": "/timesheets",
    "settings": "/settings/data-sync/procore",
}
CARDS = [("8", "Pour, north pier"), ("7.5", "Formwork, east abutment"), ("4", "Rebar, deck 2")]


class Camera:
    """Takes pictures of one tab into a folder."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.count = 0

    def take(self, name: str) -> None:
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.folder / f"{name}.png", animations="disabled")
        self.count += 1


def take_all(visit: Visit, camera: Camera) -> None:
    """The road of a first visit, then each page of the app at a desk and on a phone, then the stand-in's boards."""
    visit.install()
    camera.take("procore-app-management")
    visit.open()
    camera.take("sign-in")
    visit.sign_in()
    visit.connect()
    camera.take("connected")
    for hours, description in CARDS:
        visit.enter_time_card(hours, description)
    visit.wait_for_timesheets(len(CARDS))
    for name, path in APP_PAGES.items():
        visit.app_goto(path)
        camera.take(name)
    visit.page.set_viewport_size(PHONE)
    for name, path in APP_PAGES.items():
        visit.app_goto(path)
        camera.take(f"{name}-phone")
    visit.page.set_viewport_size(DESK)
    visit.home()
    camera.take("procore-home")
    for name in ("Faults", "Webhooks", "Requests", "Integration Health"):
        visit.page.get_by_role("navigation").get_by_role("link", name=name).click()
        camera.take(f"procore-{name.lower().replace(' ', '-')}")


@contextmanager
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        raise SystemExit("No Chromium found; install it (Debian: apt-get install chromium) or set CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--into", type=Path, default=IMAGES)
    folder = parser.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="timesite-screenshots-") as data,
        Stack(Path(data), any_free(), any_free()) as stack,
        chromium() as browser,
    ):
        page = browser.new_context(viewport=DESK, locale="en-US", color_scheme="light").new_page()
        camera = Camera(page, folder)
        take_all(Visit(stack, page), camera)
    print(f"{camera.count} pictures are in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
