"""One process at a time works on a directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Another process works on this directory."""


@contextmanager
def exclusively(directory: Path) -> Iterator[None]:
    """Holds the directory's lock; the system frees it however this process ends. Raises AlreadyRunning."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(f"Process {lock.read()} already runs this in {directory}.") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
