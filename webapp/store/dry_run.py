"""The engine's store with writing off: every method does what it does, on assumptions, and is rolled back (R31c)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from webapp.store import directory
from webapp.store.session import StoreSession, transaction
from webapp.store.sync_store import SyncStore, settings_of
from webapp.sync.ports import Clock, DirectoryRead, Lease, Outcome, Settings

Assume = Callable[[StoreSession, datetime], None]
"""Does in the transaction what the person is about to do: changes a setting, links a project."""


class DryStore(SyncStore):
    """`outcomes`: how the records would end. It needs no lease, so it may run beside the company's worker."""

    def __init__(self, engine: Engine, company_id: int, clock: Clock, assume: Assume) -> None:
        super().__init__(engine, company_id, clock)
        self.assume = assume
        self.reads: list[DirectoryRead] = []
        self.outcomes: list[Outcome] = []

    def renew(self, lease: Lease) -> Lease:
        return lease

    def settings(self) -> Settings:
        with self._assumed() as (session, _):
            return settings_of(self._company(session))

    def save_directory(self, read: DirectoryRead) -> None:
        """What was read is assumed from now on: storing it would release what waited for it."""
        self.reads.append(read)

    def commit(self, lease: Lease, outcomes: Sequence[Outcome]) -> None:
        self.outcomes += outcomes

    @contextmanager
    def _under(self, lease: Lease) -> Iterator[tuple[StoreSession, datetime]]:
        with self._assumed() as found:
            yield found

    @contextmanager
    def _assumed(self) -> Iterator[tuple[StoreSession, datetime]]:
        with transaction(self.company_id, self.engine) as session:
            now = self.clock.now()
            self.assume(session, now)
            for read in self.reads:
                directory.save(session, read, now)
            session.flush()
            yield session, now
            session.info.pop("after_commit", None)
            session.rollback()
