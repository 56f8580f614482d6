"""All checks of `make lint`, each run to its end so that one run shows everything; `--fix` repairs what it can."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TEMPLATES = ["--allow-empty-input", "--quiet", "webapp/templates", "procore_sandbox"]

Steps = dict[str, list[str]]

CHECKS: Steps = {
    "format": ["ruff", "format", "--check", "--output-format", "concise", "."],
    "rules": ["ruff", "check", "--output-format", "concise", "."],
    "types": ["mypy"],
    "imports": ["lint-imports", "--no-logo"],
    "template rules": ["djlint", "--lint", *TEMPLATES],
    "template format": ["djlint", "--check", *TEMPLATES],
}
REPAIRS: Steps = {
    "rules": ["ruff", "check", "--quiet", "--fix", "."],
    "format": ["ruff", "format", "--quiet", "."],
    "template format": ["djlint", "--reformat", *TEMPLATES],
}


def passes(name: str, command: list[str]) -> bool:
    """Runs one tool; what it says is shown only when it complains."""
    started = time.monotonic()
    run = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if run.returncode:
        print(run.stdout)
    verdict = "ok" if run.returncode == 0 else "FAILED"
    print(f"{name:16} {verdict:7} {time.monotonic() - started:5.1f} s", flush=True)
    return run.returncode == 0


def main(arguments: list[str]) -> int:
    steps = REPAIRS if "--fix" in arguments else CHECKS
    results = [passes(name, command) for name, command in steps.items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
