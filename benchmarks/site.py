"""A connected company on running processes: the stand-in's control API on one side, our REST API on the other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, func, select

from benchmarks.doors import Door
from devtools.children import ROOT
from devtools.ports import first_free
from devtools.stack import Stack
from webapp.store.models import Company, Link

FIRST_PORT = 18_400


@dataclass(frozen=True, slots=True)
class Names:
    """Our ids of what a timesheet refers to, each known to Procore by e-mail, number or code."""

    users: tuple[int, ...]
    projects: tuple[tuple[int, int], ...]
    """(project, one of its items); only projects that keep hours, none that keeps start and stop."""
    task: int


class Site:
    """A company, Acme Builders by default, on a stack that runs."""

    def __init__(self, stack: Stack, name: str = "Acme Builders") -> None:
        self.stack, self.name = stack, name
        self.procore = Door(stack.procore_url)
        state = self.procore.get("/sandbox/api/state")
        self.company = next(c for c in state["companies"] if c["name"] == name)
        self.procore_id = int(self.company["id"])
        self.theirs = f"/sandbox/api/companies/{self.procore_id}"
        self.api = Door(stack.app_url)

    def connect(self, *, receive: bool = True, send: bool = True) -> None:
        """Installs the app, connects it, and waits until the directory is mirrored."""
        self.procore.post(f"{self.theirs}/install")
        switches = ["--receive" if receive else "--no-receive", "--send" if send else "--no-send"]
        company = ("--procore-company-id", str(self.procore_id))
        self.flask("companies", "connect", *company, "--name", self.name, *switches)
        key = self.flask("api-keys", "create", *company, "--label", "bench").strip()
        self.api = Door(f"{self.stack.app_url}/api/v1", {"Authorization": f"Bearer {key}"})
        people = f"/companies/{self.procore_id}/people"
        until(lambda: len(self.requests("GET", people)) >= 1, 30, "the directory to be mirrored")
        self.come_to_rest(30)

    def flask(self, *arguments: str) -> str:
        """The app's own command line."""
        run = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT, env=self.stack.environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(f"flask {' '.join(arguments)}: {run.stderr[-2000:]}")
        return run.stdout

    # ---- Procore's side --------------------------------------------------------------------------------

    def enter_many(self, count: int) -> list[int]:
        """So many time cards at once, as by an import at Procore."""
        ids: list[int] = self.procore.post(f"{self.theirs}/timecards/bulk", {"count": count})["ids"]
        return ids

    def cards(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.procore.get(f"{self.theirs}/timecards", limit=5000)
        return rows

    def their_numbers(self) -> tuple[dict[int, str], dict[int, str]]:
        """Employee numbers by Procore's person id, full codes by its cost code id."""
        directory = self.procore.get(f"{self.theirs}/directory")
        people = {person["id"]: person["employee_id"] for person in directory["people"]}
        return people, {code["id"]: code["full_code"] for code in directory["cost_codes"]}

    def requests(self, method: str, path: str) -> list[dict[str, Any]]:
        rows = self.procore.get("/sandbox/api/requests", limit=1000)
        return [row for row in rows if row["method"] == method and path in row["path"]]

    def calls(self) -> int:
        """Requests of ours that Procore counted since `forget_calls()`."""
        return int(self.procore.get("/sandbox/api/health")["calls"])

    def forget_calls(self) -> None:
        self.procore.delete("/sandbox/api/health")

    def observations(self) -> dict[str, tuple[int, int]]:
        """Integration Health's seven: how many of each were our own doing, how many the stand-in's."""
        rows = self.procore.get("/sandbox/api/health")["observations"]
        return {row["key"]: (row["own"], row["caused"]) for row in rows}

    def deliveries_waiting(self) -> int:
        return sum(hook["waiting"] for hook in self.procore.get("/sandbox/api/hooks"))

    # ---- our side --------------------------------------------------------------------------------------

    def timesheets(self) -> list[dict[str, Any]]:
        return self.api.pages("/timesheets")

    def ledger(self) -> dict[str, int]:
        return {state: row["records"] for state, row in self.api.get("/ledger").items()}

    def marked(self) -> int:
        """Records that are to be looked at: until then the ledger tells what they were. Read in the database, since
        nobody else needs to know."""
        engine = create_engine(self.stack.environment["DATABASE_URL"], poolclass=NullPool)
        query = (
            select(func.count(Link.id))
            .join(Company, Company.id == Link.company_id)
            .where(Link.is_dirty, Company.procore_company_id == self.procore_id)
        )
        with engine.connect() as connection:
            return connection.scalar(query) or 0

    def names(self) -> Names:
        """Users, projects, items and a task, found here or entered by the API."""
        directory = self.procore.get(f"{self.theirs}/directory")
        people = [person for person in directory["people"] if person["is_active"]][:20]
        users = [self._user(person) for person in people]
        permitted = set(self.installation()["permitted_project_ids"])
        places = [
            place
            for place in self.company["projects"]
            if place["id"] in permitted and not place["start_and_stop"]
        ]
        known = {row["number"]: row["id"] for row in self.api.pages("/projects")}
        projects = []
        for place in places:
            number = place["project_number"]
            ours = (
                known.get(number)
                or self.api.post("/projects", {"name": place["name"], "number": number})["id"]
            )
            code = next(
                c
                for c in directory["cost_codes"]
                if c["project_id"] == place["id"] and c["sub_job_id"] is None
            )
            projects.append((ours, self._item(ours, code)))
        tasks = {row["name"]: row["id"] for row in self.api.pages("/tasks")}
        task = tasks.get("Regular Time") or self.api.post("/tasks", {"name": "Regular Time"})["id"]
        return Names(tuple(users), tuple(projects), task)

    def installation(self) -> dict[str, Any]:
        state = self.procore.get("/sandbox/api/state")
        found: dict[str, Any] = next(c for c in state["companies"] if int(c["id"]) == self.procore_id)[
            "installation"
        ]
        return found

    def _user(self, person: dict[str, Any]) -> int:
        known = {row["employee_number"]: row["id"] for row in self.api.pages("/users")}
        number = person["employee_id"]
        if number in known:
            return int(known[number])
        name = f"{person['first_name']} {person['last_name']}"
        return int(self.api.post("/users", {"name": name, "employee_number": number})["id"])

    def _item(self, project: int, code: dict[str, Any]) -> int:
        known = {row["code"]: row["id"] for row in self.api.pages("/project-items", project_id=project)}
        if code["full_code"] in known:
            return int(known[code["full_code"]])
        body = {"project_id": project, "code": code["full_code"], "name": code["name"]}
        return int(self.api.post("/project-items", body)["id"])

    # ---- both ------------------------------------------------------------------------------------------

    def is_at_rest(self) -> bool:
        """No event is on its way, nothing waits, no record is marked."""
        return self.deliveries_waiting() == 0 and self.ledger()["waiting"] == 0 and self.marked() == 0

    def come_to_rest(self, seconds: float) -> float:
        """Waits until nothing is left to do, twice in a row. How long that took."""
        began = time.monotonic()
        until(self._stays_at_rest, seconds, "both sides to rest")
        return time.monotonic() - began

    def _stays_at_rest(self) -> bool:
        if not self.is_at_rest():
            return False
        time.sleep(0.5)
        return self.is_at_rest()


def draft(names: Names, number: int, what: str) -> dict[str, Any]:
    """A new timesheet, each with a description of its own, so that a doubled one is seen."""
    project, item = names.projects[number % len(names.projects)]
    return {
        "user_id": names.users[number % len(names.users)],
        "project_id": project,
        "project_item_id": item,
        "task_id": names.task,
        "date": (today() - timedelta(days=number % 5)).isoformat(),
        "hours": f"{1 + number % 8}.{number % 4 * 25:02d}",
        "description": f"{what} {number}",
    }


def today() -> date:
    return datetime.now(UTC).date()


def until(is_so: Callable[[], Any], seconds: float, what: str, pause: float = 0.1) -> None:
    """Looks again and again. Raises TimeoutError, which says what was waited for."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)


@contextmanager
def running(directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[Site]:
    """A stack on free ports of its own in this directory, with Acme Builders on it, not yet connected."""
    app_port = first_free(_first_port())
    procore_port = first_free(app_port + 1, taken=(app_port,))
    with Stack(directory, app_port, procore_port, settings=settings) as stack:
        yield Site(stack)


def _first_port() -> int:
    """Each test process looks in a range of its own: two that start at one moment would find the same port free."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return FIRST_PORT + 100 * int(process)
