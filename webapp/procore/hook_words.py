"""What both versions of Procore's webhook API have in common: our hooks, their deliveries, and the words for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from webapp.errors import ProcoreRefused
from webapp.procore.history import time_of

RESOURCE = "Timecard Entries"
VERBS = frozenset({"create", "update", "delete"})
DELIVERIES_PER_PAGE = 100
HOOKS_PER_PAGE = 100

Undelivered = Literal["failing", "discarded"]


@dataclass(frozen=True, slots=True)
class TheirHook:
    """A hook as Procore lists it. `id`: digits in v1.0, any text in v2.0. `project_id` None: the company's;
    `has_authorization` False: it sends none."""

    id: str
    namespace: str | None
    destination_url: str | None
    project_id: int | None
    has_authorization: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to deliver an event to us. `outcome`: ok, retried, failed, discarded, or what Procore invents next.
    `happened_at`: when the record changed; `started_at`: when the try began."""

    event_id: str | None
    resource_id: int | None
    event_type: str | None
    outcome: str | None
    started_at: datetime | None
    response_status: int | None
    happened_at: datetime | None = None


def verbs_offered(rows: Sequence[Any]) -> frozenset[str]:
    """Which of create, update, delete these rows offer for time cards."""
    offers = [_verbs(row) for row in rows if isinstance(row, dict) and _is_timecards(row)]
    return frozenset().union(*offers)


def verbs_of(triggers: Sequence[Any]) -> frozenset[str]:
    """The verbs of a hook's triggers for time cards, in lower case."""
    return frozenset(
        str(row.get("event_type")).lower()
        for row in triggers
        if isinstance(row, dict) and _same(row.get("resource_name"), RESOURCE)
    )


def trigger_rows(verbs: frozenset[str]) -> list[dict[str, str]]:
    return [{"resource_name": RESOURCE, "event_type": verb} for verb in sorted(verbs)]


def has_authorization(row: dict[str, Any]) -> bool:
    headers = row.get("destination_headers")
    return not isinstance(headers, dict) or bool(headers.get("Authorization"))


def versioned(names: Sequence[str], send: Callable[[str], Any]) -> Any:
    """With the first name of a payload version that Procore takes."""
    for version in names[:-1]:
        try:
            return send(version)
        except ProcoreRefused as error:
            if "version" not in str(error):
                raise
    return send(names[-1])


def delivery_of(told: Any, event_id: object, outcome: str | None, tried: dict[str, Any]) -> Delivery:
    """`told`: the event's payload of any version; `tried`: when the try began and what came of it."""
    event: dict[str, Any] = told if isinstance(told, dict) else {}
    event_id = event.get("ulid") or event_id or event.get("id")
    return Delivery(
        event_id=None if event_id is None else str(event_id),
        resource_id=whole(event.get("resource_id")),
        event_type=event.get("event_type") or event.get("reason"),
        outcome=outcome,
        started_at=time_of(tried.get("started_at")),
        response_status=tried.get("response_status"),
        happened_at=time_of(event.get("timestamp")),
    )


def whole(value: object) -> int | None:
    """Ids are text in v2."""
    return int(value) if isinstance(value, (int, str)) and str(value).isdigit() else None


def _is_timecards(row: dict[str, Any]) -> bool:
    """The schema leaves the name out though triggers need one: it is `name` where seen."""
    return any(_same(row.get(key), RESOURCE) for key in ("name", "resource_name"))


def _verbs(row: dict[str, Any]) -> frozenset[str]:
    """A row names create, update and delete; `except` takes away; a verb that is there and empty is not offered. What
    an action of v2.0 looks like is not published: a word, or fields of which one is the word."""
    without = {str(verb).lower() for verb in row.get("except") or []}
    if isinstance(row.get("actions"), list):
        words = [word for action in row["actions"] for word in _words(action)]
        return VERBS & {word.lower() for word in words} - without
    return frozenset(verb for verb in VERBS - without if verb not in row or row[verb])


def _words(action: object) -> list[str]:
    return [str(each) for each in action.values()] if isinstance(action, dict) else [str(action)]


def _same(value: object, name: str) -> bool:
    return isinstance(value, str) and value.strip().casefold() == name.casefold()
