"""Looking into a world without changing it: what pages and tests read."""

from datetime import date, datetime
from typing import Any

from . import apps, health, people_acts
from .access import Caller
from .records import Call, Company, Delivery, Fault, Hook, Installation, Project, Timecard, User
from .state import AppRegistration, State


class Looks:
    """The reading half of a World."""

    state: State

    @property
    def app(self) -> AppRegistration:
        return self.state.app

    def now(self) -> datetime:
        return self.state.now()

    def companies(self) -> list[Company]:
        return sorted(self.state.companies, key=lambda each: each.id)

    def users(self, company_id: int | None = None) -> list[User]:
        """People who can sign in."""
        rows = [
            each for each in self.state.users if not each.is_service and company_id in (None, each.company_id)
        ]
        return sorted(rows, key=lambda each: each.id)

    def user(self, user_id: int) -> User:
        """LookupError when there is none."""
        found = self.state.users.get(user_id)
        if found is None:
            raise LookupError(f"there is no user {user_id}")
        return found

    def user_named(self, name: str) -> User:
        """The first user of that name or login; LookupError when there is none."""
        for each in self.users():
            if name in (each.name, each.login):
                return each
        raise LookupError(f"there is no user {name!r}")

    def projects(self, company_id: int, user_id: int | None = None) -> list[Project]:
        """Projects of a company, or those that one person sees."""
        if user_id is None:
            rows = [each for each in self.state.projects if each.company_id == company_id]
        else:
            rows = people_acts.projects_of(self.state, Caller(self.user(user_id)), company_id)
        return sorted(rows, key=lambda each: each.id)

    def project(self, project_id: int) -> Project:
        """LookupError when there is none."""
        found = self.state.projects.get(project_id)
        if found is None:
            raise LookupError(f"there is no project {project_id}")
        return found

    def timecard(self, timecard_id: int) -> Timecard | None:
        return self.state.timecards.get(timecard_id)

    def timecards(
        self,
        company_id: int,
        *,
        project_id: int | None = None,
        first_day: date | None = None,
        last_day: date | None = None,
        with_deleted: bool = False,
    ) -> list[Timecard]:
        """Cards of a company, newest first."""
        rows = [
            each
            for each in self.state.timecards
            if each.company_id == company_id
            and project_id in (None, each.project_id)
            and (with_deleted or each.deleted_at is None)
            and (first_day is None or (each.date is not None and each.date >= first_day))
            and (last_day is None or (each.date is not None and each.date <= last_day))
        ]
        return sorted(rows, key=lambda each: each.id, reverse=True)

    def change_history(self, timecard_id: int) -> list[Any]:
        """Changes of a card, oldest first."""
        return list(self.state.changes_of_card.get(timecard_id, []))

    def hooks(self) -> list[Hook]:
        return sorted(self.state.hooks, key=lambda each: each.id)

    def deliveries(self, hook_id: int | None = None, limit: int = 200) -> list[Delivery]:
        """Newest first. The event of each: `world.state.events.get(delivery.event_id)`."""
        rows = [each for each in self.state.deliveries if hook_id in (None, each.hook_id)]
        return sorted(rows, key=lambda each: each.id, reverse=True)[:limit]

    def request_log(self, limit: int = 200) -> list[Call]:
        """Calls of the app, newest first."""
        return list(reversed(list(self.state.calls)))[:limit]

    def integration_health(self) -> list[health.Observation]:
        """The seven observations of the last 14 days."""
        return health.observations(self.state)

    def call_counts(self) -> list[Any]:
        """Calls of 30 days by day, method, route and status."""
        return health.call_counts(self.state)

    def installation(self, company_id: int) -> Installation | None:
        """The newest installation of the app in a company; it may be uninstalled."""
        return apps.installation_of(self.state, company_id)

    def authorized_people(self) -> list[User]:
        """People who hold a live token of the app."""
        now = self.state.now()
        ids = {
            each.user_id for each in self.state.tokens if each.revoked_by is None and each.expires_at > now
        }
        return [each for each in self.state.users if each.id in ids]

    def faults(self) -> list[Fault]:
        return sorted(self.state.faults, key=lambda each: each.id)
