"""The mirrored directory, as far as one step refers to it, and what it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.domain.zones import zone_or_utc
from webapp.store.due import in_chunks
from webapp.store.models import (
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
)
from webapp.store.session import StoreSession
from webapp.sync.ports import Unknown, Wanted


class Mirror:
    """The mirrored directory, as far as the cards of a step refer to it."""

    def __init__(self, session: StoreSession, wanted: Wanted) -> None:
        self.session = session
        cards = [card for card, _ in (*wanted.take, *wanted.compare)]
        self.cards = cards
        self.people = _rows(session, ProcorePerson, {c.person for c in cards if c.person})
        self.projects = _rows(session, ProcoreProject, {c.project for c in cards})
        self.sub_jobs = _rows(session, ProcoreSubJob, {c.sub_job for c in cards if c.sub_job})
        self.codes = _rows(session, ProcoreCostCode, {c.cost_code for c in cards if c.cost_code})
        self.types = _rows(session, ProcoreTimeType, {c.time_type for c in cards if c.time_type})
        self.is_empty = session.scalars(select(ProcorePerson.id).limit(1)).first() is None

    def unknown(self) -> Unknown:
        cards = self.cards
        return Unknown(
            has_people=self.is_empty or any(c.person and c.person not in self.people for c in cards),
            has_projects=self.is_empty or any(c.project not in self.projects for c in cards),
            has_time_types=self.is_empty or any(c.time_type and c.time_type not in self.types for c in cards),
            codes_of=frozenset(
                (c.project, c.sub_job) for c in cards if c.cost_code and c.cost_code not in self.codes
            ),
            sub_jobs_of=frozenset(c.project for c in cards if c.sub_job and c.sub_job not in self.sub_jobs),
        )

    def zones(self) -> dict[int, ZoneInfo]:
        return {key: zone_or_utc(row.time_zone) for key, row in self.projects.items()}

    def start_stop_projects(self) -> frozenset[int]:
        return frozenset(
            self.session.scalars(select(ProcoreProject.procore_id).where(ProcoreProject.is_start_stop))
        )


def _rows(session: StoreSession, model: Any, ids: Collection[int]) -> dict[int, Any]:
    chunks: Iterable[list[int]] = in_chunks(sorted(ids))
    return {
        row.procore_id: row
        for chunk in chunks
        for row in session.scalars(select(model).where(model.procore_id.in_(chunk)))
    }
