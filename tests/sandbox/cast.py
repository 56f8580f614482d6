"""A Procore in memory with its fixed cast: Dana administers, Frank is a foreman, Sam is of another company."""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from procore_sandbox.model import DrivenClock, Response, Switches, World
from procore_sandbox.model.records import CostCode, Person, Project, Timecard, TimeType, User
from procore_sandbox.model.state import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET

MONDAY_NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
CREDENTIALS = {"client_id": DEMO_CLIENT_ID, "client_secret": DEMO_CLIENT_SECRET}
CALLBACK = "http://127.0.0.1:8000/auth/callback"


@dataclass(slots=True)
class Api:
    """Calls with one token, and the company header unless told otherwise."""

    world: World
    token: str
    company_id: int | None

    def call(
        self,
        method: str,
        path: str,
        query: Any = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        sent = {"Authorization": f"Bearer {self.token}"}
        if self.company_id is not None:
            sent["Procore-Company-Id"] = str(self.company_id)
        return self.world.call(method, path, query, {**sent, **(headers or {})}, body)

    def get(self, path: str, **query: Any) -> Response:
        return self.call("GET", path, query)

    def post(self, path: str, body: Any, **query: Any) -> Response:
        return self.call("POST", path, query, body)

    def patch(self, path: str, body: Any, **query: Any) -> Response:
        return self.call("PATCH", path, query, body)

    def delete(self, path: str, body: Any = None, **query: Any) -> Response:
        return self.call("DELETE", path, query, body)


class Procore:
    """The world, its clock, and short names for what tests talk about."""

    def __init__(self, *, is_installed: bool = True, **switches: Any) -> None:
        clock = DrivenClock(MONDAY_NOON)
        self._name(World(clock, Random(7), Switches(**switches)), clock)
        if is_installed:
            self.world.install(self.company.id)

    @classmethod
    def around(cls, world: World, clock: DrivenClock | None = None) -> "Procore":
        """Short names for a world that is there already."""
        procore = cls.__new__(cls)
        procore._name(world, clock or DrivenClock(MONDAY_NOON))
        return procore

    def _name(self, world: World, clock: DrivenClock) -> None:
        self.world, self.clock = world, clock
        self.company, self.stranger = self.world.companies()
        self.bridge, self.mill, self.hospital, self.depot, self.school, self.vault = self.world.projects(
            self.company.id
        )
        self.dana, self.frank = self.world.user_named("Dana Ortiz"), self.world.user_named("Frank Weber")
        self.sam = self.world.user_named("Sam Stranger")
        self.cards_path = f"/rest/v1.0/companies/{self.company.id}/timecard_entries"
        self.bulk_path = f"/rest/v1.0/companies/{self.company.id}/timesheets"

    @property
    def api(self) -> Api:
        """The service account."""
        return Api(
            self.world, self.token({"grant_type": "client_credentials"})["access_token"], self.company.id
        )

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        answer = self.world.call("POST", "/oauth/token", body={**CREDENTIALS, **form}, headers=JSON)
        assert answer.status == 200, answer.body
        body: dict[str, Any] = answer.json()
        return body

    def code(self, user: User) -> str:
        """A fresh authorization code, as the redirect carries it."""
        query = {
            "response_type": "code",
            "client_id": DEMO_CLIENT_ID,
            "redirect_uri": CALLBACK,
            "state": "xyz",
        }
        location = self.world.allow(self.world.authorization_request(query), user.id)
        return location.partition("code=")[2].partition("&")[0]

    def pair(self, user: User) -> dict[str, Any]:
        """An access and a refresh token of a person."""
        return self.token(
            {"grant_type": "authorization_code", "code": self.code(user), "redirect_uri": CALLBACK}
        )

    def as_person(self, user: User) -> Api:
        return Api(self.world, self.pair(user)["access_token"], user.company_id)

    def person(self, index: int = 0) -> Person:
        return [each for each in self.world.state.people if each.company_id == self.company.id][index]

    def cost_code(self, project: Project, index: int = 0, sub_job_id: int | None = None) -> CostCode:
        rows = [
            each
            for each in self.world.state.cost_codes
            if each.project_id == project.id and each.sub_job_id == sub_job_id
        ]
        return rows[index]

    def time_type(self, name: str = "Regular Time") -> TimeType:
        rows = [each for each in self.world.state.time_types if each.company_id == self.company.id]
        return next(each for each in rows if each.time_type == name)

    def fields(self, project: Project | None = None, **more: Any) -> dict[str, Any]:
        """A plain card of eight hours in a total-hours project."""
        return {
            "date": "2026-11-16",
            "hours": "8.0",
            "party_id": self.person().id,
            "cost_code_id": self.cost_code(project or self.bridge).id,
            **more,
        }

    def enter(self, project: Project | None = None, **more: Any) -> Timecard:
        """Dana enters a card in Procore's own screen."""
        project = project or self.bridge
        return self.world.enter_timecard(self.dana.id, project.id, self.fields(project, **more))

    def hook(self, project: Project | None, api_version: str = "v2", events: Any = None) -> dict[str, Any]:
        """A hook of the app with triggers for time cards."""
        scope = {"project_id": project.id} if project else {"company_id": self.company.id}
        values = {
            "api_version": api_version,
            "namespace": "timesite",
            "destination_url": "http://127.0.0.1:9/hook",
            "destination_headers": {"Authorization": "Bearer shared-secret"},
        }
        hook: dict[str, Any] = self.api.post("/rest/v1.0/webhooks/hooks", {**scope, "hook": values}).json()
        triggers = [
            {"resource_name": "Timecard Entries", "event_type": each}
            for each in events or ("create", "update", "delete")
        ]
        body = {**scope, "api_version": api_version, "triggers": triggers}
        made = self.api.post(f"/rest/v1.0/webhooks/hooks/{hook['id']}/triggers/bulk", body)
        assert made.status == 200, made.body
        return hook


JSON = {"Content-Type": "application/json"}
