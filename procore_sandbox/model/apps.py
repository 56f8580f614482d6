"""App Management: install, update, uninstall, permitted projects; and taking things away again."""

from .access import SERVICE_LEVELS, installation_of
from .records import Installation, User
from .state import State

__all__ = [
    "give_back_permission",
    "give_back_project",
    "install",
    "installation_of",
    "permit_projects",
    "uninstall",
    "update",
    "withdraw_permission",
    "withdraw_project",
]


def install(
    state: State, company_id: int, project_ids: list[int] | None, user_id: int | None
) -> Installation:
    """Installs, or reinstalls, the app. Without a choice of projects: all but the company's last."""
    company_projects = sorted(each.id for each in state.projects if each.company_id == company_id)
    if company_id not in state.companies:
        raise LookupError(f"there is no company {company_id}")
    earlier = installation_of(state, company_id)
    if earlier is not None and earlier.is_installed:
        raise ValueError("the app is installed already")
    default = company_projects[:-1] if len(company_projects) > 1 else company_projects
    permitted = default if project_ids is None else sorted(set(project_ids) & set(company_projects))
    service = state.users.get(earlier.service_user_id) if earlier else None
    service = service or _service_user(state, company_id)
    installer = user_id or next(
        (each.id for each in state.users if each.company_id == company_id and each.is_admin), service.id
    )
    return state.installations.put(
        Installation(
            state.next_id(), company_id, state.now(), installer, service.id, state.app.version, permitted
        )
    )


def update(state: State, company_id: int, version: str | None) -> Installation:
    row = _installed(state, company_id)
    row.version = version or _next_version(row.version)
    row.permitted_project_ids, row.withdrawn_project_ids = [], []
    return state.installations.put(row)


def uninstall(state: State, company_id: int, user_id: int | None) -> Installation:
    row = _installed(state, company_id)
    row.uninstalled_at = state.now()
    row.uninstalled_by_id = user_id or row.installed_by_id
    return state.installations.put(row)


def permit_projects(state: State, company_id: int, project_ids: list[int]) -> Installation:
    row = _installed(state, company_id)
    known = {each.id for each in state.projects if each.company_id == company_id}
    if set(project_ids) - known:
        raise LookupError("a project is not in this company")
    withdrawn = set(row.withdrawn_project_ids) | (set(row.permitted_project_ids) - set(project_ids))
    row.permitted_project_ids = sorted(set(project_ids))
    row.withdrawn_project_ids = sorted(withdrawn - set(project_ids))
    return state.installations.put(row)


def withdraw_project(state: State, company_id: int, project_id: int) -> Installation:
    row = _installed(state, company_id)
    return permit_projects(
        state, company_id, [each for each in row.permitted_project_ids if each != project_id]
    )


def give_back_project(state: State, company_id: int, project_id: int) -> Installation:
    row = _installed(state, company_id)
    return permit_projects(state, company_id, [*row.permitted_project_ids, project_id])


def withdraw_permission(state: State, company_id: int, tool: str) -> Installation:
    if tool not in SERVICE_LEVELS:
        raise LookupError(f"tool is one of {', '.join(SERVICE_LEVELS)}")
    row = _installed(state, company_id)
    row.withdrawn_tools = sorted({*row.withdrawn_tools, tool})
    return state.installations.put(row)


def give_back_permission(state: State, company_id: int, tool: str) -> Installation:
    row = _installed(state, company_id)
    row.withdrawn_tools = [each for each in row.withdrawn_tools if each != tool]
    return state.installations.put(row)


def _installed(state: State, company_id: int) -> Installation:
    row = installation_of(state, company_id)
    if row is None or not row.is_installed:
        raise LookupError("the app is not installed in this company")
    return row


def _service_user(state: State, company_id: int) -> User:
    now = state.now()
    name = f"{state.app.name} Service Account"
    login = f"service-{company_id}@{state.app.name.lower()}.example"
    return state.users.put(User(state.next_id(), login, name, company_id, now, now, is_service=True))


def _next_version(version: str) -> str:
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) + 1}" if last.isdigit() and head else f"{version}.1"
