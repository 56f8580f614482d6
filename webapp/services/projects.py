"""Projects and their links to Procore's projects and sub jobs. A link releases what waited for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from webapp import queueing, wiring
from webapp.domain.timesheet import Actor
from webapp.errors import AppError, InvalidInput, NotFound
from webapp.services import directory
from webapp.services.idempotency import done_in
from webapp.services.text import line
from webapp.store import holds, releases, switches
from webapp.store import projects as rows
from webapp.store.models import Project
from webapp.store.session import StoreSession, reading, transaction
from webapp.sync.holds import before_link
from webapp.sync.ports import Unknown

log = structlog.get_logger(__name__)
LONGEST_NAME, LONGEST_NUMBER = 300, 100
NO_SUB_JOB = 0
Check = Callable[[Project], None]
"""Looks at the project inside the transaction that changes it, and may refuse (If-Match)."""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A project of Procore's, or a sub job of it."""

    procore_project_id: int
    procore_sub_job_id: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of Procore's projects to link to, with its sub jobs. `taken_by`: our project that has it already."""

    target: LinkTarget
    name: str
    taken_by: int | None


def page(
    company_id: int, offset: int, limit: int, search: str = "", actor: Actor | None = None
) -> tuple[list[Project], int]:
    """By name; only those that the actor sees, when one is given."""
    with reading(company_id) as session:
        return rows.project_page(session, offset, limit, actor, search)


def one(company_id: int, project_id: int) -> Project:
    with reading(company_id) as session:
        return _found(session, project_id)


def create(company_id: int, name: str, number: str | None = None, link: LinkTarget | None = None) -> Project:
    now = wiring.clock().now()
    if link is not None:
        _look_up(company_id, link)
    with transaction(company_id) as session:
        project = Project(
            name=line("name", name, LONGEST_NAME),
            number=line("number", number, LONGEST_NUMBER, is_required=False),
            procore_sub_job_id=NO_SUB_JOB,
            created_at=now,
        )
        session.add(project)
        session.flush()
        done_in(session, "project", project.id)
        if link is not None:
            _link(session, project, link)
        return project


def edit(
    company_id: int, project_id: int, changes: dict[str, str | None], check: Check | None = None
) -> Project:
    """`changes`: name, number. Another number or name may be what sending waited for."""
    with transaction(company_id) as session:
        project = _to_change(session, project_id, check)
        if "name" in changes:
            project.name = line("name", changes["name"], LONGEST_NAME)
        if "number" in changes:
            project.number = line("number", changes["number"], LONGEST_NUMBER, is_required=False)
        session.flush()
        _release(session, [f"project_here:{project.id}", *holds.held_keys(session, "projects_match")])
        return project


def link(
    company_id: int,
    project_id: int,
    target: LinkTarget,
    check: Check | None = None,
    *,
    brings_in: bool = True,
) -> Project:
    """`brings_in`: what was left out since the connection because it was not linked is synced now; else only what
    changes from now on (D21). Raises InvalidInput for a project that Procore does not show, or that is linked."""
    _look_up(company_id, target)
    with transaction(company_id) as session:
        project = _to_change(session, project_id, check)
        _link(session, project, target, brings_in=brings_in)
        return project


def linking(company_id: int, project_id: int, target: LinkTarget) -> Callable[[StoreSession, datetime], None]:
    """What `link` does in its transaction, for a dry run."""
    _look_up(company_id, target)

    def apply(session: StoreSession, now: datetime) -> None:
        _link(session, _to_change(session, project_id, None), target)

    return apply


def unlink(company_id: int, project_id: int, check: Check | None = None) -> Project:
    """What was synced stays on both sides; what changes waits, and linking again resumes it (D23)."""
    with transaction(company_id) as session:
        project = _to_change(session, project_id, check)
        if project.procore_project_id is not None:
            project.unlinked_project_id = project.procore_project_id
            project.unlinked_sub_job_id = project.procore_sub_job_id
            project.unlinked_at = wiring.clock().now()
        project.procore_project_id, project.procore_sub_job_id = None, NO_SUB_JOB
        session.flush()
        _release(session, holds.held_keys(session, "project_here"))
        return project


def count_left_out(company_id: int, project_id: int, target: LinkTarget) -> tuple[int, Decimal]:
    """How many records, and hours, a link would bring in that were left out since the connection (D21)."""
    with reading(company_id) as session:
        return holds.count_held(session, *releases.left_out(project_id, target.procore_project_id))


def choices(company_id: int) -> list[Choice]:
    """What Procore offers to link to, as last read from its directory."""
    with reading(company_id) as session:
        taken = {
            (project.procore_project_id, project.procore_sub_job_id): project.id
            for project in rows.project_page(session, 0, 10_000)[0]
            if project.procore_project_id is not None
        }
        found = []
        for theirs in rows.procore_projects(session):
            name = f"{theirs.number} {theirs.name}" if theirs.number else theirs.name
            target = LinkTarget(theirs.procore_id)
            found.append(Choice(target, name, taken.get((theirs.procore_id, NO_SUB_JOB))))
            for job in rows.procore_sub_jobs(session, theirs.procore_id):
                target = LinkTarget(theirs.procore_id, job.procore_id)
                taken_by = taken.get((theirs.procore_id, job.procore_id))
                found.append(Choice(target, f"{name} › {job.name}", taken_by))
        return found


def _found(session: StoreSession, project_id: int) -> Project:
    project = rows.project(session, project_id)
    if project is None:
        raise NotFound(f"There is no project {project_id}.")
    return project


def _to_change(session: StoreSession, project_id: int, check: Check | None) -> Project:
    project = rows.project_to_change(session, project_id)
    if project is None:
        raise NotFound(f"There is no project {project_id}.")
    if check is not None:
        check(project)
    return project


def _link(session: StoreSession, project: Project, target: LinkTarget, *, brings_in: bool = True) -> None:
    sub_job_id = target.procore_sub_job_id or NO_SUB_JOB
    _check_target(session, target)
    taken = rows.linked_to(session, target.procore_project_id, sub_job_id)
    if taken is not None and taken.id != project.id:
        raise _refused(
            "procore_project_id", f'It is linked to project "{taken.name}" already. Unlink that one first.'
        )
    project.procore_project_id, project.procore_sub_job_id = target.procore_project_id, sub_job_id
    apart = rows.taken_apart(session, target.procore_project_id, sub_job_id)
    for other in {project, *apart}:
        other.unlinked_project_id, other.unlinked_sub_job_id, other.unlinked_at = None, NO_SUB_JOB, None
    session.flush()
    rows.forget_codes_elsewhere(session, project)
    if not brings_in:
        for key in releases.left_out(project.id, target.procore_project_id):
            switches.accept(session, key, before_link(), wiring.clock().now())
    _release(session, releases.held_by_link(session, project, apart))


def _look_up(company_id: int, target: LinkTarget) -> None:
    """Asks Procore for what the mirror does not know yet. If it does not answer, what is known decides."""
    project_id, job_id = target.procore_project_id, target.procore_sub_job_id
    with reading(company_id) as session:
        if not rows.is_directory_known(session):
            return
        is_known = rows.procore_project(session, project_id) is not None
        jobs = {job.procore_id for job in rows.procore_sub_jobs(session, project_id)}
    has_job = job_id is None or job_id in jobs
    wanted = Unknown(
        has_projects=not is_known, sub_jobs_of=frozenset() if has_job else frozenset({project_id})
    )
    if wanted:
        try:
            directory.refresh(company_id, wanted)
        except AppError as error:
            log.info("directory_not_read", company_id=company_id, error=type(error).__name__)


def _check_target(session: StoreSession, target: LinkTarget) -> None:
    if not rows.is_directory_known(session):
        return
    if rows.procore_project(session, target.procore_project_id) is None:
        raise _refused("procore_project_id", f"Procore shows the app no project {target.procore_project_id}.")
    jobs = rows.procore_sub_jobs(session, target.procore_project_id)
    if target.procore_sub_job_id and target.procore_sub_job_id not in {job.procore_id for job in jobs}:
        raise _refused(
            "procore_sub_job_id", f"Procore shows no sub job {target.procore_sub_job_id} in that project."
        )


def _refused(field: str, text: str) -> InvalidInput:
    return InvalidInput(text, {field: [text]})


def _release(session: StoreSession, keys: list[str]) -> None:
    if holds.release(session, keys, wiring.clock().now()):
        queueing.wake_after_commit(session, wiring.config().redis_url, session.company_id)
