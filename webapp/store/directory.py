"""Stores what was read of Procore's directory: the mirror that matching works from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update

from webapp.store.models import (
    Company,
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
)
from webapp.store.session import StoreSession
from webapp.sync.ports import DirectoryRead, TheirCostCode


def save(session: StoreSession, read: DirectoryRead, now: datetime) -> None:
    """Inserts and updates by Procore's id. What left a list is marked, never deleted (D67)."""
    if read.projects is not None:
        rows = _upsert(
            session,
            ProcoreProject,
            ((p.id, {"name": p.name, "number": p.number, "time_zone": p.time_zone}) for p in read.projects),
        )
        listed = {p.id for p in read.projects}
        for row in rows.values():
            row.is_permitted = row.procore_id in listed
    if read.style is not None:
        for row in session.scalars(select(ProcoreProject)):
            row.is_start_stop = row.procore_id in read.style.start_stop_projects
    if read.people is not None:
        _upsert(
            session,
            ProcorePerson,
            (
                (
                    p.id,
                    {
                        "name": p.name,
                        "email": p.email,
                        "employee_number": p.employee_number,
                        "procore_user_id": p.user_id,
                        "is_active": p.is_active,
                    },
                )
                for p in read.people
            ),
        )
    if read.time_types is not None:
        _upsert(session, ProcoreTimeType, ((t.id, {"name": t.name}) for t in read.time_types))
    for (project_id, sub_job_id), codes in read.cost_codes.items():
        _save_codes(session, project_id, sub_job_id or 0, codes)
        if sub_job_id is None:
            _stamp(session, project_id, codes_read_at=now)
    for project_id, sub_jobs in read.sub_jobs.items():
        _upsert(
            session,
            ProcoreSubJob,
            ((s.id, {"procore_project_id": project_id, "name": s.name, "code": s.code}) for s in sub_jobs),
            within=ProcoreSubJob.procore_project_id == project_id,
        )
        _stamp(session, project_id, sub_jobs_read_at=now)
    if read.projects is not None and read.people is not None and read.time_types is not None:
        session.execute(update(Company).where(Company.id == session.company_id).values(directory_read_at=now))


def _save_codes(session: StoreSession, project_id: int, sub_job_id: int, codes: list[TheirCostCode]) -> None:
    place = {"procore_project_id": project_id, "procore_sub_job_id": sub_job_id}
    rows = _upsert(
        session,
        ProcoreCostCode,
        ((code.id, {**place, "full_code": code.full_code, "name": code.name}) for code in codes),
        within=and_(
            ProcoreCostCode.procore_project_id == project_id, ProcoreCostCode.procore_sub_job_id == sub_job_id
        ),
    )
    listed = {code.id for code in codes}
    for row in rows.values():
        row.is_removed = row.procore_id not in listed


def _upsert(
    session: StoreSession, model: Any, rows: Iterable[tuple[int, dict[str, Any]]], within: Any = None
) -> dict[int, Any]:
    query = select(model) if within is None else select(model).where(within)
    known = {row.procore_id: row for row in session.scalars(query)}
    for procore_id, values in rows:
        row = known.get(procore_id)
        if row is None:
            row = known[procore_id] = model(procore_id=procore_id, **values)
            session.add(row)
        else:
            for name, value in values.items():
                setattr(row, name, value)
    return known


def _stamp(session: StoreSession, project_id: int, **values: datetime) -> None:
    session.execute(update(ProcoreProject).where(ProcoreProject.procore_id == project_id).values(**values))
