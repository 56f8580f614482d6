"""Time as the model sees it. Tests and the simulation drive it; the server lets the real clock run."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The one source of time. Answers are aware datetimes in UTC."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class DrivenClock:
    """Runs with the machine's clock until it is frozen; may be moved ahead by any amount."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._frozen_at or datetime.now(UTC) + self._ahead

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    def freeze(self, at: datetime | None = None) -> None:
        self._frozen_at = (at or self.now()).astimezone(UTC)

    def release(self) -> None:
        """Run again from the moment it stands at."""
        if self._frozen_at is not None:
            self._ahead = self._frozen_at - datetime.now(UTC)
            self._frozen_at = None

    def advance(self, seconds: float) -> None:
        step = timedelta(seconds=seconds)
        if self._frozen_at is not None:
            self._frozen_at += step
        else:
            self._ahead += step

    def follow_the_machine(self) -> None:
        """Forget every freeze and move."""
        self._frozen_at, self._ahead = None, timedelta()
