"""The whole product on a machine's loopback, and browsers that tell on it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from devtools.children import ROOT
from devtools.ports import any_free
from devtools.stack import Stack
from devtools.visit import Visit
from tests.browser.ears import Ears
from tests.browser.procore import COMPANY, Procore

PATIENCE_MS = 15_000  # for a machine that is busy with other tests, too
expect.set_options(timeout=PATIENCE_MS)

DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def stack(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), any_free(), any_free()) as stack:
        yield stack


@pytest.fixture(scope="session")
def procore(stack: Stack) -> Procore:
    return Procore(stack.procore_url)


@pytest.fixture
def not_installed(stack: Stack, procore: Procore) -> None:
    """Procore as it was on the first day, and an app that knows of no connection."""
    if procore.is_installed():
        operate(stack, "companies", "disconnect", "--procore-company-id", str(procore.company_id))
    procore.call("POST", "/reset")


@pytest.fixture(scope="module")
def connected(stack: Stack, procore: Procore) -> None:
    """Installed and connected; receiving is on, sending is off unless a test before has switched it on."""
    if not procore.is_installed():
        procore.call("POST", f"/companies/{procore.company_id}/install")
        operate(
            stack, "companies", "connect", "--procore-company-id", str(procore.company_id), "--name", COMPANY
        )


def operate(stack: Stack, *command: str) -> None:
    """What an operator does at the command line."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT,
        env=stack.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def ears() -> Iterator[Ears]:
    """No test ends well when a browser had something to complain of."""
    ears = Ears()
    yield ears
    assert ears.complaints == []


@pytest.fixture
def new_context(browser: Browser, ears: Ears) -> Iterator[Callable[..., BrowserContext]]:
    """Browsers of different people, each with cookies of its own."""
    opened: list[BrowserContext] = []

    def new(**options: Any) -> BrowserContext:
        context = browser.new_context(viewport=DESK, locale="en-US", **options)
        context.set_default_timeout(PATIENCE_MS)
        ears.listen_to(context)
        opened.append(context)
        return context

    yield new
    for context in opened:
        context.close()


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def visit(stack: Stack, context: BrowserContext) -> Visit:
    return Visit(stack, context.new_page())
