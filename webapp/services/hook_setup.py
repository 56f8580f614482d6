"""Webhooks at Procore: made once each, at the level that Procore offers, each with a secret of its own (R4)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from webapp import wiring
from webapp.errors import (
    NeedsAttention,
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    ProcoreUnavailable,
    UnreadableAnswer,
)
from webapp.services.inbox import secret_hash
from webapp.store import hooks
from webapp.store.hooks import HookRow
from webapp.store.removals import Owed
from webapp.store.session import reading, transaction

NAMESPACE = "timesite-for-procore"
"""One for the app, everywhere. Which hook is ours, the address tells."""
ROTATED_AFTER = timedelta(days=90)
OLD_SECRET_LASTS = timedelta(hours=13)
"""An hour longer than Procore tries to deliver an event."""
VERBS = frozenset({"create", "update", "delete"})
REFUSALS = (PermissionMissing, NotFound, ProcoreRefused, UnreadableAnswer)
"""What Procore answers about one hook. Anything else concerns the company, and passes through."""
MOST_REFUSED = 2
"""Then it would refuse them all, and counts that against us (R8)."""
UNSEEN = "Procore does not let the app see, make or mend its webhook."
NEVER = datetime.min.replace(tzinfo=UTC)

T = TypeVar("T")

log = structlog.get_logger(__name__)


class NoTriggers(NeedsAttention):
    """Procore tells nobody about time cards there."""

    title = "Procore offers no webhooks for time cards"

    def __init__(self) -> None:
        super().__init__(
            "Procore offers this company no webhooks for time cards, neither for the company nor for a project. Ask "
            "Procore's support to switch on webhooks for Timecard Entries."
        )


def scope_offered(procore_company_id: int, project_ids: list[int]) -> str:
    """ "company" or "project": asked, not assumed. Raises NoTriggers."""
    at_procore = wiring.hooks_at_procore(procore_company_id)
    if at_procore.offered(None) >= VERBS:
        return "company"
    if not project_ids or at_procore.offered(project_ids[0]) >= VERBS:
        return "project"
    raise NoTriggers


def make(company_id: int, procore_company_id: int, project_id: int | None) -> int | None:
    """One hook with its triggers; our row's id. None when it is there already or in the making, or when the company is
    disconnected meanwhile. `project_id` None: the company's. A failure leaves the row, unfinished, and whatever Procore
    made is found by address."""
    at_procore, url = wiring.hooks_at_procore(procore_company_id), wiring.config().webhook_url
    authorization = _new_secret()
    now = wiring.clock().now()
    with transaction(company_id) as session:
        hook_id = hooks.begin(session, NAMESPACE, project_id, secret_hash(authorization), now)
    if hook_id is None:
        return None
    remove_at_our_address(
        procore_company_id, project_id
    )  # of an attempt whose answer was lost: secret unknown
    try:
        procore_hook_id = at_procore.create(NAMESPACE, url, authorization, project_id).id
    except ProcoreUnavailable as error:
        found = _at_our_address(procore_company_id, project_id) if error.is_effect_unknown else []
        if not found:
            raise
        procore_hook_id = found[0]
    with transaction(company_id) as session:
        is_wanted = hooks.made(session, hook_id, procore_hook_id)
    if not is_wanted:
        at_procore.delete(procore_hook_id, project_id)
        return None
    at_procore.set_triggers(procore_hook_id, project_id)
    with transaction(company_id) as session:
        hooks.complete(session, hook_id)
    log.info("hook_made", company_id=company_id, hook_id=procore_hook_id, project_id=project_id)
    return hook_id


def make_missing(company_id: int, procore_company_id: int, places: Sequence[int | None]) -> int:
    """Of the hooks that belong in these places. How many were made. First those that were never tried, then those that
    were tried longest ago."""
    with reading(company_id) as session:
        known = hooks.listed(session)
    complete = {hook.procore_project_id for hook in known if hook.is_complete}
    tried = {hook.procore_project_id: hook.created_at for hook in known}
    missing = [place for place in places if place not in complete]
    missing.sort(key=lambda place: tried.get(place, NEVER))
    made = _each(company_id, missing, lambda place: make(company_id, procore_company_id, place))
    return sum(hook_id is not None for hook_id in made)


def rotate_old_secrets(company_id: int, procore_company_id: int, places: Sequence[int | None]) -> int:
    """Hooks in these places whose secret is 90 days old get another; the old one stays valid for 13 h (R4). How
    many."""
    now = wiring.clock().now()
    with reading(company_id) as session:
        found = hooks.with_old_secrets(session, now - ROTATED_AFTER)
    old = {hook.procore_project_id: hook for hook in found if hook.procore_project_id in places}
    return len(_each(company_id, old, lambda place: renew_secret(company_id, procore_company_id, old[place])))


def _each(company_id: int, places: Iterable[int | None], act: Callable[[int | None], T]) -> list[T]:
    """What came of it in each place. One that Procore refuses is told and costs only itself (D9), until it has refused
    a few."""
    done: list[T] = []
    refused = 0
    for place in places:
        try:
            done.append(act(place))
        except REFUSALS as error:
            log.warning("hook_unseen", company_id=company_id, project_id=place, error=str(error))
            with transaction(company_id) as session:
                hooks.refused(session, place, UNSEEN, wiring.clock().now())
            refused += 1
        if refused >= MOST_REFUSED:
            break
    return done


def renew_secret(company_id: int, procore_company_id: int, hook: HookRow, url: str | None = None) -> None:
    """Both secrets are valid until Procore has confirmed the new one, and the old one 13 h more. `url`: the address is
    set, too."""
    authorization, now = _new_secret(), wiring.clock().now()
    with transaction(company_id) as session:
        until = now + OLD_SECRET_LASTS
        secret_id = hooks.add_secret(session, hook.id, secret_hash(authorization), now, until)
    at_procore = wiring.hooks_at_procore(procore_company_id)
    if hook.procore_hook_id is not None and url is not None:
        at_procore.point_to(hook.procore_hook_id, url, authorization, hook.procore_project_id)
    elif hook.procore_hook_id is not None:
        at_procore.set_authorization(hook.procore_hook_id, authorization, hook.procore_project_id)
    with transaction(company_id) as session:
        hooks.secret_in_use(session, hook.id, secret_id, now + OLD_SECRET_LASTS)


def remove_at_our_address(procore_company_id: int, project_id: int | None) -> None:
    for hook_id in _at_our_address(procore_company_id, project_id):
        wiring.hooks_at_procore(procore_company_id).delete(hook_id, project_id)


def remove(procore_company_id: int, owed: Owed) -> None:
    """One hook that is owed: by its id, or by our address where its id was never learnt."""
    hook_id, project_id = owed.get("hook"), owed.get("project")
    if hook_id is None:
        remove_at_our_address(procore_company_id, project_id)
    else:
        wiring.hooks_at_procore(procore_company_id).delete(hook_id, project_id)


def _new_secret() -> str:
    return f"Bearer {secrets.token_urlsafe(32)}"


def _at_our_address(procore_company_id: int, project_id: int | None) -> list[str]:
    found = wiring.hooks_at_procore(procore_company_id).named(NAMESPACE, project_id)
    return [hook.id for hook in found if hook.destination_url == wiring.config().webhook_url]
