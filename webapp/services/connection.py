"""Connecting a company to Procore and disconnecting it: all of it, or nothing of it (R3, R4, R7)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from webapp import queueing, wiring
from webapp.errors import Conflict, InvalidInput, NotFound
from webapp.services import directory, hook_setup, inspection, removals, settings, sync
from webapp.store import connections, hooks
from webapp.store import removals as owed_rows
from webapp.store.models import Company
from webapp.store.removals import Owed
from webapp.store.session import reading, system, transaction

STANDARD_TIME_TYPES = (
    "Regular Time",
    "Overtime",
    "Double Time",
    "Exempt",
    "Holiday",
    "PTO",
    "Salary",
    "Vacation",
)
CONNECT_WITHIN = timedelta(minutes=10)
HOOKS_AT_ONCE = 20
"""More projects than these get their hook from the worker, right after connecting."""
DIRECTORY_JOB = "webapp.jobs.sync.refresh_directory"
HOOKS_JOB = "webapp.jobs.connection.verify_hooks"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Connected:
    """`is_new` False: it was connected before, and nothing changed."""

    company_id: int
    procore_company_id: int
    name: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Known:
    """One company as `companies list` tells it."""

    company_id: int
    procore_company_id: int
    name: str
    state: str
    connected_at: datetime | None
    receive: bool
    send: bool


def connect(
    procore_company_id: int, name: str, by: str, receive: bool | None = None, send: bool | None = None
) -> Connected:
    """`by`: who asked, for the log. None leaves a new company's defaults: receive on, send off (R9). Raises
    InvalidInput, NeedsAttention (with what to do in Procore) or TryLater; then nothing is half-connected."""
    name = _checked(procore_company_id, name)
    now = wiring.clock().now()
    with system() as session:
        company = connections.known(session, procore_company_id, name, now)
        is_new = company.state == "disconnected"
        if is_new and not connections.claim(
            session, company.id, secrets.token_hex(8), now, now + CONNECT_WITHIN
        ):
            raise Conflict("The company is being connected just now. Reload this page in a minute.")
    if not is_new:
        named = {"receive": receive, "send": send}
        settings.change(company.id, {name: value for name, value in named.items() if value is not None})
        if company.state == "paused":
            sync.probe(company.id)
        verify_hooks(company.id)
        queueing.call(wiring.config().redis_url, HOOKS_JOB, company.id, seconds=5)
        return Connected(company.id, procore_company_id, company.name, is_new=False)
    try:
        _connect(company, name, receive, send)
    finally:
        with system() as session:
            connections.release(session, company.id)
    log.info("connected", company_id=company.id, procore_company_id=procore_company_id, by=by)
    _wake(company.id)
    return Connected(company.id, procore_company_id, name, is_new=True)


def disconnect(company_id: int, by: str) -> None:
    """Work stops and all connection data is erased at once; Procore is told now, or later if it does not answer."""
    now = wiring.clock().now()
    with transaction(company_id) as session:
        company = connections.by_id(session, company_id)
        owed: list[Owed] = [
            {"hook": hook.procore_hook_id, "project": hook.procore_project_id}
            for hook in hooks.listed(session)
        ]
        owed += [{"user": user_id} for user_id in connections.members_of(session)]
        connections.erase(session, company)
        _reset(company)
        removal_id = owed_rows.owe(session, company.procore_company_id, owed, now) if owed else None
    log.info("disconnected", company_id=company_id, procore_company_id=company.procore_company_id, by=by)
    if removal_id is not None:
        removals.settle_soon(removal_id, len(owed), now)


def verify_hooks(company_id: int) -> int:
    """Every permitted project, or the company, has its hook, and no secret grows old. How many hooks were made."""
    with system(is_readonly=True) as session:
        company = connections.by_id(session, company_id)
    if company.state != "connected":
        return 0
    places = hook_places(company)
    made = hook_setup.make_missing(company_id, company.procore_company_id, places)
    hook_setup.rotate_old_secrets(company_id, company.procore_company_id, places)
    return made


def hook_places(company: Company) -> list[int | None]:
    """Where a hook of ours belongs: the company (None), or every project that is permitted to the app. Which these are
    is asked in any case: a project that was withdrawn and given back has to be caught up with (R8)."""
    projects = wiring.service_account(company.procore_company_id).permitted_projects()
    permitted = [project.id for project in projects]
    at = wiring.procore_for(company.procore_company_id).server_time()
    directory.notice(company.id, permitted, at)
    return list(permitted) if company.hook_scope == "project" else [None]


def procore_id_to_id(procore_company_id: int) -> int:
    """Raises NotFound for a company that was never here."""
    with system(is_readonly=True) as session:
        company = connections.by_procore_id(session, procore_company_id)
    if company is None:
        raise NotFound(f"There is no company {procore_company_id} here.")
    return company.id


def every_company() -> list[Known]:
    with system(is_readonly=True) as session:
        return [
            Known(c.id, c.procore_company_id, c.name, c.state, c.connected_at, c.receive, c.send)
            for c in connections.all_companies(session)
        ]


def _checked(procore_company_id: int, name: str) -> str:
    name = " ".join(name.split())[:200]
    fields = {}
    if not 0 < procore_company_id < 2**63:
        fields["procore_company_id"] = ["Enter the number that Procore shows in its address, digits only."]
    if not name:
        fields["name"] = ["Enter the company's name."]
    if fields:
        raise InvalidInput("Please check what you entered.", fields)
    return name


def _connect(company: Company, name: str, receive: bool | None, send: bool | None) -> None:
    found = inspection.of(company.procore_company_id)
    found.raise_for_missing()
    project_ids = [project.id for project in found.projects]
    directory.learn_own_user(company.id, company.procore_company_id)
    scope = hook_setup.scope_offered(company.procore_company_id, project_ids)
    since = wiring.procore_for(company.procore_company_id).server_time()
    with reading(company.id) as session:
        entered_before = connections.last_timesheet(session)
    wanted: list[int | None] = [None] if scope == "company" else list(project_ids[:HOOKS_AT_ONCE])
    try:
        for project_id in wanted:
            hook_setup.make(company.id, company.procore_company_id, project_id)
        _finish(company.id, name, scope, since, entered_before, receive, send)
    except BaseException:
        _take_back(company)
        raise


def _finish(
    company_id: int,
    name: str,
    scope: str,
    since: datetime,
    entered_before: int,
    receive: bool | None,
    send: bool | None,
) -> None:
    """`since`, `entered_before`: Procore's clock and our last timesheet before the hooks were made; what was created
    later is replicated (R6)."""
    now = wiring.clock().now()
    with transaction(company_id) as session:
        company = connections.by_id(session, company_id)
        company.name, company.state, company.hook_scope = name, "connected", scope
        company.connected_at = company.updated_cursor = company.deleted_cursor = since
        company.entered_before = entered_before
        company.paused_reason = company.probe_at = None
        company.receive = True if receive is None else receive
        company.send = False if send is None else send
        connections.fill_template(session, STANDARD_TIME_TYPES, now)
        owed_rows.forget(session, company.procore_company_id)


def _take_back(company: Company) -> None:
    """Whatever was made at Procore goes again, now or later; here nothing stays."""
    now = wiring.clock().now()
    with transaction(company.id) as session:
        made = hooks.listed(session)
        owed: list[Owed] = [
            {"hook": hook.procore_hook_id, "project": hook.procore_project_id} for hook in made
        ]
        hooks.drop(session, [hook.id for hook in made])
        removal_id = owed_rows.owe(session, company.procore_company_id, owed, now) if owed else None
    if removal_id is not None:
        removals.settle_soon(removal_id, len(owed), now)


def _reset(company: Company) -> None:
    """As before it was ever connected; the token of the lease grows, so a worker's next commit is refused."""
    company.state, company.hook_scope, company.paused_reason = "disconnected", None, None
    company.connected_at = company.updated_cursor = company.deleted_cursor = None
    company.entered_before = 0
    company.swept_at = company.directory_read_at = company.probe_at = None
    company.receive, company.receives_since, company.send = True, None, False
    company.receive_only_linked = company.send_only_linked = company.receive_project_per_sub_job = False
    company.conflict_rule = "default"
    company.night_check_at = company.silent_since = None
    company.lease_owner = company.lease_until = None
    company.lease_token += 1


def _wake(company_id: int) -> None:
    url = wiring.config().redis_url
    queueing.call(url, DIRECTORY_JOB, company_id, seconds=5)
    queueing.call(url, HOOKS_JOB, company_id, seconds=5)
    queueing.wake(url, company_id)
