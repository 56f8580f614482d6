"""The records by kind and id, the numbers drawn for them, and what changed since the last save."""

from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar

FIRST_ID = 5_629_499_534_213_120
"""Ids start here: beyond 32 bits, below 2**53 so that JavaScript reads them exactly."""


class Row(Protocol):
    """Anything with an id can be kept in a table."""

    id: Any


R = TypeVar("R", bound=Row)


class Table(Generic[R]):
    """Rows of one kind. `put` after every change, else it is not saved."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.rows: dict[Any, R] = {}
        self.changed: set[Any] = set()

    def put(self, row: R) -> R:
        self.rows[row.id] = row
        self.changed.add(row.id)
        return row

    def get(self, key: Any) -> R | None:
        return self.rows.get(key)

    def drop(self, key: Any) -> None:
        if self.rows.pop(key, None) is not None:
            self.changed.add(key)

    def clear(self) -> None:
        self.changed.update(self.rows)
        self.rows.clear()

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.rows
