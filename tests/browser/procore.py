"""The stand-in's control API: what happens in Procore while nobody clicks, and what is in it."""

import json
import urllib.request
from functools import cached_property
from typing import Any

COMPANY = "Acme Builders"


class Procore:
    """Acme Builders in Procore, by names."""

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def company(self) -> dict[str, Any]:
        return next(each for each in self.call("GET", "/state")["companies"] if each["name"] == COMPANY)

    @cached_property
    def directory(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/companies/{self.company_id}/directory")
        return found

    @property
    def company_id(self) -> int:
        return int(self.company["id"])

    def project_id(self, name: str) -> int:
        return next(each["id"] for each in self.company["projects"] if each["name"] == name)

    def person_id(self, name: str) -> int:
        return next(
            each["id"]
            for each in self.directory["people"]
            if f"{each['first_name']} {each['last_name']}" == name
        )

    def time_type_id(self, name: str) -> int:
        return next(each["id"] for each in self.directory["time_types"] if each["time_type"] == name)

    def own_time_type(self, name: str) -> str:
        """A time type of the company's own, which no template names; its name."""
        self.call("POST", "/records/time_type", {"parent_id": self.company_id, "time_type": name})
        self.__dict__.pop("directory", None)
        return name

    def is_installed(self) -> bool:
        companies = self.call("GET", "/state")["companies"]
        installation = next(each for each in companies if each["name"] == COMPANY)["installation"]
        return bool(installation and installation["uninstalled_at"] is None)

    def enter(
        self,
        description: str,
        *,
        project: str,
        person: str,
        hours: str = "8.0",
        time_type: str = "Regular Time",
    ) -> int:
        """A time card, entered by the company's administrator; its id."""
        card = {
            "project_id": self.project_id(project),
            "date": "2026-11-20",
            "hours": hours,
            "party_id": self.person_id(person),
            "timecard_time_type_id": self.time_type_id(time_type),
            "description": description,
        }
        return int(self.call("POST", f"/companies/{self.company_id}/timecards", card)["id"])

    def cards(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"/companies/{self.company_id}/timecards")
        return found

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # an address of our own
            f"{self.url}/sandbox/api{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = answer.read()
        return json.loads(said) if said else None
