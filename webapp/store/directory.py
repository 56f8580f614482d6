"""Stores what was read of Procore's directory: the mirror that matching works from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update

from webapp.store import cursors
from webapp.store.models import (
    Company,
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
)
from webapp.store.releases import News, archive_items, release_after_read
from webapp.store.session import StoreSession
from webapp.sync.ports import (
    DirectoryRead,
    Place,
    TheirCostCode,
    TheirPerson,
    TheirProject,
    TheirSubJob,
    TimeEntryStyle,
)


def save(session: StoreSession, read: DirectoryRead, now: datetime) -> None:
    """Inserts and updates by Procore's id. What left a list is marked, never deleted (D67). What waited for something
    that is new, changed or back is looked at again."""
    news = News()
    if read.projects is not None:
        news.projects = _save_projects(session, read.projects, read.projects_at or now)
    if read.style is not None:
        news.is_style_new = _save_style(session, read.style)
    if read.people is not None:
        news.people = _save_people(session, read.people)
    if read.time_types is not None:
        types = ((t.id, {"name": t.name}) for t in read.time_types)
        rows, changed = _upsert(session, ProcoreTimeType, types)
        news.time_types = changed | _mark_removed(session, rows, {t.id for t in read.time_types})
    for project_id, sub_jobs in read.sub_jobs.items():
        news.sub_jobs |= _save_sub_jobs(session, project_id, sub_jobs)
        _stamp(session, ProcoreProject, project_id, sub_jobs_read_at=now)
    for (project_id, sub_job_id), codes in read.cost_codes.items():
        news.cost_codes |= _save_codes(session, project_id, sub_job_id or 0, codes)
        model, key = (ProcoreProject, project_id) if sub_job_id is None else (ProcoreSubJob, sub_job_id)
        _stamp(session, model, key, codes_read_at=now)
    if read.projects is not None and read.people is not None and read.time_types is not None:
        session.execute(update(Company).where(Company.id == session.company_id).values(directory_read_at=now))
    release_after_read(session, news, now)


def _save_projects(session: StoreSession, projects: Sequence[TheirProject], at: datetime) -> set[int]:
    """Those that are new or changed, and those that the app is permitted anew or no longer."""
    before = permitted(session)
    fields = ((p.id, {"name": p.name, "number": p.number, "time_zone": p.time_zone}) for p in projects)
    rows, changed = _upsert(session, ProcoreProject, fields)
    session.flush()
    listed = {p.id for p in projects}
    turned = {key for key, row in rows.items() if row.is_permitted is not (key in listed)}
    for key in turned:
        rows[key].is_permitted = key in listed
    _catch_up(session, [rows[key] for key in listed], at, is_soon=bool(listed - before))
    return changed | turned


def _save_style(session: StoreSession, style: TimeEntryStyle) -> bool:
    """Whether a project changed between hours and start and stop."""
    is_new = False
    for row in session.scalars(select(ProcoreProject)):
        is_start_stop = row.procore_id in style.start_stop_projects
        is_new |= row.is_start_stop is not is_start_stop
        row.is_start_stop = is_start_stop
    return is_new


def _save_people(session: StoreSession, people: Sequence[TheirPerson]) -> set[int]:
    fields = (
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
        for p in people
    )
    return _upsert(session, ProcorePerson, fields)[1]


def _save_sub_jobs(session: StoreSession, project_id: int, sub_jobs: Sequence[TheirSubJob]) -> set[int]:
    fields = ((s.id, {"procore_project_id": project_id, "name": s.name, "code": s.code}) for s in sub_jobs)
    within = ProcoreSubJob.procore_project_id == project_id
    return _upsert(session, ProcoreSubJob, fields, within=within)[1]


def permitted(session: StoreSession) -> set[int]:
    return set(session.scalars(select(ProcoreProject.procore_id).where(ProcoreProject.is_permitted)))


def still_permitted(session: StoreSession, listed: Collection[int], at: datetime) -> bool:
    """Whether the projects that Procore listed at that time, by its clock, are those that the mirror has."""
    if permitted(session) != set(listed):
        return False
    rows = session.scalars(select(ProcoreProject).where(ProcoreProject.is_permitted)).all()
    _catch_up(session, rows, at, is_soon=False)
    return True


def _catch_up(
    session: StoreSession, listed: Sequence[ProcoreProject], at: datetime, *, is_soon: bool
) -> None:
    """While a project is not permitted, neither events nor sweeps show its cards; and between two readings of the list
    it may have been withdrawn and given back, of which there is no sign. So what happened since each was last listed
    is swept again (R8): `is_soon`, as soon as a worker looks, else by the next sweep. For one that is new, since the
    connection (R6)."""
    company = session.scalars(select(Company).where(Company.id == session.company_id)).one()
    if listed and company.connected_at is not None and company.directory_read_at is not None:
        since = min(row.listed_at or company.connected_at for row in listed)
        (cursors.set_back if is_soon else cursors.reach_back)(company, since)
    for row in listed:
        row.listed_at = at


def places_with_codes(session: StoreSession) -> list[Place]:
    """Permitted projects, and their sub jobs, whose cost codes were read before; the longest ago first, so that a read
    that is cut short goes on where it ended."""
    permitted = select(ProcoreProject.procore_id, ProcoreProject.codes_read_at).where(
        ProcoreProject.is_permitted
    )
    read_at = {row.procore_id: row.codes_read_at for row in session.execute(permitted)}
    known = select(ProcoreCostCode.procore_project_id, ProcoreCostCode.procore_sub_job_id).distinct()
    of_jobs = select(ProcoreSubJob.procore_project_id, ProcoreSubJob.procore_id).where(
        ProcoreSubJob.codes_read_at.is_not(None)
    )
    found = (*session.execute(known), *session.execute(of_jobs))
    places = {(project, job or None) for project, job in found if project in read_at}
    places |= {(project, None) for project, at in read_at.items() if at is not None}

    def longest_ago(place: Place) -> tuple[bool, datetime | None, int, int]:
        at = read_at[place[0]]
        return at is not None, at, place[0], place[1] or 0

    return sorted(places, key=longest_ago)


def projects_with_sub_jobs(session: StoreSession) -> list[int]:
    """Permitted projects whose sub jobs were read before."""
    return list(
        session.scalars(
            select(ProcoreProject.procore_id)
            .where(ProcoreProject.is_permitted, ProcoreProject.sub_jobs_read_at.is_not(None))
            .order_by(ProcoreProject.sub_jobs_read_at, ProcoreProject.procore_id)
        )
    )


def _save_codes(
    session: StoreSession, project_id: int, sub_job_id: int, codes: list[TheirCostCode]
) -> set[int]:
    """Procore's ids of those that are new, changed, removed or back."""
    place = {"procore_project_id": project_id, "procore_sub_job_id": sub_job_id}
    rows, news = _upsert(
        session,
        ProcoreCostCode,
        ((code.id, {**place, "full_code": code.full_code, "name": code.name}) for code in codes),
        within=and_(
            ProcoreCostCode.procore_project_id == project_id, ProcoreCostCode.procore_sub_job_id == sub_job_id
        ),
    )
    if turned := _mark_removed(session, rows, {code.id for code in codes}):
        session.flush()
        archive_items(session, turned)
    return news | turned


def _mark_removed(session: StoreSession, rows: dict[int, Any], listed: Collection[int]) -> set[int]:
    """Procore's ids of those that left the list, or are back in it."""
    session.flush()
    turned = {key for key, row in rows.items() if row.is_removed is (key in listed)}
    for key in turned:
        rows[key].is_removed = key not in listed
    return turned


def _upsert(
    session: StoreSession, model: Any, rows: Iterable[tuple[int, dict[str, Any]]], within: Any = None
) -> tuple[dict[int, Any], set[int]]:
    """The rows by Procore's id, and which of them are new or changed."""
    query = select(model) if within is None else select(model).where(within)
    known = {row.procore_id: row for row in session.scalars(query)}
    news: set[int] = set()
    for procore_id, values in rows:
        row = known.get(procore_id)
        if row is None:
            row = known[procore_id] = model(procore_id=procore_id, **values)
            session.add(row)
            news.add(procore_id)
            continue
        changes = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changes.items():
            setattr(row, name, value)
            news.add(procore_id)
    return known, news


def _stamp(session: StoreSession, model: Any, procore_id: int, **values: datetime) -> None:
    session.execute(update(model).where(model.procore_id == procore_id).values(**values))


def persons_named(session: StoreSession, names: Collection[str]) -> set[str]:
    return set(session.scalars(select(ProcorePerson.name).where(ProcorePerson.name.in_(names))))
