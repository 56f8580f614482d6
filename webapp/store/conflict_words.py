"""The values of a conflict in words: names beside ids, each side in its own; and Procore's values in our ids, to be put
back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.domain.conflict import Reference
from webapp.domain.timecard import UNITS, Names, Timecard
from webapp.store import dictionary
from webapp.store.conflicts import card_of
from webapp.store.marks import summary
from webapp.store.models import (
    ClashRow,
    Link,
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
    Project,
    ProjectItem,
    Task,
    Timesheet,
    User,
)
from webapp.store.session import StoreSession
from webapp.store.sync_store import settings_of
from webapp.sync.ports import Wanted

OURS: Mapping[str, tuple[Any, str]] = {
    "person": (User, "name"),
    "project": (Project, "name"),
    "time_type": (Task, "name"),
    "cost_code": (ProjectItem, "code"),
}
THEIRS: Mapping[str, tuple[Any, str]] = {
    "person": (ProcorePerson, "name"),
    "project": (ProcoreProject, "name"),
    "sub_job": (ProcoreSubJob, "name"),
    "time_type": (ProcoreTimeType, "name"),
    "cost_code": (ProcoreCostCode, "full_code"),
}
SAID = {"time_type": "task", "cost_code": "project_item"}
"""As timesheets and their history call it."""


class Words:
    """Names are looked up once."""

    def __init__(self, session: StoreSession) -> None:
        self.session = session
        self.names: dict[tuple[Any, int], str | None] = {}

    def unit(self, name: str | None) -> str | None:
        return None if name is None else SAID.get(name, name)

    def ours(self, data: Mapping[str, Any] | None, units: Iterable[str]) -> dict[str, Any] | None:
        """A sub job has Procore's id on both sides."""
        return self._values(data, units, {**OURS, "sub_job": THEIRS["sub_job"]})

    def theirs(self, data: Mapping[str, Any] | None, units: Iterable[str]) -> dict[str, Any] | None:
        return self._values(data, units, THEIRS)

    def summary(self, row: ClashRow, link: Link) -> str:
        """Which record it is: as it is here, or as Procore told it."""
        sheet = self.session.get(Timesheet, link.timesheet_id) if link.timesheet_id else None
        if sheet is not None:
            person, project = (
                self._name(User, "name", sheet.user_id),
                self._name(Project, "name", sheet.project_id),
            )
            return summary(person, project, sheet.date, sheet.hours)
        card = card_of(row.theirs)
        if card is None:
            return summary(None, None, link.date, link.hours)
        person = self._name(*THEIRS["person"], card.person)
        return summary(person, self._name(*THEIRS["project"], card.project), card.date, card.hours)

    def _values(
        self, data: Mapping[str, Any] | None, units: Iterable[str], tables: Mapping[str, tuple[Any, str]]
    ) -> dict[str, Any] | None:
        card = card_of(dict(data)) if data else None
        if card is None:
            return None
        values: dict[str, Any] = {}
        for part in (part for unit in units for part in UNITS[unit]):
            value = getattr(card, part)
            if part in tables and value is not None:
                value = Reference(value, self._name(*tables[part], value) or str(value))
            values[SAID.get(part, part)] = value
        return values

    def _name(self, model: Any, column: str, key: int | None) -> str | None:
        if key is None:
            return None
        if (model, key) not in self.names:
            is_ours = model in (User, Project, Task, ProjectItem)
            match = model.id if is_ours else model.procore_id
            self.names[model, key] = self.session.scalar(
                select(getattr(model, column)).where(match == key).limit(1)
            )
        return self.names[model, key]


def in_our_ids(
    session: StoreSession, theirs: Timecard, units: Iterable[str], onto: Timecard, company: Any, now: datetime
) -> Timecard:
    """Procore's values of these units as our side would say them. Raises Untranslatable."""
    wanted = Wanted(compare=((theirs, Names()),))
    words, _ = dictionary.build(session, wanted, settings_of(company), now, is_final=True)
    return words.to_ours(theirs, units, onto=onto)
