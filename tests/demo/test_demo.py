"""`make demo` on real processes: it starts, answers, stops, keeps its data and forgets them when asked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from devtools.children import ROOT
from devtools.embedded_redis import running

pytestmark = pytest.mark.slow

DEMO = [sys.executable, "-m", "devtools.demo"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
SECONDS = 120


def demo(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*DEMO, "--dir", str(directory), *arguments]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=SECONDS)


def started(directory: Path) -> "subprocess.Popen[str]":
    """A demo that has said that it is ready."""
    process = subprocess.Popen(
        [*DEMO, "--dir", str(directory)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Ready"):
            return process
    raise AssertionError(f"the demo ended with {process.wait()}")


def children(directory: Path) -> list[int]:
    return [pid for pid, _ in json.loads((directory / "children.json").read_text())]


def eventually(is_so: Callable[[], bool]) -> bool:
    """Real processes end in real time."""
    deadline = time.monotonic() + 20
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def test_it_starts_stops_starts_again_with_its_data_and_forgets_them(tmp_path: Path) -> None:
    """R35: one command starts everything; Ctrl-C leaves nothing running; a second run keeps the data until reset."""
    directory = tmp_path / "demo"
    first = started(directory)
    pids = children(directory)
    assert len(pids) == 3
    kept = (directory / "secrets.json").read_text()

    meanwhile = demo(directory, "--check")
    assert meanwhile.returncode == 1
    assert f"Process {first.pid} already runs this" in meanwhile.stderr

    first.send_signal(signal.SIGINT)
    first.communicate(timeout=SECONDS)
    assert first.returncode == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert running(directory / "redis") is None

    second = demo(directory, "--check")
    assert (second.returncode, second.stderr) == (0, "")
    assert (directory / "secrets.json").read_text() == kept

    assert demo(directory, "--reset").returncode == 0
    assert not directory.exists()


def test_killed_it_starts_again_and_when_a_part_dies_it_says_which_and_stops(tmp_path: Path) -> None:
    """R35: whatever became of the last run, the next one works; a half-running demo would only puzzle."""
    killed = started(tmp_path)
    left = children(tmp_path)
    killed.kill()
    killed.communicate(timeout=SECONDS)

    process = started(tmp_path)
    assert eventually(lambda: not any(psutil.pid_exists(pid) for pid in left))
    os.kill(children(tmp_path)[1], signal.SIGKILL)
    said, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert "web ended with status -9" in said
    assert running(tmp_path / "redis") is None
