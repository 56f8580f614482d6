"""Processes that a launcher starts, watches and ends; each has a log of its own."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
NOTABLE = re.compile(r"\b(warning|error|critical|exception)\b|^Traceback", re.IGNORECASE)


@dataclass
class Child:
    """One process in a session of its own, so that Ctrl-C reaches it through its launcher, in order."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes]" = field(init=False)
    _read: int = field(init=False, default=0)

    def start(self) -> None:
        self._read = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float = 15.0) -> None:
        """Asks it to end; after `patience` seconds ends it and whatever it has started."""
        if self.is_alive:
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def new_lines(self) -> list[str]:
        """Whole lines logged since the last call."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            fresh = file.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.decode(errors="replace").splitlines()

    def notable_lines(self) -> list[str]:
        """New warnings and errors."""
        return [line for line in self.new_lines() if NOTABLE.search(line[:120])]

    def last_words(self, count: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


class Register:
    """Remembers the children in a file, so that those of a launcher that was killed are ended by the next one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, children: Sequence[Child]) -> None:
        alive = [child.process.pid for child in children if child.is_alive]
        entries = [[pid, psutil.Process(pid).create_time()] for pid in alive if psutil.pid_exists(pid)]
        self.path.write_text(json.dumps(entries))

    def end_leftovers(self) -> int:
        """Ends what is still alive of an earlier run; a pid that belongs to another process by now is left alone."""
        try:
            entries = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return 0
        leftovers = [process for pid, created in entries if (process := _same_process(pid, created))]
        for process in leftovers:
            process.terminate()
        for process in psutil.wait_procs(leftovers, timeout=15)[1]:
            process.kill()
        self.path.unlink()
        return len(leftovers)


def _same_process(pid: int, created: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if process.create_time() == created else None
    except psutil.NoSuchProcess:
        return None
