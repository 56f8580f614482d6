"""Working a company: the engine over real adapters, one sweep, draining everything that is ready."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from webapp import wiring
from webapp.domain.credentials import Priority
from webapp.errors import NotFound
from webapp.services import pauses
from webapp.services.pauses import probe as probe
from webapp.store import schedule
from webapp.store.sync_store import SyncStore
from webapp.sync.batch import Limits
from webapp.sync.engine import Engine, Worked
from webapp.sync.sweep import Swept, sweep


@dataclass(frozen=True, slots=True)
class Turn:
    """How much of a company is worked before others may come in between (M17). Every company gets the same: that is a
    deficit round robin whose quantum is a step, and nothing is ever owed. A turn ends after the first step for which
    another company waits; when none does, after so many `seconds`; `is_short`: after one step in any case. `is_storm`:
    more is about to come, and is waited for first."""

    batch: int = 500
    seconds: float = 20.0
    is_short: bool = False
    is_storm: bool = False
    priority: Priority = Priority.FIRST


FIRST = Turn(batch=50, is_short=True)
"""A wake-up: a change that was just made is copied at once; a backlog is only begun."""
WHOLE = Turn()
BACKLOG = Turn(batch=250, priority=Priority.BACKLOG)
"""What is left then, by the workers that do such work. A step is small enough that its commit holds SQLite's one write
lock for no longer than a fresh change may wait, and large enough that a thousand records take few calls."""
STORM = Turn(batch=250, is_storm=True)
"""After a first turn that had much to do: what comes in the next seconds is worked together."""


@dataclass(frozen=True, slots=True)
class Drained:
    """`worked`: records looked at. `waiting`: records that are ready and were not worked."""

    worked: int
    waiting: int


def work(company_id: int, turn: Turn = WHOLE, *, gather: bool = True) -> Worked:
    """One turn of the engine for this company. Nothing when another worker has it, or it is not connected."""
    until = wiring.clock().now() + timedelta(seconds=turn.seconds)

    def is_over() -> bool:
        return turn.is_short or schedule.others_wait(company_id, wiring.clock().now())

    engine = _engine(company_id, turn, gather=gather)
    worked = engine.work(owner(), until, is_over, is_storm=turn.is_storm)
    if worked.paused_reason is not None:
        pauses.alert(company_id, worked.paused_reason)
    return worked


def sweep_company(company_id: int) -> Swept | None:
    """What webhooks missed is marked. None when another worker has the company, or Procore refuses it: then it pauses.
    Raises TryLater, at the latest when what is left of Procore's budget is kept for others."""
    store = _store(company_id)
    procore = wiring.procore_for(_procore_id(company_id), Priority.BACKGROUND)
    lease = store.claim(owner())
    if lease is None:
        return None
    found = None
    try:
        with pauses.pausing(company_id):
            found = sweep(store, procore, lease)
    finally:
        store.release(lease)
    return found


def drain(timeout: float = 60.0, procore_company_id: int | None = None) -> Drained:
    """Works until nothing is ready, in this process, without Redis. Meant for scripts and tests."""
    deadline = time.monotonic() + timeout
    worked = 0
    while time.monotonic() < deadline:
        due = schedule.companies_due(wiring.clock().now(), procore_company_id)
        done = sum(work(company_id, gather=False).records for company_id in due)
        worked += done
        if not due:
            break
        if not done:
            time.sleep(0.1)  # another worker has it
    return Drained(worked, schedule.count_ready(wiring.clock().now(), procore_company_id))


def owner() -> str:
    """Names this process so that another on this machine can tell when it has died."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def has_died(lease_owner: str) -> bool:
    """True only when it is certain: a process of this machine that is no more."""
    host, _, rest = lease_owner.partition("/")
    pid, _, started = rest.partition("/")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When the kernel started that process, in its ticks; empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "" if Path("/proc/self").exists() else "unknown"
    state, fields = stat.rpartition(")")[2].split()[0], stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[19]


def _engine(company_id: int, turn: Turn, *, gather: bool) -> Engine:
    limits = Limits(
        batch=turn.batch,
        resend_wait=wiring.config().resend_wait_seconds,
        gather=1.0 if gather else 0.0,
    )
    procore = wiring.procore_for(_procore_id(company_id), turn.priority)
    return Engine(_store(company_id), procore, wiring.clock(), wiring.pause, limits)


def _store(company_id: int) -> SyncStore:
    return wiring.store_for(company_id)


def _procore_id(company_id: int) -> int:
    procore_id = schedule.procore_id_of(company_id)
    if procore_id is None:
        raise NotFound("There is no such company here.")
    return procore_id
