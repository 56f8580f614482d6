"""Looks after our hooks at Procore, each hour: still there, still ours, still telling all (R4, R31e).

What Procore gave up delivering is made good (services.undelivered).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import structlog

from webapp import wiring
from webapp.domain.credentials import Priority
from webapp.services import connection, hook_setup, undelivered
from webapp.services.hook_setup import MOST_REFUSED, NAMESPACE, REFUSALS, UNSEEN, VERBS
from webapp.services.undelivered import Look
from webapp.store import connections, hooks
from webapp.store.hooks import HookRow
from webapp.store.models import Company
from webapp.store.session import reading, system, transaction

HOOKS_AT_ONCE = 100
"""Of more hooks, those that were looked at longest ago: each costs four calls."""

GONE = "Procore no longer had the webhook; it was made again."
DISABLED = "Procore had switched the webhook off; it was made again."
MOVED = "The webhook at Procore pointed to another address; it was set right."
UNSIGNED = "The webhook at Procore had lost its secret; it has a new one."
NO_TRIGGERS = "The webhook at Procore did not tell everything; its triggers were made again."
DOUBLED = "Procore had a second webhook of ours; it was removed."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cared:
    """Hooks made because they were missing, and those at which something was wrong."""

    made: int
    findings: int


def look_after(company_id: int) -> Cared:
    """Every hook of a connected company. Errors of Procore about all of it pass through; the rest is done next time.
    Secrets are renewed last: nothing else has to wait for that."""
    with system(is_readonly=True) as session:
        company = connections.by_id(session, company_id)
    if company.state != "connected":
        return Cared(0, 0)
    places = connection.hook_places(company)
    with reading(company_id) as session:
        known = [h for h in hooks.listed(session) if h.is_complete and h.procore_project_id in set(places)]
    made = hook_setup.make_missing(company_id, company.procore_company_id, places)
    disabled = _disabled(company)
    looks = _looks(company, known[:HOOKS_AT_ONCE], disabled)
    undelivered.make_good(company, [look for look in looks if look.first is not None])
    hook_setup.rotate_old_secrets(company_id, company.procore_company_id, places)
    return Cared(made, sum(look.finding is not None for look in looks))


def findings(company_id: int) -> list[HookRow]:
    """Hooks with something that was wrong of late, or that cannot be delivered to now."""
    with reading(company_id) as session:
        return [hook for hook in hooks.listed(session) if hook.finding or hook.failing]


def _looks(company: Company, known: Sequence[HookRow], disabled: Collection[int | None]) -> list[Look]:
    """Ends when Procore has refused a few: it would refuse them all, and counts that against us."""
    looks: list[Look] = []
    for hook in known:
        looks.append(_look_after(company, hook, disabled))
        if sum(look.finding == UNSEEN for look in looks) >= MOST_REFUSED:
            break
    return looks


def _look_after(company: Company, hook: HookRow, disabled: Collection[int | None]) -> Look:
    try:
        finding = _mend(company, hook, hook.procore_project_id in disabled)
        look = Look(hook.id) if finding in (GONE, DISABLED) else undelivered.look(company, hook)
        if look.is_unauthorized:
            hook_setup.renew_secret(company.id, company.procore_company_id, hook)
    except REFUSALS as error:
        log.warning("hook_unseen", company_id=company.id, hook_id=hook.id, error=str(error))
        look, finding = Look(hook.id), UNSEEN
    finding = look.finding or finding
    at, now = wiring.procore_for(company.procore_company_id).server_time(), wiring.clock().now()
    with transaction(company.id) as session:
        hooks.verified(session, hook.id, at, look.failing, finding, now)
    if finding is not None:
        log.warning("hook_finding", company_id=company.id, hook_id=hook.id, finding=finding)
    return replace(look, finding=finding)


# ---- is it there, and as we made it ------------------------------------------------------------------


def _disabled(company: Company) -> frozenset[int | None]:
    """Not every Procore tells it; then nothing is known."""
    at_procore = wiring.hooks_at_procore(company.procore_company_id, Priority.BACKGROUND)
    try:
        return at_procore.disabled(NAMESPACE, wiring.config().webhook_url)
    except REFUSALS:
        return frozenset()


def _mend(company: Company, hook: HookRow, is_disabled: bool) -> str | None:
    at_procore, url = (
        wiring.hooks_at_procore(company.procore_company_id, Priority.BACKGROUND),
        wiring.config().webhook_url,
    )
    place, finding = hook.procore_project_id, None
    listed = at_procore.named(NAMESPACE, place)
    for double in listed:
        if double.id != hook.procore_hook_id and double.destination_url == url:
            at_procore.delete(double.id, place)
            finding = DOUBLED
    theirs = next((each for each in listed if each.id == hook.procore_hook_id), None)
    if theirs is None or is_disabled:
        return _make_again(company, hook, GONE if theirs is None else DISABLED)
    if theirs.destination_url != url:
        hook_setup.renew_secret(company.id, company.procore_company_id, hook, url)
        finding = MOVED
    elif not theirs.has_authorization:
        hook_setup.renew_secret(company.id, company.procore_company_id, hook)
        finding = UNSIGNED
    if VERBS - at_procore.triggers(theirs.id, place):
        at_procore.set_triggers(theirs.id, place)
        finding = NO_TRIGGERS
    return finding


def _make_again(company: Company, hook: HookRow, why: str) -> str | None:
    """What changed since it went is found by the sweep, which reads on from where it was."""
    with transaction(company.id) as session:
        is_ours = hooks.lost(session, hook.id, hook.procore_hook_id, wiring.clock().now())
    if not is_ours:
        return None
    hook_setup.make(company.id, company.procore_company_id, hook.procore_project_id)
    return why
