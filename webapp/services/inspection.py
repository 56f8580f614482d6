"""What the service account may really do in a company: installed, permissions, permitted projects (R1). Procore is
asked, nothing is assumed; each line says what to do in Procore about it."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import wiring
from webapp.domain.bulk import BulkKinds
from webapp.errors import AppNotConnected, PermissionMissing, SignInExpired
from webapp.store import bulk_kinds

LEVEL_WORDS = {"none": "None", "read": "Read Only", "standard": "Standard", "admin": "Admin"}
APP_MANAGEMENT = "Company → Admin → App Management → Timesite"


class NotInstalledThere(AppNotConnected):
    """The service account does not see the company."""

    title = "The app is not installed in that company"

    def __init__(self, procore_company_id: int) -> None:
        super().__init__(
            f"Procore does not show company {procore_company_id} to Timesite. Either the company ID is wrong, or the "
            "app is not installed there: an administrator installs it in Procore under Company → Admin → "
            "App Management."
        )


class RefusesTheApp(SignInExpired):
    """Procore does not accept our own client id and secret: the operator's matter."""

    status = 502
    title = "Procore does not accept this installation of Timesite"

    def __init__(self) -> None:
        super().__init__(
            "Procore refused the app's own credentials. The operator of this Timesite checks PROCORE_CLIENT_ID and "
            "PROCORE_CLIENT_SECRET."
        )


@dataclass(frozen=True, slots=True)
class Permission:
    """One line on the screen: green, or red with what to do."""

    tool: str
    needed: str
    has: str
    is_ok: bool

    @property
    def advice(self) -> str:
        return (
            f"In Procore: {APP_MANAGEMENT} → Permissions, and give {self.tool} the level {self.needed} "
            "(updating the app does that when the level is part of its newest version)."
        )


@dataclass(frozen=True, slots=True)
class Project:
    id: int
    name: str
    number: str | None


@dataclass(frozen=True, slots=True)
class Inspection:
    procore_company_id: int
    permissions: list[Permission]
    projects: list[Project]
    bulk: BulkKinds

    @property
    def is_ok(self) -> bool:
        return all(line.is_ok for line in self.permissions)

    def raise_for_missing(self) -> None:
        missing = [line for line in self.permissions if not line.is_ok]
        if missing:
            said = "; ".join(f"{line.tool} is {line.has}, needed is {line.needed}" for line in missing)
            raise PermissionMissing(f"{said}. {missing[0].advice} Then connect again.")


def of(procore_company_id: int) -> Inspection:
    """Raises NotInstalledThere, RefusesTheApp or TryLater."""
    account = wiring.service_account(procore_company_id)
    try:
        if account.company() is None:
            raise NotInstalledThere(procore_company_id)
        lines = account.permissions()
        projects = account.permitted_projects()
    except NotInstalledThere:
        raise
    except AppNotConnected as error:
        raise NotInstalledThere(procore_company_id) from error
    except SignInExpired as error:
        raise RefusesTheApp from error
    return Inspection(
        procore_company_id,
        [Permission(p.tool, LEVEL_WORDS[p.needed], LEVEL_WORDS[p.has], p.is_ok) for p in lines],
        [Project(p.id, p.name, p.number) for p in sorted(projects, key=lambda project: project.name)],
        bulk_kinds.of(procore_company_id),
    )
