"""Processes that a launcher starts: ended in the end, never another's, their complaints seen."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from devtools.children import Child, Register

PATIENT = "import signal, time; print('ready', flush=True); time.sleep(60)"
STUBBORN = PATIENT.replace("print(", "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(")


def started(tmp_path: Path, program: str) -> Child:
    child = Child("child", [sys.executable, "-c", program], os.environ, tmp_path / "child.log")
    child.start()
    return child


def wait_for_a_line(child: Child) -> list[str]:
    while child.is_alive:
        if lines := child.new_lines():
            return lines
    return child.new_lines()


def test_a_child_that_ignores_a_polite_request_is_ended(tmp_path: Path) -> None:
    """R35: Ctrl-C stops all of it."""
    child = started(tmp_path, STUBBORN)
    assert wait_for_a_line(child) == ["ready"]
    child.stop(patience=0.2)
    assert not child.is_alive


def test_what_a_killed_launcher_left_alive_is_ended_by_the_next_one(tmp_path: Path) -> None:
    """R35: a second run starts cleanly whatever became of the first."""
    child = started(tmp_path, PATIENT)
    Register(tmp_path / "children.json").write([child])

    assert Register(tmp_path / "children.json").end_leftovers() == 1

    assert not child.is_alive


def test_a_process_that_has_the_pid_of_an_old_child_is_left_alone(tmp_path: Path) -> None:
    """R35: it ends only what it started; a pid alone proves nothing."""
    bystander = started(tmp_path, PATIENT)
    pid = bystander.process.pid
    (tmp_path / "children.json").write_text(f"[[{pid}, {psutil.Process(pid).create_time() - 1}]]")
    try:
        assert Register(tmp_path / "children.json").end_leftovers() == 0
        assert bystander.is_alive
    finally:
        bystander.stop()


@pytest.mark.parametrize(
    "line,is_notable",
    [
        ("2026-11-22 10:00:00 [warning  ] no wake-up", True),
        ("[2026-11-22 10:00:00 +0000] [12] [ERROR] Worker failed to boot.", True),
        ("Traceback (most recent call last):", True),
        ("2026-11-22 10:00:00 [info     ] received", False),
    ],
)
def test_warnings_and_errors_are_shown_and_the_rest_is_kept_in_the_log(
    tmp_path: Path, line: str, is_notable: bool
) -> None:
    """R35: what goes wrong is seen where the demo was started."""
    child = started(tmp_path, f"print({line!r})")
    child.process.wait()
    assert child.notable_lines() == ([line] if is_notable else [])
    assert child.last_words() == line
