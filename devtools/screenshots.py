"""`make screenshots`: every screen as a picture, taken on a first visit with some work done.

They go to instance/screenshots/; with --docs the few that the documentation shows are renewed in docs/images/.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from devtools.children import ROOT
from devtools.chromium import FLAGS, find
from devtools.ports import any_free
from devtools.some_work import enter_some_cards
from devtools.stack import Stack
from devtools.visit import Visit

PICTURES = ROOT / "instance" / "screenshots"
DOCS = ROOT / "docs" / "images"
IN_DOCS = ("activity", "procore-home", "timesheets-phone")
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=400, height=800)
LOOKS: list[tuple[str, ViewportSize, Literal["light", "dark"]]] = [
    ("", DESK, "light"),
    ("-phone", PHONE, "light"),
    ("-dark", DESK, "dark"),
    ("-phone-dark", PHONE, "dark"),
]

APP_PAGES = {
    "home": "/",
    "activity": "/settings/import-timesheets",
    "timesheets": "/timesheets",
    "timesheet": "/timesheets/1",
    "timesheet-new": "/timesheets/new",
    "projects": "/projects",
    "project": "/projects/1",
    "people": "/users",
    "tasks": "/tasks",
    "project-items": "/project-items",
    "import-template": "/settings/import-template",
    "settings": "/settings/data-sync/procore",
    "disconnect": "/settings/import-timesheets/disconnect",
    "api-docs": "/api/docs",
}
CARDS = 12


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
    """The road of a first visit, then each page of the app in each look, then the stand-in's boards."""
    visit.install()
    camera.take("procore-app-management")
    visit.open()
    camera.take("sign-in")
    visit.sign_in()
    visit.connect()
    camera.take("connected")
    enter_some_cards(visit.stack.procore_url, CARDS)
    visit.wait_for_timesheets(CARDS)
    for ending, size, scheme in LOOKS:
        visit.page.set_viewport_size(size)
        visit.page.emulate_media(color_scheme=scheme)
        for name, path in APP_PAGES.items():
            visit.app_goto(path)
            camera.take(f"{name}{ending}")
    visit.page.set_viewport_size(DESK)
    visit.page.emulate_media(color_scheme="light")
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
    parser.add_argument("--into", type=Path, default=PICTURES)
    parser.add_argument("--docs", action="store_true", help="also renew the documentation's pictures")
    arguments = parser.parse_args()
    folder: Path = arguments.into
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
    if arguments.docs:
        DOCS.mkdir(parents=True, exist_ok=True)
        for name in IN_DOCS:
            shutil.copyfile(folder / f"{name}.png", DOCS / f"{name}.png")
        print(f"{', '.join(IN_DOCS)} are renewed in {DOCS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
