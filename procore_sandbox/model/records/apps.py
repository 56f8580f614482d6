"""The app in a company, its sign-ins and tokens."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Installation:
    """The app in one company: who installed it, what it may see, what was withdrawn since."""

    id: int
    company_id: int
    installed_at: datetime
    installed_by_id: int
    service_user_id: int
    version: str
    permitted_project_ids: list[int] = field(default_factory=list)
    withdrawn_project_ids: list[int] = field(default_factory=list)
    withdrawn_tools: list[str] = field(default_factory=list)
    uninstalled_at: datetime | None = None
    uninstalled_by_id: int | None = None

    @property
    def is_installed(self) -> bool:
        return self.uninstalled_at is None


@dataclass(slots=True)
class AppConfiguration:
    id: int
    company_id: int
    installation_id: int
    title: str
    created_by_id: int
    created_at: datetime
    updated_at: datetime
    project_ids: list[int] = field(default_factory=list)
    instance_configuration: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Code:
    """An authorization code; its id is the code itself."""

    id: str
    client_id: str
    user_id: int
    redirect_uri: str
    expires_at: datetime
    used: bool = False


@dataclass(slots=True)
class Token:
    """An access token and its refresh token, if any; its id is the access token."""

    id: str
    client_id: str
    user_id: int | None
    created_at: datetime
    expires_at: datetime
    refresh_token: str | None = None
    is_refresh_used: bool = False
    revoked_by: str | None = None
    """Who revoked it: "app" or "sandbox" (a fault)."""
