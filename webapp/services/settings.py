"""A company's sync settings, one by one: the screen and the API change them here (R5, R9, R11, R12, R18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from webapp import queueing, wiring
from webapp.errors import InvalidInput
from webapp.services.pauses import REFUSALS
from webapp.store import connections, holds, leases
from webapp.store import switches as rows
from webapp.store.models import Company
from webapp.store.session import StoreSession, reading, transaction
from webapp.sync.holds import before_switch

SWITCHES = ("receive", "receive_only_linked", "receive_project_per_sub_job", "send", "send_only_linked")
CONFLICT_RULES = ("default", "later", "procore", "timesite", "ask")
GUARD_LIMITS = {
    "guard_deletions": 1_000_000,
    "guard_deletions_percent": 100,
    "guard_changes": 1_000_000,
    "guard_changes_percent": 100,
}
"""What the mass-change guard lets through within an hour (D12), and the most that each may be."""
Direction = Literal["receive", "send"]
DIRECTIONS: tuple[Direction, ...] = ("receive", "send")
HELD_BY: dict[str, tuple[str, ...]] = {
    "receive": ("split_there",),
    "receive_only_linked": ("unlinked", "project", "projects_match", "moved_out"),
    "receive_project_per_sub_job": ("main_project", "sub_job"),
    "send_only_linked": ("unlinked_here", "project_here", "left_scope"),
    "conflict_rule": ("both_changed",),
}
"""What a setting, turned either way, makes worth another look: the rule that held it may be gone."""
Since = Literal["off", "now"]
"""What a direction that is switched on again takes along: all since it was off, or only what changes from now."""


@dataclass(frozen=True, slots=True)
class SyncSettings:
    receive: bool
    receive_only_linked: bool
    receive_project_per_sub_job: bool
    send: bool
    send_only_linked: bool
    conflict_rule: str
    guard_deletions: int
    guard_deletions_percent: int
    guard_changes: int
    guard_changes_percent: int

    def as_json(self) -> dict[str, bool | str | int]:
        return asdict(self)


def read(company_id: int) -> SyncSettings:
    with reading(company_id) as session:
        return _settings(connections.by_id(session, company_id))


def changes_while_off(company_id: int, direction: Direction) -> int:
    """How many records changed that this direction would have carried (R9)."""
    with reading(company_id) as session:
        return rows.count_suppressed(session, direction)


def change(company_id: int, wanted: Mapping[str, object], since: object = None) -> SyncSettings:
    """Only what is named changes. `since` says what a direction does that goes from off to on; None is "now". Raises
    InvalidInput by field, TryLater where receiving is to start from now and Procore does not tell its time; changes
    nothing then."""
    apply = changing(company_id, wanted, since)
    with transaction(company_id) as session:
        apply(session, wiring.clock().now())
        queueing.wake_after_commit(session, wiring.config().redis_url, company_id)
        return _settings(connections.by_id(session, company_id))


def changing(
    company_id: int, wanted: Mapping[str, object], since: object = None
) -> Callable[[StoreSession, datetime], None]:
    """What a change does in its transaction, for a dry run, too. Raises as `change`."""
    clean, since_when = _checked(wanted), _since(since)
    receives_since = _now_there(company_id) if clean.get("receive") is True and since_when == "now" else None

    def apply(session: StoreSession, now: datetime) -> None:
        company = connections.by_id(session, company_id)
        switched_on = [d for d in DIRECTIONS if clean.get(d) is True and not getattr(company, d)]
        turned = {name for name, value in clean.items() if value != getattr(company, name)}
        for name, value in clean.items():
            setattr(company, name, value)
        session.flush()
        if turned:
            leases.fence(session, company_id)
        for name in turned & HELD_BY.keys():
            holds.release_kinds(session, now, *HELD_BY[name])
        for direction in switched_on:
            if since_when == "off":
                rows.release_suppressed(session, direction, now)
            else:
                rows.accept_suppressed(session, direction, before_switch(direction), now)
                if direction == "receive" and receives_since is not None:
                    company.receives_since = receives_since

    return apply


def _now_there(company_id: int) -> datetime | None:
    """Procore's time, where receiving is about to go on: cards that nobody has looked at are told by it to be older. A
    refusal names it, too. None where nothing was received, or is already. Raises TryLater."""
    with reading(company_id) as session:
        company = connections.by_id(session, company_id)
    if company.receive or company.state == "disconnected":
        return None
    procore = wiring.procore_for(company.procore_company_id)
    with suppress(*REFUSALS):
        procore.time_types()
    return procore.server_time()


def _settings(company: Company) -> SyncSettings:
    return SyncSettings(
        **{name: getattr(company, name) for name in (*SWITCHES, *GUARD_LIMITS)},
        conflict_rule=company.conflict_rule,
    )


def _checked(wanted: Mapping[str, object]) -> dict[str, bool | str | int]:
    errors: dict[str, list[str]] = {}
    clean: dict[str, bool | str | int] = {}
    for name, value in wanted.items():
        is_switch = name in SWITCHES and isinstance(value, bool)
        is_limit = name in GUARD_LIMITS and isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, (bool, str, int)) and (
            is_switch
            or (name == "conflict_rule" and value in CONFLICT_RULES)
            or (is_limit and 0 <= int(value) <= GUARD_LIMITS[name])
        ):
            clean[name] = value
        else:
            errors[name] = [_expected(name)]
    if errors:
        raise InvalidInput("Please check the settings.", errors)
    return clean


def _expected(name: str) -> str:
    if name in SWITCHES:
        return "Must be true or false."
    if name == "conflict_rule":
        return f"Must be one of {', '.join(CONFLICT_RULES)}."
    if name in GUARD_LIMITS:
        return f"Must be a whole number from 0 to {GUARD_LIMITS[name]}."
    return "There is no such setting."


def _since(since: object) -> Since:
    if since is None or since == "now":
        return "now"
    if since == "off":
        return "off"
    raise InvalidInput("Please check the settings.", {"since": ['Must be "off" or "now".']})
