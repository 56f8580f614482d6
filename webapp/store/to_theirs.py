"""Our ids to Procore's. Nothing is ever created there; what matches is linked here (R18, R19, D60)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.domain.match import Candidate, folded, unique_match
from webapp.domain.timecard import Timecard
from webapp.store import same_person
from webapp.store.models import (
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    Project,
    ProjectItem,
    Task,
    User,
)
from webapp.store.projects import free_codes
from webapp.store.releases import release_linked, release_person
from webapp.store.session import StoreSession
from webapp.store.time_types import sent_as
from webapp.sync import holds
from webapp.sync.ports import Place, Reason, Settings


class ToTheirs:
    """`unread`: projects, and sub jobs, whose cost codes were never read and are needed now."""

    def __init__(self, session: StoreSession, settings: Settings, now: datetime) -> None:
        self.session, self.settings, self.now = session, settings, now
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
            self.cost_codes[(place[0], card.cost_code)] = self._cost_code(place, card.cost_code)

    def _place(self, project_id: int) -> Place | Reason:
        project = self.session.get_one(Project, project_id)
        if project.procore_project_id is not None:
            return project.procore_project_id, project.procore_sub_job_id or None
        if project.unlinked_project_id is not None:
            new = holds.our_project_not_linked(project.name, project.id)
            return holds.project_unlinked(
                project.id, project.name, new if self.settings.send_only_linked else None
            )
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
        release_linked(self.session, project, self.now)
        return match, None

    def _person(self, user_id: int) -> int | Reason:
        user = self.session.get_one(User, user_id)
        person_id = same_person.person_of(self.session, user)
        if person_id is None:
            taken = select(User.procore_person_id).where(User.procore_person_id.is_not(None))
            free = self.session.scalars(select(ProcorePerson).where(ProcorePerson.procore_id.not_in(taken)))
            match, _ = unique_match(
                (user.email, user.employee_number),
                [Candidate(p.procore_id, (p.email, p.employee_number)) for p in free],
            )
            if match is None:
                return holds.user_not_in_procore(user.id, user.name)
            user.procore_person_id = person_id = match
            self.session.flush()
            release_person(self.session, user, self.now)
        person = self.session.scalars(
            select(ProcorePerson).where(ProcorePerson.procore_id == person_id)
        ).first()
        if person is not None and not person.is_active:
            return holds.person_inactive(user.id, user.name)
        return person_id

    def _time_type(self, task_id: int) -> int | Reason:
        task = self.session.get_one(Task, task_id)
        time_type = sent_as(self.session, task)
        return holds.task_not_in_procore(task.id, task.name) if time_type is None else time_type

    def _cost_code(self, place: Place, item_id: int) -> int | Reason:
        """Of the codes that a card of this place may have: a sub job's own go before those of its project. They are
        read when the first item has to be matched by its code."""
        item = self.session.get_one(ProjectItem, item_id)
        if item.procore_cost_code_id is not None:
            is_removed = item.is_archived and self._is_removed(item.procore_cost_code_id)
            return holds.item_removed(item.id, item.code) if is_removed else item.procore_cost_code_id
        places = list(dict.fromkeys((place, (place[0], None))))
        if unread := {each for each in places if self._is_unread(*each)}:
            self.unread |= unread
            return holds.item_not_in_procore(item.id, item.code)
        for project_id, sub_job in places:
            codes = free_codes(self.session, item, project_id, sub_job or 0)
            found = next((c for c in codes if folded(c.full_code) == folded(item.code)), None)
            if found is not None:
                item.procore_cost_code_id = found.procore_id
                self.session.flush()
                return found.procore_id
        return holds.item_not_in_procore(item.id, item.code)

    def _is_removed(self, cost_code_id: int) -> bool:
        """Whether Procore's list of the project lacked it when it was read last (D67)."""
        query = select(ProcoreCostCode.is_removed).where(ProcoreCostCode.procore_id == cost_code_id)
        return bool(self.session.scalars(query).first())

    def _is_unread(self, project_id: int, sub_job: int | None) -> bool:
        read_at = select(ProcoreProject.codes_read_at).where(ProcoreProject.procore_id == project_id)
        if sub_job is not None:
            read_at = select(ProcoreSubJob.codes_read_at).where(ProcoreSubJob.procore_id == sub_job)
        return self.session.scalars(read_at).all() == [None]
