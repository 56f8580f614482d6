"""Our hooks at Procore and their secrets: a row before Procore is asked, one secret each, hashed (R4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update

from webapp.store import connections
from webapp.store.models import Company, Hook, HookSecret
from webapp.store.session import StoreSession

MAKING = timedelta(minutes=3)
"""So long a hook may be in the making before somebody else begins it anew."""
FINDING_STAYS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HookRow:
    """`verified_at`, `discarded_until`: by Procore's clock; `finding`: what was last wrong, or mended."""

    id: int
    procore_hook_id: str | None
    procore_project_id: int | None
    is_complete: bool
    created_at: datetime
    verified_at: datetime | None = None
    discarded_until: datetime | None = None
    failing: int = 0
    finding: str | None = None
    found_at: datetime | None = None


def listed(session: StoreSession) -> list[HookRow]:
    """Of the session's company; those that were verified longest ago first."""
    return _rows(session, select(Hook).order_by(Hook.verified_at.is_not(None), Hook.verified_at, Hook.id))


def _rows(session: StoreSession, query: Select[Hook]) -> list[HookRow]:
    return [
        HookRow(
            h.id, h.procore_hook_id, h.procore_project_id, h.is_complete, h.created_at, h.verified_at,
            h.discarded_until, h.failing, h.finding, h.found_at,
        )
        for h in session.scalars(query)
    ]  # fmt: skip


def begin(
    session: StoreSession, namespace: str, procore_project_id: int | None, secret_hash: str, now: datetime
) -> int | None:
    """The row with its secret's hash, before Procore is asked to make the hook (R4). None when it is there already,
    somebody else is making it, or the company was disconnected meanwhile. One that was left unfinished is begun
    anew."""
    company = session.scalars(select(Company).where(Company.id == session.company_id).with_for_update()).one()
    if company.state == "disconnected" and not connections.is_connecting(company):
        return None
    hook = session.scalars(select(Hook).where(Hook.procore_project_id == procore_project_id)).first()
    if hook is not None and (hook.is_complete or hook.created_at > now - MAKING):
        return None
    if hook is None:
        hook = Hook(
            namespace=namespace, procore_project_id=procore_project_id, is_complete=False, created_at=now
        )
        session.add(hook)
    hook.created_at, hook.procore_hook_id = now, None
    session.flush()
    session.execute(delete(HookSecret).where(HookSecret.hook_id == hook.id))
    session.add(HookSecret(hook_id=hook.id, secret_hash=secret_hash, created_at=now))
    return hook.id


def made(session: StoreSession, hook_id: int, procore_hook_id: str) -> bool:
    """False when a disconnect has erased its row: it did not know yet what to remove at Procore."""
    hook = session.get(Hook, hook_id)
    if hook is None:
        return False
    hook.procore_hook_id = procore_hook_id
    return True


def complete(session: StoreSession, hook_id: int) -> None:
    hook = session.get(Hook, hook_id)
    if hook is not None:
        hook.is_complete = True


def lost(session: StoreSession, hook_id: int, procore_hook_id: str | None, now: datetime) -> bool:
    """It is not at Procore any more: it may be begun anew at once. False when somebody else has seen to it."""
    hook = session.scalars(select(Hook).where(Hook.id == hook_id).with_for_update()).one_or_none()
    if hook is None or not hook.is_complete or hook.procore_hook_id != procore_hook_id:
        return False
    hook.is_complete, hook.created_at = False, now - MAKING
    return True


def verified(
    session: StoreSession, hook_id: int, at: datetime, failing: int, finding: str | None, now: datetime
) -> None:
    """`at`: Procore's clock. A finding stays to be read for a day after all is well again."""
    hook = session.get(Hook, hook_id)
    if hook is None:
        return
    hook.verified_at, hook.failing = at, failing
    if finding is not None:
        hook.finding, hook.found_at = finding[:200], now
    elif hook.found_at is not None and hook.found_at <= now - FINDING_STAYS:
        hook.finding = hook.found_at = None


def refused(session: StoreSession, procore_project_id: int | None, finding: str, now: datetime) -> None:
    """Procore did not let it be made, or get another secret."""
    hook = session.scalars(select(Hook).where(Hook.procore_project_id == procore_project_id)).first()
    if hook is not None:
        hook.finding, hook.found_at = finding[:200], now


def made_good(session: StoreSession, hook_id: int, until: datetime) -> None:
    """What Procore discarded up to this event was looked for."""
    hook = session.get(Hook, hook_id)
    if hook is not None:
        hook.discarded_until = max(until, hook.discarded_until or until)


def with_old_secrets(session: StoreSession, older_than: datetime) -> list[HookRow]:
    """Complete hooks whose secret was made before that; those first that were given another longest ago, whether or
    not Procore took it."""
    given = select(func.max(HookSecret.created_at)).where(HookSecret.hook_id == Hook.id)
    in_use = given.where(HookSecret.valid_until.is_(None)).scalar_subquery()
    old = select(Hook).where(Hook.is_complete, in_use < older_than)
    return _rows(session, old.order_by(given.scalar_subquery(), Hook.id))


def add_secret(session: StoreSession, hook_id: int, secret_hash: str, now: datetime, until: datetime) -> int:
    """Beside the present one and good until then, should Procore's answer be lost. Secrets that ran out go."""
    session.execute(delete(HookSecret).where(HookSecret.hook_id == hook_id, HookSecret.valid_until < now))
    secret = HookSecret(hook_id=hook_id, secret_hash=secret_hash, created_at=now, valid_until=until)
    session.add(secret)
    session.flush()
    return secret.id


def secret_in_use(session: StoreSession, hook_id: int, secret_id: int, old_until: datetime) -> None:
    """Procore sends the new one; events under way still carry the old one."""
    session.execute(
        update(HookSecret)
        .where(HookSecret.hook_id == hook_id, HookSecret.id != secret_id)
        .values(valid_until=old_until)
        .execution_options(synchronize_session=False)
    )
    session.get_one(HookSecret, secret_id).valid_until = None


def drop(session: StoreSession, hook_ids: Iterable[int]) -> None:
    wanted = list(hook_ids)
    session.execute(delete(HookSecret).where(HookSecret.hook_id.in_(wanted)))
    session.execute(delete(Hook).where(Hook.id.in_(wanted)))
