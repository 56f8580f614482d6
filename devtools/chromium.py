"""Where this machine's Chromium is and how to start it quietly, for tests and pictures."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS = [
    "--disable-background-networking",  # nothing on the page asks for it, and a closed network refuses it at length
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


def find() -> str | None:
    """CHROMIUM if set, else the first known name on PATH."""
    if path := os.environ.get("CHROMIUM"):
        return path
    return next((found for name in NAMES if (found := shutil.which(name))), None)
