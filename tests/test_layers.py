"""The import contracts of pyproject.toml hold: arrows between the parts go one way."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINTER = Path(sys.executable).parent / "lint-imports"


def test_imports_go_one_way() -> None:
    """Routes and jobs know services, services the engine and the store, the engine only nouns; never back up."""
    run = subprocess.run([LINTER, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
