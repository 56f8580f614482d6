"""How many calls Procore sees for a thousand records at once, each way; the directory's mirror is read before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.equality import differences
from benchmarks.figures import Figure
from benchmarks.site import Site, draft

CLIENTS = 4


def receive(site: Site, count: int = 1000, most: int = 30) -> list[Figure]:
    """Cards entered at once, by an import at Procore."""
    before = _settled(site)
    began = time.monotonic()
    entered = site.enter_many(count)
    site.come_to_rest(180)
    took, calls = time.monotonic() - began, site.calls()
    wrong = differences(site, entered, before)
    details = {"seconds": took, "differences": wrong[:20]}
    return [
        Figure("receive", f"Procore calls to receive {count} cards", calls, most, details=details),
        Figure("receive", f"differences after receiving {count}", len(wrong), 0),
    ]


def send(site: Site, count: int = 1000, most: int = 60) -> list[Figure]:
    """Timesheets entered by clients of the API at the same time."""
    names, before = site.names(), _settled(site)
    site.api.post("/timesheets", draft(names, 0, "Warm-up"))
    before = _settled(site)
    began = time.monotonic()

    def client(mine: int) -> list[int]:
        door = site.api.again()
        return [door.post("/timesheets", draft(names, n, "Bulk"))["id"] for n in range(mine, count, CLIENTS)]

    with ThreadPoolExecutor(CLIENTS) as clients:
        written = [key for keys in clients.map(client, range(CLIENTS)) for key in keys]
    entered_in = time.monotonic() - began
    site.come_to_rest(180)
    took, calls = time.monotonic() - began, site.calls()
    wrong = differences(site, [], [*before, *written])
    details = {"seconds": took, "entered_in": entered_in, "differences": wrong[:20]}
    return [
        Figure("send", f"Procore calls to send {count} timesheets", calls, most, details=details),
        Figure("send", f"differences after sending {count}", len(wrong), 0),
    ]


def _settled(site: Site) -> list[int]:
    """The directory's mirror is complete and nothing is on its way; the timesheets that are there."""
    site.enter_many(50)
    site.come_to_rest(60)
    known = [timesheet["id"] for timesheet in site.timesheets()]
    site.forget_calls()
    return known
