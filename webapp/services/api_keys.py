"""API keys: of one company, with a role and an end. The key itself is told once; its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from webapp import wiring
from webapp.errors import AppError, InvalidInput, NotFound
from webapp.services.text import line
from webapp.store import api_keys, connections
from webapp.store.models import ApiKey, Company
from webapp.store.session import system, transaction

Role = Literal["read", "write", "admin"]
ROLES: tuple[Role, ...] = ("read", "write", "admin")
DEFAULT_DAYS, LONGEST_DAYS = 365, 3650
PREFIX = "tsk_"
LOOKED_AT_EVERY = timedelta(minutes=5)


class KeyRefused(AppError):
    """No key, one that is not known, or one that has ended."""

    status = 401
    title = "The API key is not accepted"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API: the key's company, label and role."""

    company_id: int
    key_id: int
    label: str
    role: Role

    def may(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class KeyView:
    id: int
    procore_company_id: int
    label: str
    role: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


def create(procore_company_id: int, label: str, role: str = "admin", days: int = DEFAULT_DAYS) -> str:
    """The key, told this once. Raises NotFound for a company that is not connected."""
    if role not in ROLES:
        raise InvalidInput(f"A role is one of {', '.join(ROLES)}.", {"role": ["read, write or admin"]})
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"A key lives from 1 to {LONGEST_DAYS} days.", {"days": [f"1 to {LONGEST_DAYS}"]})
    label = line("label", label, 100)
    now = wiring.clock().now()
    company = _company(procore_company_id)
    if company is None or company.state == "disconnected":
        raise NotFound(f"Company {procore_company_id} is not connected.")
    key = PREFIX + secrets.token_urlsafe(32)
    with transaction(company.id) as session:
        row = ApiKey(
            label=label, role=role, key_hash=_hash(key), created_at=now, expires_at=now + timedelta(days=days)
        )
        api_keys.add(session, row)
    return key


def every() -> list[KeyView]:
    with system(is_readonly=True) as session:
        return [_view(key, company) for key, company in api_keys.all_of_all(session)]


def revoke(key_id: int) -> None:
    with system() as session:
        if not api_keys.revoke(session, key_id, wiring.clock().now()):
            raise NotFound(f"There is no API key {key_id}.")


def caller(key: str) -> Caller:
    """Whose key this is. Raises KeyRefused when it is unknown, over, revoked, or its company disconnected."""
    now = wiring.clock().now()
    with system(is_readonly=True) as session:
        found = api_keys.by_hash(session, _hash(key))
    if found is None:
        raise KeyRefused("This API key is not known.")
    row, company = found
    if row.revoked_at is not None or row.expires_at <= now:
        raise KeyRefused("This API key has ended. Ask an administrator for a new one.")
    if company.state == "disconnected":
        raise KeyRefused("The company of this API key is disconnected.")
    if row.used_at is None or now - row.used_at > LOOKED_AT_EVERY:
        with transaction(row.company_id) as session:
            api_keys.used(session, row.id, now)
    return Caller(row.company_id, row.id, row.label, row.role)  # type: ignore[arg-type]  # one of ROLES


def _company(procore_company_id: int) -> Company | None:
    with system(is_readonly=True) as session:
        return connections.by_procore_id(session, procore_company_id)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _view(key: ApiKey, company: Company) -> KeyView:
    return KeyView(
        key.id,
        company.procore_company_id,
        key.label,
        key.role,
        key.created_at,
        key.expires_at,
        key.revoked_at,
        key.used_at,
    )
