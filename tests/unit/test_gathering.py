"""Group commit: what threads store at the same moment shares a transaction, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from webapp.errors import StoreUnavailable
from webapp.store.gathering import Gathering

SECONDS = 10


class Disk:
    """Stores numbers in batches; the first batch waits until it is let go. `is_locked`: it waits for its turn, too."""

    def __init__(self, *, is_locked: bool = False) -> None:
        self.batches: list[list[int]] = []
        self.has_begun, self.may_go_on = Event(), Event()
        self.is_away, self.is_locked = False, is_locked

    @contextmanager
    def begin(self) -> Iterator[Disk]:
        if self.is_locked:
            self.has_begun.set()
            assert self.may_go_on.wait(SECONDS)
            if self.is_away:
                raise StoreUnavailable("locked")
        yield self

    def store(self, numbers: Sequence[int]) -> list[str]:
        self.has_begun.set()
        assert self.may_go_on.wait(SECONDS)
        if self.is_away:
            raise StoreUnavailable("away")
        if any(number < 0 for number in numbers):
            raise ValueError(f"cannot store {min(numbers)}")
        self.batches.append(sorted(numbers))
        return [f"stored {number}" for number in numbers]


class Crowd:
    """One thread is storing 0; the others queue up behind it, and are all in the queue when this returns."""

    def __init__(self, disk: Disk, numbers: Sequence[int]) -> None:
        self.gathering = Gathering(disk.begin, Disk.store)
        self.pool = ThreadPoolExecutor(len(numbers) + 1)
        self.first = self.pool.submit(self.gathering.store, 0)
        assert disk.has_begun.wait(SECONDS)
        self.others = {number: self.pool.submit(self.gathering.store, number) for number in numbers}
        while len(self.gathering) < len(numbers) + disk.is_locked:
            assert not any(other.done() for other in self.others.values())
        disk.may_go_on.set()


def test_what_queues_up_behind_a_commit_is_committed_together() -> None:
    """R4: each gets its own answer, and only after its own commit."""
    disk = Disk()
    crowd = Crowd(disk, [1, 2, 3, 4])
    assert crowd.first.result(SECONDS) == "stored 0"
    assert [other.result(SECONDS) for other in crowd.others.values()] == [f"stored {n}" for n in (1, 2, 3, 4)]
    assert disk.batches == [[0], [1, 2, 3, 4]]


def test_what_arrives_while_another_process_has_the_lock_comes_along() -> None:
    """R4: the first in the queue does not go alone when its turn comes."""
    disk = Disk(is_locked=True)
    crowd = Crowd(disk, [1, 2, 3, 4])
    assert crowd.first.result(SECONDS) == "stored 0"
    assert [other.result(SECONDS) for other in crowd.others.values()] == [f"stored {n}" for n in (1, 2, 3, 4)]
    assert disk.batches == [[0, 1, 2, 3, 4]]


def test_what_cannot_be_stored_takes_nothing_with_it() -> None:
    """D9."""
    disk = Disk()
    crowd = Crowd(disk, [1, -2, 3])
    assert crowd.others[1].result(SECONDS) == "stored 1"
    assert crowd.others[3].result(SECONDS) == "stored 3"
    with pytest.raises(ValueError, match="cannot store -2"):
        crowd.others[-2].result(SECONDS)


@pytest.mark.parametrize("is_locked", [False, True])
def test_a_database_that_is_away_is_away_for_all(is_locked: bool) -> None:
    """D105: nobody is told that the event was stored, and it is not tried again one by one."""
    disk = Disk(is_locked=is_locked)
    disk.is_away = True
    crowd = Crowd(disk, [1, 2])
    for waiting in (crowd.first, *crowd.others.values()):
        with pytest.raises(StoreUnavailable):
            waiting.result(SECONDS)


def test_many_threads_lose_and_mix_up_nothing() -> None:
    """R4."""
    disk = Disk()
    disk.may_go_on.set()
    gathering = Gathering(disk.begin, Disk.store)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(gathering.store, range(2000)))
    assert answers == [f"stored {number}" for number in range(2000)]
    assert sorted(number for batch in disk.batches for number in batch) == list(range(2000))
