"""Fixtures for all tests, by what they bring; their order; and a last word on what could not be run on this machine."""

import gc

import pytest

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.app",
    "tests.fixtures.redis",
    "tests.fixtures.browser",
]


SLOW = ("slow", "browser")
LONGEST_FIRST = ("simulation", "chaos", "demo")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported stays until the end: looking through all of it for garbage, as often as SQLAlchemy makes
    objects, took a seventh of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test process takes whole files, but for tests that name a group of their own. Files that take long, or wait for
    processes and browsers, come first: other test processes compute meanwhile. Last, they are what everybody waits
    for."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
    slow = {item.path for item in items if any(item.get_closest_marker(name) for name in SLOW)}

    def place(item: pytest.Item) -> int:
        if item.path not in slow:
            return len(LONGEST_FIRST) + 1
        folder = item.path.parent.name
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says loudly which parts of the suite this machine could not run; a quiet skip looks like a pass."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("NOT RUN ON THIS MACHINE", sep="!", red=True, bold=True)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} tests: {reason.removeprefix('Skipped: ')}", red=True)
