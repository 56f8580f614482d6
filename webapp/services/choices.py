"""What a person may choose for a timesheet or a filter: names with ids, as far as they may see them."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.domain.timesheet import Actor
from webapp.store import people, projects
from webapp.store.session import reading

MOST = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    people: list[Choice]
    projects: list[Choice]
    tasks: list[Choice]


def of(actor: Actor) -> Choices:
    """People and projects that the actor sees; every task."""
    with reading(actor.company_id) as session:
        seen = people.seen_by(session, actor, MOST)
        return Choices(
            people=[Choice(user.id, user.name) for user in seen],
            projects=[
                Choice(project.id, project.name)
                for project in projects.project_page(session, 0, MOST, actor)[0]
            ],
            tasks=[Choice(task.id, task.name) for task in projects.tasks(session, 0, MOST)[0]],
        )


def items(actor: Actor, project_id: int | None) -> list[Choice]:
    """The items of one project that may still be booked on."""
    if project_id is None:
        return []
    with reading(actor.company_id) as session:
        if not projects.is_listed(session, project_id, actor):
            return []
        found = projects.items(session, 0, MOST, project_id)[0]
        return [Choice(item.id, f"{item.code} {item.name}") for item in found if not item.is_archived]
