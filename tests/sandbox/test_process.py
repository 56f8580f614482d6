"""`python -m procore_sandbox` as a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]


def test_help_lists_every_option() -> None:
    """R35."""
    done = subprocess.run(
        [sys.executable, "-m", "procore_sandbox", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for option in (
        "--host",
        "--port",
        "--database",
        "--app-url",
        "--client-id",
        "--client-secret",
        "--seed-empty",
    ):
        assert option in done.stdout


def test_it_serves_until_sigterm_and_ends_cleanly(tmp_path: Path) -> None:
    """R35."""
    process = subprocess.Popen(
        [sys.executable, "-m", "procore_sandbox", "--port", "0", "--database", str(tmp_path / "p.sqlite3")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[2]
        assert requests.get(f"{address}/healthz", timeout=10).text == "ok\n"
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
