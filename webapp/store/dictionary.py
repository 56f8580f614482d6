"""What both sides call the same thing: looked up for one step, and created here where the rules allow it (R11–R15).

Found or created only for cards that are to be taken; what is merely compared is only looked up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.domain.match import Candidate, folded, task_for, unique_match
from webapp.domain.timecard import Names, Timecard
from webapp.store.due import in_chunks
from webapp.store.models import (
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
    Project,
    ProjectItem,
    Task,
    TemplateRow,
    User,
)
from webapp.store.session import StoreSession
from webapp.sync import holds
from webapp.sync.ports import Dictionary, Place, Reason, Settings, Unknown, Wanted


def build(
    session: StoreSession, wanted: Wanted, settings: Settings, now: datetime, *, is_final: bool
) -> tuple[Dictionary, Unknown]:
    """The dictionary of one step, or what the mirrored directory lacks for it. Once that was read (`is_final`), what is
    still lacking becomes a reason to wait; then `Unknown` names projects whose cost codes were never read, which
    only now is known."""
    mirror = Mirror(session, wanted)
    unknown = mirror.unknown()
    if unknown and not is_final:
        return Dictionary(), unknown
    receiving = _Receiving(session, settings, mirror, now)
    for card, names in wanted.take:
        receiving.take(card, names)
    for card, names in wanted.compare:
        receiving.compare(card, names)
    sending = _Sending(session, settings, mirror)
    for card in wanted.send:
        sending.add(card)
    if sending.unread and not is_final:
        return Dictionary(), Unknown(codes_of=frozenset(sending.unread))
    return (
        Dictionary(
            users=receiving.users,
            places=receiving.places,
            tasks=receiving.tasks,
            items=receiving.items,
            people=sending.people,
            their_places=sending.places,
            time_types=sending.time_types,
            cost_codes=sending.cost_codes,
            start_stop_projects=mirror.start_stop_projects(),
        ),
        Unknown(codes_of=frozenset(sending.unread)),
    )


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

    def start_stop_projects(self) -> frozenset[int]:
        return frozenset(
            self.session.scalars(select(ProcoreProject.procore_id).where(ProcoreProject.is_start_stop))
        )


class _Receiving:
    """Procore's ids to ours."""

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
        return user.id

    # ---- projects (R11, R12, D22–D26) ------------------------------------------------------------------

    def _place(self, card: Timecard, names: Names, may_create: bool) -> tuple[int, int | None] | Reason:
        theirs = self.mirror.projects.get(card.project)
        if card.sub_job:
            own = self._linked(card.project, card.sub_job)
            if own is not None:
                return own.id, None
        main = self._linked(card.project, 0)
        if card.sub_job and self.settings.receive_project_per_sub_job:
            return self._sub_job_project(card, names, main, may_create)
        if main is None:
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

    def _match_or_create(self, theirs: ProcoreProject) -> Project | Reason:
        unlinked = self.session.scalars(select(Project).where(Project.procore_project_id.is_(None)))
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
        return project

    def _sub_job_project(
        self, card: Timecard, names: Names, main: Project | None, may_create: bool
    ) -> tuple[int, int | None] | Reason:
        """A copy of the main project, named after both. Its items are matched anew: a sub job has codes of its own."""
        sub_job = self.mirror.sub_jobs.get(card.sub_job or 0)
        if sub_job is None:
            return holds.sub_job_unknown(card.sub_job or 0, names.sub_job)
        if main is None or not may_create:
            return holds.main_project_not_linked(names.project or str(card.project))
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
        return copy.id, None

    # ---- tasks and items (R14, R15, D65) ---------------------------------------------------------------

    def _task(self, time_type: int, names: Names, may_create: bool) -> int | Reason:
        row = self.mirror.types.get(time_type)
        name = row.name if row else names.time_type
        task_name = task_for(name, self.template) if name else None
        if task_name is None:
            return holds.time_type_not_in_template(name or str(time_type))
        wanted = folded(task_name)
        task = next((t for t in self.session.scalars(select(Task)) if folded(t.name) == wanted), None)
        if task is None:
            if not may_create:
                return holds.time_type_not_in_template(name or str(time_type))
            task = Task(name=task_name, created_at=self.now)
            self.session.add(task)
        if task.procore_time_type_id is None and may_create:
            task.procore_time_type_id = time_type
        self.session.flush()
        return task.id

    def _item(self, project_id: int, cost_code: int, names: Names, may_create: bool) -> int | Reason:
        items = list(self.session.scalars(select(ProjectItem).where(ProjectItem.project_id == project_id)))
        found = next((i for i in items if i.procore_cost_code_id == cost_code), None)
        if found is not None:
            return found.id
        code = self.mirror.codes.get(cost_code)
        if not may_create or code is None:
            return holds.cost_code_unknown(cost_code, names.cost_code)
        free = [i for i in items if i.procore_cost_code_id is None]
        found = next((i for i in free if folded(i.code) == folded(code.full_code)), None)
        if found is None:
            found = ProjectItem(
                project_id=project_id, code=code.full_code, name=code.name, created_at=self.now
            )
            self.session.add(found)
        found.procore_cost_code_id = cost_code
        self.session.flush()
        return found.id


class _Sending:
    """Our ids to Procore's. Nothing is ever created there; what matches is linked here (R18, R19, D60)."""

    def __init__(self, session: StoreSession, settings: Settings, mirror: Mirror) -> None:
        self.session, self.settings, self.mirror = session, settings, mirror
        self.people: dict[int, int | Reason] = {}
        self.places: dict[int, Place | Reason] = {}
        self.time_types: dict[int, int | Reason] = {}
        self.cost_codes: dict[tuple[int, int], int | Reason] = {}
        self.unread: set[Place] = set()

    def add(self, card: Timecard) -> None:
        if card.project not in self.places:
            self.places[card.project] = self._place(card.project)
        if card.person and card.person not in self.people:
            self.people[card.person] = self._person(card.person)
        if card.time_type and card.time_type not in self.time_types:
            self.time_types[card.time_type] = self._time_type(card.time_type)
        place = self.places[card.project]
        if (
            card.cost_code
            and not isinstance(place, Reason)
            and (place[0], card.cost_code) not in self.cost_codes
        ):
            self.cost_codes[(place[0], card.cost_code)] = self._cost_code(place[0], card.cost_code)

    def _place(self, project_id: int) -> Place | Reason:
        project = self.session.get_one(Project, project_id)
        if project.procore_project_id is not None:
            return project.procore_project_id, project.procore_sub_job_id or None
        if self.settings.send_only_linked:
            return holds.our_project_not_linked(project.name, project.id)
        taken = select(Project.procore_project_id).where(Project.procore_project_id.is_not(None))
        free = self.session.scalars(
            select(ProcoreProject).where(ProcoreProject.is_permitted, ProcoreProject.procore_id.not_in(taken))
        )
        match, _ = unique_match(
            (project.number, project.name), [Candidate(p.procore_id, (p.number, p.name)) for p in free]
        )
        if match is None:
            return holds.project_not_in_procore(project.id, project.name)
        project.procore_project_id, project.procore_sub_job_id = match, 0
        self.session.flush()
        return match, None

    def _person(self, user_id: int) -> int | Reason:
        user = self.session.get_one(User, user_id)
        if user.procore_person_id is None:
            taken = select(User.procore_person_id).where(User.procore_person_id.is_not(None))
            free = self.session.scalars(select(ProcorePerson).where(ProcorePerson.procore_id.not_in(taken)))
            match, _ = unique_match(
                (user.email, user.employee_number),
                [Candidate(p.procore_id, (p.email, p.employee_number)) for p in free],
            )
            if match is None:
                return holds.user_not_in_procore(user.id, user.name)
            user.procore_person_id = match
            self.session.flush()
        person = self.session.scalars(
            select(ProcorePerson).where(ProcorePerson.procore_id == user.procore_person_id)
        ).first()
        if person is not None and not person.is_active:
            return holds.person_inactive(user.id, user.name)
        return user.procore_person_id

    def _time_type(self, task_id: int) -> int | Reason:
        task = self.session.get_one(Task, task_id)
        if task.procore_time_type_id is not None:
            return task.procore_time_type_id
        types = list(self.session.scalars(select(ProcoreTimeType)))
        rows = list(self.session.scalars(select(TemplateRow).order_by(TemplateRow.position)))
        named = [row.time_type for row in rows if folded(row.task) == folded(task.name)] + [task.name]
        for name in named:
            found = next((t for t in types if folded(t.name) == folded(name)), None)
            if found is not None:
                task.procore_time_type_id = found.procore_id
                self.session.flush()
                return found.procore_id
        return holds.task_not_in_procore(task.id, task.name)

    def _cost_code(self, procore_project_id: int, item_id: int) -> int | Reason:
        item = self.session.get_one(ProjectItem, item_id)
        if item.procore_cost_code_id is not None:
            return item.procore_cost_code_id
        codes = self.session.scalars(
            select(ProcoreCostCode).where(
                ProcoreCostCode.procore_project_id == procore_project_id,
                ProcoreCostCode.is_removed.is_(False),
            )
        )
        found = next((c for c in codes if folded(c.full_code) == folded(item.code)), None)
        if found is None:
            self._note_unread(procore_project_id)
            return holds.item_not_in_procore(item.id, item.code)
        item.procore_cost_code_id = found.procore_id
        self.session.flush()
        return found.procore_id

    def _note_unread(self, procore_project_id: int) -> None:
        """Cost codes of a project are read when the first item has to be matched by its code."""
        project = self.session.scalars(
            select(ProcoreProject).where(ProcoreProject.procore_id == procore_project_id)
        ).first()
        if project is not None and project.codes_read_at is None:
            self.unread.add((procore_project_id, None))


def _rows(session: StoreSession, model: Any, ids: Collection[int]) -> dict[int, Any]:
    chunks: Iterable[list[int]] = in_chunks(sorted(ids))
    return {
        row.procore_id: row
        for chunk in chunks
        for row in session.scalars(select(model).where(model.procore_id.in_(chunk)))
    }
