"""kill -9 for processes of a stack, and the processes that there are to kill: never others than those it started."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress

import psutil

from devtools.stack import Stack


def process(stack: Stack, name: str) -> psutil.Process:
    """The stack's own process of this name. Raises psutil.NoSuchProcess when it has died."""
    return psutil.Process(stack.child(name).process.pid)


def jobs(stack: Stack) -> list[psutil.Process]:
    """Forks of the worker that run a job: each leads a process group of its own."""
    found = []
    for child in below(stack, "worker"):
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getpgid(child.pid) == child.pid:
                found.append(child)
    return found


def below(stack: Stack, name: str) -> list[psutil.Process]:
    """All that this process has started."""
    try:
        return process(stack, name).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill(victims: Iterable[psutil.Process]) -> None:
    for victim in victims:
        with suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGKILL)


def still_there(processes: Iterable[psutil.Process]) -> int:
    """How many of them run; one that has ended and was not yet fetched by its parent does not."""
    return sum(_runs(each) for each in processes)


def _runs(each: psutil.Process) -> bool:
    try:
        return each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
