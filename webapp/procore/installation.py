"""What the service account may do in one company (R1): installed, permissions, permitted projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.errors import NotFound, PermissionMissing, ProcoreRefused, UnreadableAnswer
from webapp.procore.api import Api
from webapp.procore.directory import Directory
from webapp.procore.fields import id_of
from webapp.procore.history import time_of
from webapp.procore.paths import APP_INSTALLATIONS, COMPANIES, ME, PERMISSIONS
from webapp.procore.people import Me, TheirCompany, me_of
from webapp.procore.permissions import PermissionLine, lines_of
from webapp.sync.ports import TheirProject


@dataclass(frozen=True, slots=True)
class Installation:
    """One app installed in the company. `client_id` is the app's own where Procore tells it."""

    id: int
    client_id: str | None
    name: str | None
    status: str | None
    installed_at: datetime | None
    is_installed: bool


class ServiceAccount:
    """Errors as TimecardsAtProcore; AppNotConnected where the app is not installed."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def company(self) -> TheirCompany | None:
        """The company as the service account sees it; None: not among those where the app is installed."""
        for row in self.api.rows(COMPANIES):
            if id_of(row) == self.api.company_id and self.api.company_id is not None:
                return TheirCompany(self.api.company_id, str(row.get("name") or self.api.company_id))
        return None

    def me(self) -> Me | None:
        """What events and change histories call the app itself; None where Procore does not tell."""
        try:
            return me_of(self.api.get(ME))
        except (PermissionMissing, NotFound, ProcoreRefused, UnreadableAnswer):
            return None

    def permissions(self) -> list[PermissionLine]:
        return lines_of(self.api.get(PERMISSIONS, {"company_id": self.api.company_id}))

    def permitted_projects(self) -> list[TheirProject]:
        return Directory(self.api).projects()

    def installations(self) -> list[Installation]:
        rows = self.api.rows(APP_INSTALLATIONS, {"company_id": self.api.company_id})
        return [_installation(procore_id, row) for row in rows if (procore_id := id_of(row)) is not None]


def _installation(procore_id: int, row: dict[str, Any]) -> Installation:
    told = row.get("developer_app")
    app: dict[str, Any] = told if isinstance(told, dict) else {}
    return Installation(
        id=procore_id,
        client_id=row.get("app_uid") or app.get("uid"),
        name=app.get("name"),
        status=row.get("status"),
        installed_at=time_of(row.get("installed_at")),
        is_installed=row.get("uninstalled_at") is None,
    )
