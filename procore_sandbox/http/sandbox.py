"""The World as the server shares it: with the lock that every door takes, and the clock that tests drive."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, RLock

from flask import Flask, current_app

from procore_sandbox.model import DrivenClock, World

KEY = "procore_sandbox"


class Sandbox:
    """One World, one lock around it, and the signal that wakes the webhook sender."""

    def __init__(self, world: World, clock: DrivenClock) -> None:
        self.unlocked_world, self.clock = world, clock
        self.lock = RLock()
        self.has_work = Event()
        world.on_event(self.has_work.set)

    @contextmanager
    def world(self) -> Iterator[World]:
        """The World, locked. Keep it short: no waiting inside."""
        with self.lock:
            yield self.unlocked_world

    def attach(self, app: Flask) -> None:
        app.extensions[KEY] = self


def sandbox() -> Sandbox:
    """The sandbox of the running app."""
    found: Sandbox = current_app.extensions[KEY]
    return found
