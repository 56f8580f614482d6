"""What a fresh read of Procore's directory, or a link, puts right: holds whose cause may be gone are looked at again.

A hold that is still right is only held once more, so this asks what changed, not what matches now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from webapp.store import holds, same_person
from webapp.store.due import in_chunks
from webapp.store.models import ProcoreCostCode, Project, ProjectItem, User
from webapp.store.projects import taken_apart
from webapp.store.session import StoreSession

OF_PEOPLE = ("user", "inactive")


@dataclass(slots=True)
class News:
    """Procore's ids of what is new, changed, back or gone since the last read of each list."""

    projects: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    time_types: set[int] = field(default_factory=set)
    cost_codes: set[int] = field(default_factory=set)
    sub_jobs: set[int] = field(default_factory=set)
    is_style_new: bool = False

    def __bool__(self) -> bool:
        lists = (self.projects, self.people, self.time_types, self.cost_codes, self.sub_jobs)
        return any(lists) or self.is_style_new


def release_after_read(session: StoreSession, news: News, now: datetime) -> int:
    """How many records are looked at again."""
    keys: list[str] = []
    if news.people:
        keys += [f"person:{person}" for person in news.people] + holds.held_keys(session, *OF_PEOPLE)
    if news.projects:
        keys += [f"{kind}:{key}" for key in news.projects for kind in ("project", "permission")]
        keys += holds.held_keys(session, "project_here", "projects_match")
    if news.time_types:
        keys += holds.held_keys(session, "task", "task_here")
    if news.cost_codes:
        keys += [f"cost_code:{code}" for code in news.cost_codes]
        keys += holds.held_keys(session, "item_here", "item_removed")
    if news.is_style_new:
        keys += holds.held_keys(session, "needs_times")
    keys += [f"sub_job:{job}" for job in news.sub_jobs]
    return holds.release(session, _held(session, keys), now) if news else 0


def release_linked(session: StoreSession, project: Project, now: datetime) -> int:
    """The sync has linked the project by itself. What its own step is about to hold for want of the link is looked at
    again, too: a fix is noted. How many were held."""
    assert project.procore_project_id is not None
    apart = taken_apart(session, project.procore_project_id, project.procore_sub_job_id)
    return holds.release(session, held_by_link(session, project, apart), now)


def release_person(session: StoreSession, user: User, now: datetime) -> int:
    """Who the user is in Procore may have changed, and so for all who are the same person. How many were held."""
    users = same_person.group_of(session, user)
    return holds.release(session, [f"{kind}:{each.id}" for kind in OF_PEOPLE for each in users], now)


def held_by_link(session: StoreSession, project: Project, apart: Iterable[Project]) -> list[str]:
    """The reasons (webapp.sync.catalogue) that a link of this project takes away. `apart`: our projects whose link to
    the same one a person took apart. Of several that match each other, one is taken now; and the project's time goes to
    a place with other cost codes, that may keep hours."""
    return [
        *holds.held_keys(
            session, "projects_match", "project_here", "item_here", "item_removed", "needs_times"
        ),
        *left_out(project.id, project.procore_project_id),
        f"project:{project.procore_project_id}",
        f"projects_match:{project.procore_project_id}",
        f"project_here:{project.id}",
        f"main_project:{project.procore_project_id}",
        f"relink:{project.id}",
        f"left_scope:{project.id}",
        f"moved_out:{project.procore_project_id}",
        *([f"sub_job:{project.procore_sub_job_id}"] if project.procore_sub_job_id else []),
        *(f"relink:{other.id}" for other in apart),
    ]


def left_out(project_id: int, procore_project_id: int | None) -> list[str]:
    return [f"unlinked:{procore_project_id}", f"unlinked_here:{project_id}"]


def archive_items(session: StoreSession, cost_codes: Collection[int]) -> None:
    """An item whose cost code was removed in Procore is archived, never deleted; back, it is as before (D67)."""
    for chunk in in_chunks(sorted(cost_codes)):
        rows = session.execute(
            select(ProjectItem, ProcoreCostCode.is_removed)
            .join(ProcoreCostCode, ProcoreCostCode.procore_id == ProjectItem.procore_cost_code_id)
            .where(ProcoreCostCode.procore_id.in_(chunk))
        )
        for item, is_removed in rows:
            item.is_archived = is_removed


def _held(session: StoreSession, keys: list[str]) -> list[str]:
    """Of many keys the few that hold something now: a first read names every person of the company."""
    kinds = {key.partition(":")[0] for key in keys}
    return sorted(set(keys) & set(holds.held_keys(session, *kinds)))
