"""Who may see and do what. Not visible is 404; visible but not allowed is 403.

`cause` marks refusals that the stand-in's own controls brought about (something withdrawn), so that
Integration Health can tell them from the app's own mistakes.
"""

from dataclasses import dataclass

from .errors import Refused, forbidden, not_connected, not_found, unauthorized
from .records import Company, Installation, Project, User
from .state import State

LEVELS = ("None", "Read Only", "Standard", "Admin")

SERVICE_LEVELS = {
    "Admin": "Read Only",
    "Directory": "Read Only",
    "Timecard": "Admin",
    "Webhooks API": "Standard",
    "Timesheets": "Standard",
    "Daily Log": "Read Only",
}
"""What the app version declares for its service account."""

COMPANY_TOOLS = ("Admin", "Directory", "Timecard", "Webhooks API")
PROJECT_TOOLS = ("Admin", "Directory", "Timesheets", "Daily Log")
ENGINE_NAMES = {
    "Admin": "Company Admin",
    "Directory": "Company Directory",
    "Timecard": "Timecard Entries",
    "Webhooks API": "Webhooks",
    "Timesheets": "Timesheet",
}
"""What tools may be called instead: no document gives the names of the time tools."""
PROJECT_MEMBER_LEVELS = {"Directory": "Read Only", "Timesheets": "Standard", "Daily Log": "Standard"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever acts: a person or the app's service account. `client_id` is None for a person in Procore itself."""

    user: User | None
    client_id: str | None = None
    is_service: bool = False

    @property
    def label(self) -> str:
        return "service account" if self.is_service else self.user.name if self.user else "nobody"


def installation_of(state: State, company_id: int) -> Installation | None:
    """The app's newest installation in a company, also when it is uninstalled."""
    found = [each for each in state.installations if each.company_id == company_id]
    return max(found, key=lambda each: each.id, default=None)


def acting_user(state: State, caller: Caller, company_id: int) -> User:
    """The user that a write counts as: the person, or the service user of that company."""
    if caller.is_service:
        installation = installation_of(state, company_id)
        user = state.users.get(installation.service_user_id) if installation else None
    else:
        user = caller.user
    if user is None:
        raise not_connected()
    return user


def require_connected(state: State, company_id: int) -> None:
    """403 unless the app is installed in the company."""
    installation = installation_of(state, company_id)
    if installation is None or not installation.is_installed:
        cause = "uninstalled" if installation else None
        if state.switches.uninstalled_status == 401:
            raise unauthorized("App is not connected to this company", cause)
        raise not_connected(cause)


def company_of(state: State, caller: Caller, company_id: int) -> Company:
    """A company that the caller belongs to; calls of the app also need it installed there."""
    company = state.companies.get(company_id)
    if company is None:
        raise not_found()
    if not caller.is_service and (caller.user is None or caller.user.company_id != company_id):
        raise not_found()
    if caller.client_id is not None:
        require_connected(state, company_id)
    return company


def companies_of(state: State, caller: Caller) -> list[Company]:
    """Companies where the service account is installed, or those of the person."""
    if caller.is_service:
        return [
            each
            for each in state.companies
            if (found := installation_of(state, each.id)) and found.is_installed
        ]
    return [each for each in state.companies if caller.user and each.id == caller.user.company_id]


def projects_of(state: State, caller: Caller, company_id: int) -> list[Project]:
    """Projects that the caller sees in a company: permitted ones, assigned ones, or all for an administrator."""
    rows = [each for each in state.projects if each.company_id == company_id]
    if caller.is_service:
        installation = installation_of(state, company_id)
        permitted = (
            set(installation.permitted_project_ids) if installation and installation.is_installed else set()
        )
        return [each for each in rows if each.id in permitted]
    if caller.user is None or caller.user.company_id != company_id:
        return []
    return [each for each in rows if caller.user.is_admin or each.id in caller.user.project_ids]


def sees_project(state: State, caller: Caller, project: Project) -> bool:
    if caller.is_service:
        installation = installation_of(state, project.company_id)
        return bool(
            installation and installation.is_installed and project.id in installation.permitted_project_ids
        )
    user = caller.user
    return bool(
        user and user.company_id == project.company_id and (user.is_admin or project.id in user.project_ids)
    )


def project_of(
    state: State, caller: Caller, project_id: int | None, company_id: int | None = None
) -> Project:
    """A project that the caller sees, within the company if one is named."""
    project = state.projects.get(project_id)
    if project is None or (company_id is not None and project.company_id != company_id):
        raise not_found()
    if caller.client_id is not None:
        require_connected(state, project.company_id)
    if not sees_project(state, caller, project):
        raise hidden_project(state, caller, project)
    return project


def hidden_project(state: State, caller: Caller, project: Project) -> Refused:
    """How Procore hides a project from this caller."""
    installation = installation_of(state, project.company_id)
    is_withdrawn = bool(
        caller.is_service and installation and project.id in installation.withdrawn_project_ids
    )
    cause = "project withdrawn" if is_withdrawn else None
    if caller.is_service and state.switches.unpermitted_project_status == 403:
        return forbidden("This project is not among the app's permitted projects", cause)
    return not_found(cause)


def tool_name(state: State, name: str) -> str:
    """A tool as permissions and project lists call it."""
    return ENGINE_NAMES.get(name, name) if state.switches.tool_names == "engine" else name


def company_level(state: State, caller: Caller, tool: str, company_id: int) -> str:
    """The caller's access level on a company tool."""
    if caller.is_service:
        return _service_level(state, tool, company_id)
    if caller.user is None or caller.user.company_id != company_id:
        return "None"
    return "Admin" if caller.user.is_admin else caller.user.levels.get(tool, "None")


def project_level(state: State, caller: Caller, tool: str, project: Project) -> str:
    """The caller's access level on a project tool."""
    if tool in project.tools_off or not sees_project(state, caller, project):
        return "None"
    if caller.is_service:
        return _service_level(state, tool, project.company_id)
    is_admin = caller.user is not None and caller.user.is_admin
    return "Admin" if is_admin else PROJECT_MEMBER_LEVELS.get(tool, "None")


def require_company_level(state: State, caller: Caller, tool: str, level: str, company_id: int) -> None:
    if LEVELS.index(company_level(state, caller, tool, company_id)) < LEVELS.index(level):
        raise _lacking(state, caller, tool, level, company_id)


def require_project_level(state: State, caller: Caller, tool: str, level: str, project: Project) -> None:
    if tool in project.tools_off:
        raise forbidden(f"The {tool} tool is not active in this project")
    if LEVELS.index(project_level(state, caller, tool, project)) < LEVELS.index(level):
        raise _lacking(state, caller, tool, level, project.company_id)


def _service_level(state: State, tool: str, company_id: int) -> str:
    installation = installation_of(state, company_id)
    if installation is None or not installation.is_installed or tool in installation.withdrawn_tools:
        return "None"
    return SERVICE_LEVELS.get(tool, "None")


def _lacking(state: State, caller: Caller, tool: str, level: str, company_id: int) -> Refused:
    installation = installation_of(state, company_id)
    is_withdrawn = bool(caller.is_service and installation and tool in installation.withdrawn_tools)
    message = f"You need {level} permission on the {tool} tool"
    return forbidden(message, "permission withdrawn" if is_withdrawn else None)
