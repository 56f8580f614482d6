"""Chromium with the cookie settings that a person can make in it."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from devtools.chromium import FLAGS


def with_preferences(
    browser: Browser, chromium_path: str, folder: Path, preferences: dict[str, Any], **options: Any
) -> BrowserContext:
    """A browser of its own with a profile; incognito windows, as other tests use them, have no such settings."""
    profile = folder / "profile" / "Default"
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text(json.dumps(preferences))
    context = browser.browser_type.launch_persistent_context(
        profile.parent, executable_path=chromium_path, args=FLAGS, locale="en-US", **options
    )
    context.set_default_timeout(15_000)
    return context
