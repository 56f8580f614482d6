"""The part that decides has no branch that its own tests do not take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MEASURED = "webapp/sync/decide.py"
ALONE = ("--noconftest", "--quiet", "-n0", "-p", "no:cacheprovider")


@pytest.mark.slow
def test_the_table_takes_every_branch_of_decide_and_merge(tmp_path: Path) -> None:
    """R23, D40–D43: measured in a process of its own, so that nothing else's imports count."""
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "measured")}

    def coverage(*words: str) -> str:
        command = [sys.executable, "-m", "coverage", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    table = str(HERE / "test_decide.py")
    coverage("run", "--branch", f"--include={MEASURED}", "-m", "pytest", *ALONE, table)
    assert MEASURED in coverage("report", "--show-missing", "--fail-under=100")
