"""People at work on both sides at once: they create, edit and delete, often what the other side has just touched."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import requests

from benchmarks.chaos.book import FIELDS, Book, mark_of
from benchmarks.chaos.client import Client, Unanswered
from benchmarks.doors import Door, Refused
from benchmarks.site import Names, Site, today

VERBS = ("create", "edit", "delete")
WEIGHTS = (45, 47, 8)
RECENT = 25
"""Most edits are of what was touched last, so that both sides meet on one record."""
LATELY = timedelta(seconds=90)
DAYS = 5


class Person(Thread, ABC):
    """Acts until told to stop, with short pauses. Each has a random source of its own."""

    def __init__(self, name: str, seed: str, stop: Event, book: Book, longest_pause: float) -> None:
        super().__init__(name=name, daemon=True)
        self.rng, self.stop, self.book, self.longest_pause = random.Random(seed), stop, book, longest_pause

    def run(self) -> None:
        while not self.stop.wait(self.rng.uniform(0, self.longest_pause)):
            try:
                self.act()
            except Unanswered as error:
                self.book.oddities.append(str(error))
            except Exception as error:  # the thread must not end unseen
                self.book.oddities.append(f"{self.name}: {type(error).__name__}: {error}"[:300])

    @abstractmethod
    def act(self) -> None:
        """One thing that this person does, by HTTP."""

    def some_fields(self) -> tuple[str, ...]:
        return self.rng.choice([("hours",), ("description",), FIELDS])

    def pick(self, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
        """One of the newest, rarely an older one."""
        few = rows[:RECENT] if self.rng.random() < 0.8 else rows
        return self.rng.choice(few) if few else None


class Clerk(Person):
    """Enters timesheets by our API."""

    def __init__(self, site: Site, names: Names, *person: Any) -> None:
        super().__init__(*person)
        self.names = names
        self.client = Client(site.api.base, site.api.headers, self.book.oddities)
        self.verbs: dict[str, Callable[[], None]] = {
            "create": self.create,
            "edit": self.edit,
            "delete": self.delete,
        }

    def act(self) -> None:
        self.verbs[self.rng.choices(VERBS, WEIGHTS)[0]]()

    def create(self) -> None:
        mark = self.book.new_mark()
        project, item = self.rng.choice(self.names.projects)
        body = {
            "user_id": self.rng.choice(self.names.users),
            "project_id": project,
            "project_item_id": item,
            "task_id": self.names.task,
            "date": (today() - timedelta(days=self.rng.randrange(DAYS))).isoformat(),
            **self.book.draw(mark, self.rng),
        }
        answer = self.client.call("POST", "/timesheets", body)
        self.expect(answer.status == 201, f"a new timesheet: {answer.status} {answer.body}")
        if answer.status == 201:
            self.book.accepted("ours", "created", mark, body)

    def edit(self) -> None:
        row = self.some_timesheet()
        if row is None:
            return
        seen = self.client.call("GET", f"/timesheets/{row['id']}")
        if seen.status != 200:
            return
        mark = str(mark_of(seen.body["description"]))
        values = self.book.draw(mark, self.rng, self.some_fields())
        answer = self.client.call("PATCH", f"/timesheets/{row['id']}", values, etag=seen.etag)
        if answer.status == 412 and answer.was_repeated:  # was it done by the try that broke off?
            now = self.client.call("GET", f"/timesheets/{row['id']}")
            if now.status != 200 or any(now.body[name] != value for name, value in values.items()):
                return
        elif answer.status != 200:
            self.expect(answer.status in (404, 412), f"an edit: {answer.status} {answer.body}")
            return
        self.book.accepted("ours", "edited", mark, values)

    def delete(self) -> None:
        row = self.some_timesheet()
        if row is None:
            return
        seen = self.client.call("GET", f"/timesheets/{row['id']}")
        if seen.status != 200:
            return
        answer = self.client.call("DELETE", f"/timesheets/{row['id']}", etag=seen.etag)
        if answer.status == 204:
            self.book.accepted("ours", "deleted", str(mark_of(seen.body["description"])), {})
        else:
            self.expect(answer.status in (404, 412), f"a deletion: {answer.status} {answer.body}")

    def some_timesheet(self) -> dict[str, Any] | None:
        since = (datetime.now(UTC) - LATELY).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = self.client.call("GET", f"/timesheets?updated_since={since}&per_page=500")
        rows = [row for row in answer.body or () if mark_of(row["description"])]
        return self.pick(sorted(rows, key=lambda row: row["updated_at"], reverse=True))

    def expect(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.book.oddities.append(what[:300])


class Foreman(Person):
    """Enters time cards in Procore. Procore is never killed."""

    def __init__(self, site: Site, directory: dict[str, Any], *person: Any) -> None:
        super().__init__(*person)
        self.site, self.directory = site, directory
        self.door: Door = site.procore.again()
        permitted = set(site.installation()["permitted_project_ids"])
        self.places = [
            place["id"]
            for place in site.company["projects"]
            if place["id"] in permitted and not place["start_and_stop"]
        ]
        self.people = [each["id"] for each in directory["people"] if each["is_active"]][:20]
        self.types = {each["time_type"]: each["id"] for each in directory["time_types"]}

    def act(self) -> None:
        verb = self.rng.choices(VERBS, WEIGHTS)[0]
        try:
            self.create() if verb == "create" else self.change(verb)
        except Refused:  # somebody deleted it meanwhile
            self.book.counts["refused theirs"] += 1
        except requests.RequestException as error:
            self.book.counts[f"broken off theirs: {type(error).__name__}"] += 1

    def create(self) -> None:
        mark, place = self.book.new_mark(), self.rng.choice(self.places)
        codes = [
            code["id"]
            for code in self.directory["cost_codes"]
            if code["project_id"] == place and code["sub_job_id"] is None
        ]
        card = {
            "project_id": place,
            "party_id": self.rng.choice(self.people),
            "cost_code_id": self.rng.choice(codes),
            "timecard_time_type_id": self.types["Regular Time"],
            "date": (today() - timedelta(days=self.rng.randrange(DAYS))).isoformat(),
            **self.book.draw(mark, self.rng),
        }
        self.door.post(f"{self.site.theirs}/timecards", card)
        self.book.accepted("theirs", "created", mark, card)

    def change(self, verb: str) -> None:
        rows = self.door.get(f"{self.site.theirs}/timecards", limit=300)
        rows = [row for row in rows if mark_of(row["description"])]
        card = self.pick(sorted(rows, key=lambda row: row["updated_at"], reverse=True))
        if card is None:
            return
        mark, path = str(mark_of(card["description"])), f"/sandbox/api/timecards/{card['id']}"
        if verb == "delete":
            self.door.delete(path)
            self.book.accepted("theirs", "deleted", mark, {})
        else:
            values = self.book.draw(mark, self.rng, self.some_fields())
            self.door.patch(path, values)
            self.book.accepted("theirs", "edited", mark, values)


class Administrator(Person):
    """Decides conflicts, one way or the other, and lets through what the guard holds back."""

    def __init__(self, site: Site, *person: Any) -> None:
        super().__init__(*person)
        self.client = Client(site.api.base, site.api.headers, self.book.oddities)

    def act(self) -> None:
        found = self.client.call("GET", "/conflicts?state=open&per_page=20").body or []
        if found:
            one = self.rng.choice(found)
            body = {"keep": self.rng.choice(["ours", "theirs"]), "seen": one["seen"]}
            answer = self.client.call("POST", f"/conflicts/{one['id']}/resolve", body)
            self.book.counts["conflicts decided"] += answer.status == 201
        self.open_the_guard()

    def open_the_guard(self) -> int:
        """How many records that lets through."""
        let = 0
        for each in self.client.call("GET", "/guard").body["directions"]:
            if each["is_paused"]:
                body = {"direction": each["direction"], "decision": "let_through"}
                answer = self.client.call("POST", "/guard", body)
                let += answer.body["records"] if answer.status == 201 else 0
        self.book.counts["let through by the guard"] += let
        return let
