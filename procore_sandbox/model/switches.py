"""Where Procore's public material is silent or contradicts itself: one switch each, default as it says."""

from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Switches:
    """How this Procore behaves. Change one with `World.set_switches(name=value)`."""

    timecard_triggers: str = "project"
    """Level at which hooks may carry `Timecard Entries`: "project" or "company"."""

    rounding_rule: str = "nearest"
    """Rounding of time_in and time_out in start-and-stop projects: "none", "nearest", "up" or "down"."""

    rounding_minutes: int = 15
    """Step of that rounding, in minutes."""

    approved_refuse_edits: bool = True
    """Approved and completed cards refuse edits and deletion (422) until their status is lowered."""

    origin_id_locks_people_out: bool = False
    """Cards that carry an origin_id refuse edits by people in Procore, as records of ERP integrations do."""

    origin_id_unique: bool = False
    """A second live card of the company with the same origin_id is refused (422)."""

    shuffle_bulk_rows: bool = False
    """Company bulk create answers its rows in random order."""

    partial_bulk: bool = False
    """Company bulk create keeps the valid rows and leaves the others out; off: all or nothing (422)."""

    bulk_limit: int = 0
    """Most rows a company bulk create takes (413 above); 0: no limit."""

    bulk_hours_integer: bool = False
    """Company bulk create cuts the fraction off `hours`, as its integer type suggests."""

    overtime_after_hours: int = 8
    """Hours a day after which a card with set_timecard_time_type_automatically is split; 0: never."""

    time_entry_kind_enforced: bool = True
    """Start-and-stop projects refuse cards without times; total-hours projects drop times that are sent."""

    list_lag_seconds: float = 0.0
    """Lists show the state of this many seconds ago."""

    deleted_cards_shown: bool = False
    """A deleted card is still shown by id; off: 404."""

    updated_list_has_deleted: bool = False
    """filters[updated_at] also lists deleted cards; off: only filters[deleted_at] does."""

    updated_bounds_inclusive: bool = True
    """Both ends of an updated_at or deleted_at range belong to it."""

    list_window_days: int = 0
    """Company card list without dates: only cards of the last so many days; 0: all."""

    default_page_size: int = 100
    """Rows of a page when per_page is not sent."""

    company_header_enforced: bool = True
    """A call without Procore-Company-Id is refused (400)."""

    unknown_fields: str = "refuse"
    """A field that the contract does not name: "refuse" (406) or "ignore"."""

    unpermitted_project_status: int = 404
    """Answer to the service account about a project outside its permitted ones: 404 or 403."""

    configuration_needs_admin: bool = False
    """company_configuration needs Admin on the company's Admin tool."""

    rate_limit_on: bool = True
    """Count calls and answer 429 when a window is exhausted."""

    hourly_limit: int = 3600
    """Calls in 60 minutes."""

    spike_limit: int = 100
    """Calls in 10 seconds."""

    rate_limit_by: str = "app_company"
    """What calls are counted by: "app", "app_company" or "app_company_user"."""

    callback_in_fragment: bool = False
    """The code comes back in the hash fragment of the redirect; off: in its query."""

    idempotency_token_honoured: bool = False
    """A repeated POST with the same Idempotency-Token gets the first answer again and does nothing."""

    one_event_per_bulk_row: bool = True
    """Bulk writes fire an event for each card; off: none at all."""

    hook_version_style: str = "short"
    """Names of payload versions on v1.0 hooks: "short" (v2) or "long" (v2.0)."""

    application_id_in_events: bool = True
    """source_application_id is the client id on the app's own writes; off: always null."""


def changed(switches: Switches, values: dict[str, Any]) -> Switches:
    """Switches with `values` applied; ValueError for an unknown name or a value of another type."""
    kinds = {field.name: type(getattr(switches, field.name)) for field in fields(switches)}
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"there is no switch {name!r}")
        fits = isinstance(value, kinds[name]) and (kinds[name] is bool or not isinstance(value, bool))
        if kinds[name] is float and isinstance(value, int) and not isinstance(value, bool):
            fits = True
        if not fits:
            raise ValueError(f"{name} takes a {kinds[name].__name__}")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(map(str, CHOICES[name]))}")
    return replace(switches, **values)


CHOICES: dict[str, tuple[Any, ...]] = {
    "timecard_triggers": ("project", "company"),
    "rounding_rule": ("none", "nearest", "up", "down"),
    "unknown_fields": ("refuse", "ignore"),
    "unpermitted_project_status": (404, 403),
    "rate_limit_by": ("app", "app_company", "app_company_user"),
    "hook_version_style": ("short", "long"),
}
