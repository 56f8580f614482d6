"""Who is looking, as Procore says: which company, which level, which projects (R2). Asked with the person's own token,
kept in `members`, asked again after 15 minutes and before every change of settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from webapp import wiring
from webapp.errors import (
    AppError,
    AppNotConnected,
    Forbidden,
    NeedsAttention,
    NotFound,
    PermissionMissing,
    SignInExpired,
)
from webapp.store import connections, members
from webapp.store.members import Standing
from webapp.store.models import Company, Member
from webapp.store.session import system

log = structlog.get_logger(__name__)

GOOD_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person in front of the screen, in one company. `user_id`: our user of that person, if there is one.
    `procore_project_ids`: the projects that Procore lists for them; administrators see all. `paused_reason`: why the
    company's sync waits as a whole."""

    company_id: int
    procore_company_id: int
    company_name: str
    is_connected: bool
    paused_reason: str | None
    procore_user_id: int
    login: str
    name: str
    is_admin: bool
    user_id: int | None
    procore_project_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class OtherCompany:
    procore_company_id: int
    name: str


class NotAMember(Forbidden):
    """Procore does not list the person in that company. Nothing of the company is told."""

    title = "You are not a member of that company"

    def __init__(self) -> None:
        super().__init__("Procore does not list you there. Open Timesite from a company that you belong to.")


class NotInstalled(AppNotConnected):
    """Procore lets nobody through this app into the company."""

    status = 403
    title = "Timesite is not installed in your company"

    def __init__(self, company_name: str) -> None:
        super().__init__(
            f"Procore says that the app is not installed in {company_name}. An administrator installs it in Procore "
            "under Company → Admin → App Management."
        )


class NotSetUp(NeedsAttention):
    """The person's company does not use the app yet, and they are not the one who can change that."""

    status = 403
    title = "Timesite is not set up for your company yet"

    def __init__(self, company_name: str) -> None:
        super().__init__(
            f"Ask an administrator of {company_name} to open Timesite and connect it under "
            "Settings → Data Sync → Procore."
        )


def viewer_for(procore_user_id: int, wanted: int | None, *, is_fresh: bool = False) -> Viewer:
    """`wanted`: the Procore company of the session or the address, a hint that Procore has to confirm. Raises
    NotAMember, NotSetUp, SignInExpired, AppNotConnected, TryLater."""
    now = wiring.clock().now()
    if wanted is not None and not is_fresh:
        known = _known(procore_user_id, wanted, now)
        if known is not None:
            return known
    return _asked(procore_user_id, wanted, now)


def others(procore_company_ids: Iterable[int], current: int) -> list[OtherCompany]:
    """The person's other companies that use the app."""
    with system(is_readonly=True) as session:
        found = members.companies_of(session, procore_company_ids)
    return [OtherCompany(c.procore_company_id, c.name) for c in found if c.procore_company_id != current]


def _known(procore_user_id: int, wanted: int, now: datetime) -> Viewer | None:
    with system(is_readonly=True) as session:
        company = members.company_of(session, wanted)
        member = members.member_of(session, company.id, procore_user_id) if company else None
    if company is None or member is None or now - member.asked_at > GOOD_FOR:
        return None
    return _viewer(company, member)


def _asked(procore_user_id: int, wanted: int | None, now: datetime) -> Viewer:
    person = wiring.person(procore_user_id)
    try:
        names = {company.id: company.name for company in person.companies()}
        company_id = _choose(names, wanted)
        is_admin = person.is_admin(company_id)
        me = person.in_company(company_id)
        standing = Standing(
            procore_user_id=procore_user_id,
            login=me.email or "",
            name=me.name,
            employee_number=me.employee_number,
            person_id=me.person_id,
            is_admin=is_admin,
            procore_project_ids=frozenset() if is_admin else person.project_ids(company_id),
        )
    except SignInExpired:
        _forget(procore_user_id, wanted)
        raise
    except NotAMember:
        _left(procore_user_id, wanted)
        raise
    except (PermissionMissing, NotFound) as error:
        _left(procore_user_id, wanted)
        raise NotAMember from error
    except AppNotConnected as error:
        _forget(procore_user_id, wanted)
        raise NotInstalled(names[company_id]) from error
    return _kept(company_id, names[company_id], standing, now)


def _forget(procore_user_id: int, procore_company_id: int | None) -> bool:
    with system() as session:
        return members.forget(session, procore_user_id, procore_company_id)


def _left(procore_user_id: int, procore_company_id: int | None) -> None:
    """Procore wants the tokens of people who left to be revoked; with their last company they are of no use."""
    if not _forget(procore_user_id, procore_company_id):
        return
    try:
        wiring.sign_out_person(procore_user_id)
    except AppError as error:
        log.warning("token_not_revoked", error=type(error).__name__)


def _choose(names: dict[int, str], wanted: int | None) -> int:
    if wanted is not None:
        if wanted not in names:
            raise NotAMember
        return wanted
    with system(is_readonly=True) as session:
        known = members.companies_of(session, names)
    if known:
        return known[0].procore_company_id
    if not names:
        raise NotAMember
    return next(iter(names))


def _kept(procore_company_id: int, name: str, standing: Standing, now: datetime) -> Viewer:
    """An administrator's first look makes the company's row; nobody else's does."""
    with system() as session:
        company = members.company_of(session, procore_company_id)
        if company is None:
            if not standing.is_admin:
                raise NotSetUp(name)
            company = connections.known(session, procore_company_id, name, now)
        return _viewer(company, members.keep(session, company, standing, now))


def _viewer(company: Company, member: Member) -> Viewer:
    return Viewer(
        company_id=company.id,
        procore_company_id=company.procore_company_id,
        company_name=company.name,
        is_connected=company.state != "disconnected",
        paused_reason=(company.paused_reason or "The sync is paused.") if company.state == "paused" else None,
        procore_user_id=member.procore_user_id,
        login=member.login,
        name=member.name,
        is_admin=member.is_admin,
        user_id=member.user_id,
        procore_project_ids=frozenset(member.procore_project_ids),
    )
