"""Group commit: what several threads want to store at the same moment goes into one transaction.

A commit costs one wait for the disk and one turn at the write lock, however much is in it. Nobody waits for company:
whoever finds the place free goes at once, and takes along what has queued up behind the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from webapp.errors import TryLater

Given = TypeVar("Given")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Entry(Generic[Given, Result]):
    given: Given
    results: list[Result] | None = None
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.results is not None or self.error is not None


class Gathering(Generic[Given, Result]):
    """`work` stores a batch in one transaction of its own and gives one result for each, in order."""

    def __init__(self, work: Callable[[Sequence[Given]], list[Result]]) -> None:
        self.work = work
        self._turn, self._queue = Lock(), Lock()
        self._waiting: list[_Entry[Given, Result]] = []

    def __len__(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def store(self, given: Given) -> Result:
        """Returns once it is stored; raises what storing it raised."""
        entry: _Entry[Given, Result] = _Entry(given)
        with self._queue:
            self._waiting.append(entry)
        with self._turn:
            if not entry.is_done:
                self._store_all(self._take())
        if entry.error is not None:
            raise entry.error
        assert entry.results is not None
        return entry.results[0]

    def _take(self) -> list[_Entry[Given, Result]]:
        with self._queue:
            batch, self._waiting = self._waiting, []
            return batch

    def _store_all(self, batch: Sequence[_Entry[Given, Result]]) -> None:
        try:
            results = self.work([entry.given for entry in batch])
        except BaseException as error:
            self._alone(batch, error)
        else:
            for entry, result in zip(batch, results, strict=True):
                entry.results = [result]

    def _alone(self, batch: Sequence[_Entry[Given, Result]], error: BaseException) -> None:
        """What cannot be stored must not take the others with it. A database that is away is away for all."""
        if len(batch) == 1 or isinstance(error, TryLater):
            for entry in batch:
                entry.error = error
            return
        for entry in batch:
            self._store_all([entry])
