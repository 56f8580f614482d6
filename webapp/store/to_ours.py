"""Procore's ids to ours: people, projects, tasks and items are found, or created where the rules allow it (R11–R15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.domain.match import Candidate, folded, named_task, unique_match, wild_task
from webapp.domain.timecard import Names, Timecard
from webapp.store.mirror import Mirror
from webapp.store.models import ProcoreProject, Project, ProjectItem, Task, TemplateRow, User
from webapp.store.releases import release_linked, release_person
from webapp.store.session import StoreSession
from webapp.store.time_types import sent_as
from webapp.sync import holds
from webapp.sync.ports import Place, Reason, Settings


class ToOurs:
    """Found or created for cards that are to be taken; for what is merely compared, only found."""

    def __init__(self, session: StoreSession, settings: Settings, mirror: Mirror, now: datetime) -> None:
        self.session, self.settings, self.mirror, self.now = session, settings, mirror, now
        self.users: dict[int, int | Reason] = {}
        self.places: dict[Place, tuple[int, int | None] | Reason] = {}
        self.tasks: dict[int, int | Reason] = {}
        self.items: dict[tuple[int, int], int | Reason] = {}
        self.template = [
            (row.time_type, row.task)
            for row in session.scalars(select(TemplateRow).order_by(TemplateRow.position))
        ]

    def take(self, card: Timecard, names: Names) -> None:
        self._resolve(card, names, may_create=True)

    def compare(self, card: Timecard, names: Names) -> None:
        self._resolve(card, names, may_create=False)

    def _resolve(self, card: Timecard, names: Names, *, may_create: bool) -> None:
        place = (card.project, card.sub_job)
        if self._is_missing(self.places, place, may_create):
            self.places[place] = self._place(card, names, may_create)
        is_placed = not isinstance(self.places[place], Reason)
        may_create = may_create and is_placed
        if card.person and self._is_missing(self.users, card.person, may_create):
            self.users[card.person] = self._user(card.person, may_create)
        if card.time_type and self._is_missing(self.tasks, card.time_type, may_create):
            self.tasks[card.time_type] = self._task(card.time_type, names, may_create)
        found = self.places[place]
        if card.cost_code and not isinstance(found, Reason):
            key = (found[0], card.cost_code)
            if self._is_missing(self.items, key, may_create):
                self.items[key] = self._item(found[0], card.cost_code, names, may_create)

    def item_in(self, project_id: int, card: Timecard, names: Names, *, may_create: bool) -> None:
        """The card's cost code among the items of the project in which its timesheet stays (D25)."""
        key = (project_id, card.cost_code or 0)
        if card.cost_code and self._is_missing(self.items, key, may_create):
            self.items[key] = self._item(project_id, card.cost_code, names, may_create)

    @staticmethod
    def _is_missing(words: dict[Any, Any], key: Any, may_create: bool) -> bool:
        return key not in words or (may_create and isinstance(words[key], Reason))

    # ---- people (R13, D60) ---------------------------------------------------------------------------

    def _user(self, person_id: int, may_create: bool) -> int | Reason:
        linked = self.session.scalars(select(User.id).where(User.procore_person_id == person_id)).first()
        if linked is not None:
            return linked
        person = self.mirror.people.get(person_id)
        if person is None or not may_create:
            return holds.person_unknown(person_id)
        unlinked = self.session.scalars(select(User).where(User.procore_person_id.is_(None)))
        candidates = [Candidate(u.id, (u.email, u.employee_number)) for u in unlinked]
        match, _ = unique_match((person.email, person.employee_number), candidates)
        user = self.session.get(User, match) if match else None
        if user is None:
            user = User(
                name=person.name,
                email=person.email,
                employee_number=person.employee_number,
                created_at=self.now,
            )
            self.session.add(user)
        user.procore_person_id = person_id
        self.session.flush()
        release_person(self.session, user, self.now)
        return user.id

    # ---- projects (R11, R12, D22–D26) ------------------------------------------------------------------

    def _place(self, card: Timecard, names: Names, may_create: bool) -> tuple[int, int | None] | Reason:
        theirs = self.mirror.projects.get(card.project)
        if card.sub_job:
            own = self._linked(card.project, card.sub_job)
            if own is not None:
                return own.id, None
            if apart := self._taken_apart(card.project, card.sub_job):
                return self._unlinked(apart, card, names)
        main = self._linked(card.project, 0)
        if card.sub_job and self.settings.receive_project_per_sub_job:
            return self._sub_job_project(card, names, main, may_create)
        if main is None:
            if apart := self._taken_apart(card.project, 0):
                return self._unlinked(apart, card, names)
            if self.settings.receive_only_linked:
                return holds.project_not_linked(names.project or str(card.project), card.project)
            if theirs is None or not may_create:
                return holds.project_unknown(card.project, names.project)
            found = self._match_or_create(theirs)
            if isinstance(found, Reason):
                return found
            main = found
        return main.id, card.sub_job

    def _linked(self, project: int, sub_job: int) -> Project | None:
        return self.session.scalars(
            select(Project).where(
                Project.procore_project_id == project, Project.procore_sub_job_id == sub_job
            )
        ).first()

    def _unlinked(self, apart: Project, card: Timecard, names: Names) -> Reason:
        new = holds.project_not_linked(names.project or str(card.project), card.project)
        return holds.project_unlinked(
            apart.id, apart.name, new if self.settings.receive_only_linked else None
        )

    def _taken_apart(self, project: int, sub_job: int) -> Project | None:
        """Our project whose link to this one a person took apart: it is not linked again by itself (D23)."""
        return self.session.scalars(
            select(Project).where(
                Project.unlinked_project_id == project,
                Project.unlinked_sub_job_id == sub_job,
                Project.procore_project_id.is_(None),
            )
        ).first()

    def _match_or_create(self, theirs: ProcoreProject) -> Project | Reason:
        unlinked = self.session.scalars(
            select(Project).where(Project.procore_project_id.is_(None), Project.unlinked_project_id.is_(None))
        )
        match, is_ambiguous = unique_match(
            (theirs.number, theirs.name), [Candidate(p.id, (p.number, p.name)) for p in unlinked]
        )
        if is_ambiguous:
            return holds.project_ambiguous(theirs.procore_id, theirs.name)
        project = self.session.get(Project, match) if match else None
        if project is None:
            project = Project(
                name=theirs.name, number=theirs.number, created_at=self.now, procore_sub_job_id=0
            )
            self.session.add(project)
        project.procore_project_id = theirs.procore_id
        self.session.flush()
        release_linked(self.session, project, self.now)
        return project

    def _sub_job_project(
        self, card: Timecard, names: Names, main: Project | None, may_create: bool
    ) -> tuple[int, int | None] | Reason:
        """A copy of the main project, named after both. Its items are matched anew: a sub job has codes of its own."""
        sub_job = self.mirror.sub_jobs.get(card.sub_job or 0)
        if sub_job is None:
            return holds.sub_job_unknown(card.sub_job or 0, names.sub_job)
        if main is None or not may_create:
            return holds.main_project_not_linked(names.project or str(card.project), card.project)
        copy = Project(
            name=f"{main.name} – {sub_job.name}"[:300],
            number=main.number,
            created_at=self.now,
            procore_project_id=card.project,
            procore_sub_job_id=card.sub_job,
        )
        self.session.add(copy)
        self.session.flush()
        for item in self.session.scalars(select(ProjectItem).where(ProjectItem.project_id == main.id)).all():
            self.session.add(
                ProjectItem(
                    project_id=copy.id,
                    code=item.code,
                    name=item.name,
                    created_at=self.now,
                )
            )
        self.session.flush()
        release_linked(self.session, copy, self.now)
        return copy.id, None

    # ---- tasks and items (R14, R15, D65) ---------------------------------------------------------------

    def _task(self, time_type: int, names: Names, may_create: bool) -> int | Reason:
        """A row that names the time type decides; else the task that it became before, also when Procore has renamed
        it since (D66); else a wildcard."""
        row = self.mirror.types.get(time_type)
        name = row.name if row else names.time_type
        task_name = named_task(name, self.template) if name else None
        if task_name is None and row is not None and row.task_id is not None:
            return row.task_id
        task_name = task_name or (wild_task(name, self.template) if name else None)
        if task_name is None:
            return holds.time_type_not_in_template(name or str(time_type))
        wanted = folded(task_name)
        task = next((t for t in self.session.scalars(select(Task)) if folded(t.name) == wanted), None)
        if task is None:
            if not may_create:
                return holds.time_type_not_in_template(name or str(time_type))
            task = Task(name=task_name, created_at=self.now)
            self.session.add(task)
        if may_create:
            sent_as(self.session, task)
        self.session.flush()
        if row is not None:
            row.task_id = task.id
        return task.id

    def _item(self, project_id: int, cost_code: int, names: Names, may_create: bool) -> int | Reason:
        """A sub job's code has an item of its own in the main project, whose own code of that name is another one."""
        items = list(self.session.scalars(select(ProjectItem).where(ProjectItem.project_id == project_id)))
        found = next((i for i in items if i.procore_cost_code_id == cost_code), None)
        if found is not None:
            return found.id
        code = self.mirror.codes.get(cost_code)
        if not may_create or code is None:
            return holds.cost_code_unknown(cost_code, names.cost_code)
        project = self.session.get_one(Project, project_id)
        is_own = code.procore_sub_job_id in (0, project.procore_sub_job_id)
        free = [i for i in items if is_own and i.procore_cost_code_id is None]
        found = next((i for i in free if folded(i.code) == folded(code.full_code)), None)
        if found is None:
            found = ProjectItem(
                project_id=project_id, code=code.full_code, name=code.name, created_at=self.now
            )
            self.session.add(found)
        found.procore_cost_code_id = cost_code
        self.session.flush()
        return found.id
