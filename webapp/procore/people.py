"""What a signed-in person is told by Procore with their own token: who they are, companies, level and projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.errors import UnreadableAnswer
from webapp.procore.api import Api
from webapp.procore.directory import Directory
from webapp.procore.fields import id_of
from webapp.procore.paths import COMPANIES, COMPANY_ME, ME, PERMISSIONS
from webapp.procore.permissions import is_admin
from webapp.sync.ports import TheirProject


@dataclass(frozen=True, slots=True)
class Me:
    """`login` is the e-mail address they sign in with; `name` the same where Procore tells none."""

    id: int
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class TheirCompany:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class CompanyMe:
    """A person in one company: `person_id` is what time cards call party."""

    id: int
    name: str
    email: str | None
    employee_number: str | None
    person_id: int | None


class Person:
    """One person by their own token. `api_for` gives its API with that company's header; None: with none, which only
    /me and /companies do without. Raises SignInExpired when they have to sign in again; else as TimecardsAtProcore."""

    def __init__(self, api_for: Callable[[int | None], Api]) -> None:
        self.api_for = api_for
        self._me: Me | None = None

    def me(self) -> Me:
        """Asked once."""
        if self._me is None:
            self._me = me_of(self.api_for(None).get(ME))
        return self._me

    @property
    def login(self) -> str:
        return self.me().login

    @property
    def name(self) -> str:
        return self.me().name

    def companies(self) -> list[TheirCompany]:
        rows = self.api_for(None).rows(COMPANIES)
        return [
            TheirCompany(procore_id, str(row.get("name") or procore_id))
            for row in rows
            if (procore_id := id_of(row)) is not None and row.get("is_active") is not False
        ]

    def in_company(self, procore_company_id: int) -> CompanyMe:
        """NotFound or PermissionMissing: they do not belong to the company."""
        return _company_me(self.api_for(procore_company_id).get(COMPANY_ME))

    def is_admin(self, procore_company_id: int) -> bool:
        """Level Admin on the company's Admin tool (R2)."""
        return is_admin(self.api_for(procore_company_id).get(PERMISSIONS, {"company_id": procore_company_id}))

    def projects(self, procore_company_id: int) -> list[TheirProject]:
        """Those that Procore lists for this person."""
        return Directory(self.api_for(procore_company_id)).projects()

    def project_ids(self, procore_company_id: int) -> frozenset[int]:
        return frozenset(project.id for project in self.projects(procore_company_id))


def me_of(row: Any) -> Me:
    procore_id = id_of(row)
    if procore_id is None:
        raise UnreadableAnswer("Procore does not say who signed in.", missing="id")
    login = str(row.get("login") or row.get("name") or procore_id)
    return Me(procore_id, login, str(row.get("name") or login))


def _company_me(row: Any) -> CompanyMe:
    procore_id = id_of(row)
    if procore_id is None:
        raise UnreadableAnswer("Procore's company user has no id.", missing="id")
    names = " ".join(str(row[key]) for key in ("first_name", "last_name") if row.get(key))
    name = str(row.get("name") or names or row.get("email_address") or procore_id)
    person_id = id_of({"id": row.get("party_id")})
    return CompanyMe(procore_id, name, row.get("email_address"), row.get("employee_id"), person_id)
