"""Fixtures for all tests, by what they bring; their order; and a last word on what could not be run on this machine."""

import gc
from itertools import chain, zip_longest

import pytest

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.app",
    "tests.fixtures.redis",
    "tests.fixtures.browser",
]


WAITING = ("chaos", "demo")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported stays until the end: looking through all of it for garbage, as often as SQLAlchemy makes
    objects, took a seventh of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test process takes whole files, but of tests that name a group of their own, that group. What waits for other
    processes or browsers takes turns with what computes, and what takes long comes first: last, it is what everybody
    waits for."""
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
        groups.setdefault(mark.args[0] if mark else str(item.path), []).append(item)
    longest_first = sorted(groups.values(), key=_place)
    waiting = [group for group in longest_first if _waits(group[0])]
    computing = [group for group in longest_first if not _waits(group[0])]
    turns = chain.from_iterable(zip_longest(waiting, computing, fillvalue=[]))
    items[:] = chain.from_iterable(turns)


def _waits(item: pytest.Item) -> bool:
    return item.path.parent.name in WAITING or item.get_closest_marker("browser") is not None


def _place(group: list[pytest.Item]) -> int:
    folder, is_slow = group[0].path.parent.name, any(item.get_closest_marker("slow") for item in group)
    return WAITING.index(folder) if folder in WAITING else len(WAITING) + (not is_slow)


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
