"""A check of a month with 20,000 equal cards: Procore calls, memory on top of an idle command, and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks.figures import Figure
from benchmarks.site import Site, today
from devtools.children import ROOT

MOST_CALLS, MOST_MEGABYTES = 25, 100.0
AT_ONCE = 2_000
BACK, AHEAD = timedelta(days=20), timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Ran:
    """One command of the app: what it told, its peak memory (RSS) and how long it took."""

    told: dict[str, Any]
    megabytes: float
    seconds: float


def measure(site: Site, count: int = 20_000) -> list[Figure]:
    for number in range(0, count, AT_ONCE):
        site.enter_many(min(AT_ONCE, count - number))
        site.come_to_rest(600)
    idle = _run(site, "ledger")
    site.forget_calls()
    first, last = today() - BACK, today() + AHEAD
    done = _run(site, "check", "--from", first.isoformat(), "--to", last.isoformat())
    calls, told = site.calls(), done.told
    unequal = told["different"] + told["missing_here"] + told["missing_there"]
    details = {"seconds": done.seconds, "equal": told["equal"], "idle_megabytes": idle.megabytes}
    return [
        Figure("check", f"Procore calls to check {told['equal']} cards", calls, MOST_CALLS, details=details),
        Figure("check", "memory of that check", done.megabytes - idle.megabytes, MOST_MEGABYTES, "MB"),
        Figure("check", "records that were not equal", unequal, 0),
        Figure("check", "records that were equal", told["equal"], count, limit="least"),
    ]


def _run(site: Site, *arguments: str) -> Ran:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sync", *arguments]
    began = time.monotonic()
    child = subprocess.Popen(
        [*command, "--procore-company-id", str(site.procore_id)],
        cwd=ROOT, env=site.stack.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    told = json.loads(child.stdout.read())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Ran(told, usage.ru_maxrss / 1024, time.monotonic() - began)
