"""Group commit: what several threads want to store at the same moment goes into one transaction.

A commit costs one wait for the disk and one turn at the write lock, however much is in it. Nobody waits for company:
whoever finds the place free goes at once, and takes along what has queued up behind the one before, and while the
write lock was another process's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from webapp.errors import TryLater

Given = TypeVar("Given")
Place = TypeVar("Place")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Entry(Generic[Given, Result]):
    given: Given
    results: list[Result] | None = None
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.results is not None or self.error is not None


class Gathering(Generic[Place, Given, Result]):
    """`begin` opens a transaction and waits for its turn at the write lock; `work` stores a batch in it and gives one
    result for each, in order."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Place]],
        work: Callable[[Place, Sequence[Given]], list[Result]],
    ) -> None:
        self.begin, self.work = begin, work
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
                self._store_together()
        if entry.error is not None:
            raise entry.error
        assert entry.results is not None
        return entry.results[0]

    def _take(self) -> list[_Entry[Given, Result]]:
        with self._queue:
            batch, self._waiting = self._waiting, []
            return batch

    def _store_together(self) -> None:
        """Who waits is counted only once the lock is ours."""
        batch: list[_Entry[Given, Result]] = []
        try:
            with self.begin() as place:
                batch = self._take()
                results = self.work(place, [entry.given for entry in batch])
        except BaseException as error:
            self._alone(batch or self._take(), error)
        else:
            _give(batch, results)

    def _alone(self, batch: Sequence[_Entry[Given, Result]], error: BaseException) -> None:
        """What cannot be stored must not take the others with it. A database that is away is away for all."""
        if len(batch) == 1 or isinstance(error, TryLater):
            for entry in batch:
                entry.error = error
            return
        for entry in batch:
            try:
                with self.begin() as place:
                    results = self.work(place, [entry.given])
            except BaseException as its_own:
                entry.error = its_own
            else:
                _give([entry], results)


def _give(batch: Sequence[_Entry[Given, Result]], results: Sequence[Result]) -> None:
    for entry, result in zip(batch, results, strict=True):
        entry.results = [result]
