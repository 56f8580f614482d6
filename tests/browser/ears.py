"""Listens to a browser: what it logs as an error, what scripts throw, what it blocks, what it could not load."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} at ${event.sourceFile}`));
"""
LEFT = "net::ERR_ABORTED"  # the page was left before the answer came


class Ears:
    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def listen_to(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._hear(f"page error: {error.error}"))
        context.on("requestfailed", self._failed)

    def expect(self, pattern: str) -> None:
        """From here on this complaint is what the test brings about on purpose."""
        self._expected.append(re.compile(pattern))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self._hear(f"console: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._hear(f"not loaded: {request.method} {request.url}: {request.failure}")

    def _hear(self, complaint: str) -> None:
        if not any(pattern.search(complaint) for pattern in self._expected):
            self.complaints.append(complaint)
