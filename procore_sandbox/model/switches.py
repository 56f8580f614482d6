"""Where Procore's public material is silent or contradicts itself: one switch each, default as it says."""

from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Switches:
    """How this Procore behaves. Change one with `World.set_switches(name=value)`."""

    list_window_days: int = 0
    """Company card list without dates: only cards of the last so many days; 0: all."""

    list_lag_seconds: float = 0.0
    """Lists show the state of this many seconds ago."""

    list_order: str = "id"
    """Order of the company card list: by "id", "newest" first, or "updated": the longest untouched first."""

    default_page_size: int = 100
    """Rows of a page when per_page is not sent."""

    biggest_page: int = 2000
    """Most rows of a page, whatever per_page asks for."""

    page_headers: str = "both"
    """How a list tells that it goes on: "both" Link and Total, "link", "total" or "none"."""

    pages_cut_early: bool = False
    """Company card list: pages are cut before cards that the caller may not see are left out, so they may be
    short or empty."""

    range_quotes: str = "any"
    """A range of times in a filter: "any", "needed" (in double quotes) or "refused" (without them)."""

    id_lists: str = "any"
    """Several ids in a filter: "any", "brackets" (name[]=1&name[]=2) or "json" (name=[1,2])."""

    unread_filters: str = "refuse"
    """A filter in a spelling that is not understood: "refuse" (400) or "ignore", as if it had not been sent."""

    updated_list_has_deleted: bool = False
    """filters[updated_at] also lists deleted cards; off: only filters[deleted_at] does."""

    updated_bounds_inclusive: bool = True
    """Both ends of an updated_at or deleted_at range belong to it."""

    updated_at_unmoved_by: str = "nothing"
    """What changes a card without moving its updated_at: "nothing", "approval", "signature", "sub_job" or
    "all"."""

    updated_at_cut_seconds: int = 0
    """updated_at and deleted_at are cut down to multiples of so many seconds: two changes may show the same
    time."""

    updated_at_skew_seconds: int = 0
    """updated_at and deleted_at are off by up to so many seconds either way, so that they may run backward."""

    deleted_cards_shown: bool = False
    """A deleted card is still shown by id; off: 404."""

    deleted_cards_restorable: bool = True
    """People may bring a deleted card back, under its id; off: 422."""

    restore_event: str = "update"
    """What hooks hear when a card is brought back: "update", "create" or "none"."""

    approved_refuse_edits: bool = True
    """Approved and completed cards refuse edits and deletion (422) until their status is lowered."""

    locked_status: int = 422
    """Status of that refusal: 422, 403 or 409."""

    locked_names_approval: bool = True
    """That refusal names the approval; off: it only says that the card cannot be edited."""

    duplicate_cards: str = "allow"
    """A second live card of the same person, day, project and codes: "allow" or "refuse" (422)."""

    origin_id_locks_people_out: bool = False
    """Cards that carry an origin_id refuse edits by people in Procore, as records of ERP integrations do."""

    origin_id_unique: bool = False
    """A second live card of the company with the same origin_id is refused (422)."""

    idempotency_token_honoured: bool = False
    """A repeated POST with the same Idempotency-Token gets the first answer again and does nothing."""

    trims_descriptions: bool = False
    """White space around a description is cut off when it is stored."""

    unknown_fields: str = "refuse"
    """A field that the contract does not name: "refuse" (406) or "ignore"."""

    approval_needs: str = "Admin"
    """Level on the Timecard tool that changing an approval status takes: "Admin" or "Standard"."""

    project_calls_reach: str = "all"
    """Whose cards people change by project-level calls: "all", or "own" unless they administer the company."""

    project_list_pending_only: bool = False
    """A project's card list shows pending cards only, as one guide calls it."""

    rounding_rule: str = "nearest"
    """Rounding of time_in and time_out in start-and-stop projects: "none", "nearest", "up" or "down"."""

    rounding_minutes: int = 15
    """Step of that rounding, in minutes."""

    hours_step_minutes: int = 0
    """Hours of total-hours cards are rounded to the nearest multiple of so many minutes; 0: kept."""

    default_lunch_minutes: int = 0
    """Lunch of a start-and-stop card that comes without one."""

    time_entry_kind_enforced: bool = True
    """Start-and-stop projects refuse cards without times; total-hours projects drop times that are sent."""

    overtime_after_hours: int = 8
    """Hours a day after which a card with set_timecard_time_type_automatically is split; 0: never."""

    overtime_split: str = "asked"
    """Which new cards are split: "asked", those with set_timecard_time_type_automatically, or "always"."""

    updates_split: bool = False
    """An update that raises the hours over the daily limit splits the card as a new one is split."""

    split_parts_listed: bool = True
    """The answer to a create, or to such an update, lists what a card was split into."""

    split_fires_events: bool = True
    """What a card was split into fires a create event of its own."""

    clock_times_in: str = "project"
    """Zone of a time that is sent as HH:MM: "project" or "utc"."""

    date_from: str = "sent"
    """Date of a card with times: as "sent", or that of its start in the zone of the "project" or in "utc"."""

    shuffle_bulk_rows: bool = False
    """Company bulk create answers its rows in random order."""

    partial_bulk: bool = False
    """Company bulk create keeps the valid rows and leaves the others out; off: all or nothing (422)."""

    bulk_refusals: str = "left_out"
    """Rows that a partial bulk create did not make are "left_out" of its answer, or come "in_rows" with their
    errors."""

    bulk_rows_have_origin: bool = True
    """Rows of bulk answers carry their origin_id; off: null."""

    bulk_limit: int = 0
    """Most rows a company bulk create takes (413 above); 0: no limit."""

    bulk_hours_integer: bool = False
    """Company bulk create cuts the fraction off `hours`, as its integer type suggests."""

    bulk_fractions_refused: bool = False
    """Company bulk create refuses (422) hours that are not whole, as their integer type suggests."""

    small_bulk_offered: bool = True
    """The v1.1 bulk create of 25 is there; off: 403, which speaks of beta access."""

    hours_as: str = "decimal"
    """Hours in answers: "decimal" (8.0), "short" (8), "places" (8.00), "padded" ("8.0 ") or "number"."""

    lunch_as: str = "text"
    """lunch_time in the company's answers: "text" or "number"."""

    origin_id_as: str = "number"
    """origin_id of cards in answers: "number" or "text"."""

    ids_as_text: bool = False
    """Every id in an answer is text."""

    big_ids: bool = False
    """New ids are beyond 2**53. Set it before anything is seeded."""

    party_ids: str = "people"
    """The id of a card's worker: that of "people", or one of its "own"; both are taken in writes."""

    empty_keys: str = "shown"
    """Keys that hold nothing: "shown" as null, "left_out", or "more": null also where a value would only be
    informative."""

    extra_keys: bool = False
    """Objects in answers and events carry keys that no document names."""

    strange_statuses: bool = False
    """Approval statuses are none of the four published ones."""

    time_type_form: str = "bare"
    """The company's time types carry "full" rows, only what is documented ("bare"), or their "name" instead
    of time_type."""

    rich_cost_codes: bool = False
    """Cost codes of cards carry the keys that only guide samples show: code, full_code, long_name,
    sortable_code."""

    labor_base_type: bool = True
    """Labor line item types have the base_type "labor"; off: "other", for the published list lacks it."""

    week_days_from: int = 0
    """The first day of the week is counted from 0 or from 1."""

    sheet_status_as: str = "text"
    """timesheet_status of cards: "text" or an "object"."""

    approval_answer: str = "array"
    """update_approval answers an "array" of sheets or one "object"."""

    company_header_enforced: bool = True
    """A call without Procore-Company-Id is refused (400)."""

    missing_header_status: int = 400
    """Status of that refusal: 400, 401, 403 or 422."""

    unpermitted_project_status: int = 404
    """Answer to the service account about a project outside its permitted ones: 404 or 403."""

    uninstalled_status: int = 403
    """Answer to company calls where the app is not installed: 403 or 401."""

    installed_status: str = "installed"
    """What an installation in use is called: "installed", "active" or "enabled"."""

    configuration_needs_admin: bool = False
    """company_configuration needs Admin on the company's Admin tool."""

    tool_names: str = "plain"
    """Tools in permissions and project lists go by "plain" names, or by those of their "engine"."""

    scope_parameters: str = "one"
    """Project-level webhook calls take "one" of company_id and project_id, or want "both" (400)."""

    error_bodies: str = "code"
    """Refusals: {"code", "message"} or {"errors"} ("code"), only a "message", "errors" as text, "nested" in
    an error, "fields" with a reason, or "html"."""

    v2_errors: str = "flat"
    """Refusals of v2.x: "flat" as in v1, or "nested" in an error."""

    rate_limit_on: bool = True
    """Count calls and answer 429 when a window is exhausted."""

    hourly_limit: int = 3600
    """Calls in 60 minutes."""

    spike_limit: int = 100
    """Calls in 10 seconds."""

    rate_limit_by: str = "app_company"
    """What calls are counted by: "app", "app_company" or "app_company_user"."""

    rate_headers: str = "right"
    """X-Rate-Limit headers: "right", "missing", "past" (a reset long ago), "far" (one in days) or "broken"
    (no numbers)."""

    limit_answer: str = "both"
    """What a 429 names: "both" reset and Retry-After, only "reset", only "retry_after", or "neither"."""

    callback_in_fragment: bool = False
    """The code comes back in the hash fragment of the redirect; off: in its query."""

    denied_consent: str = "error"
    """After a refusal the person comes back with an "error", or with "nothing" but the state."""

    oauth_errors: str = "rfc6749"
    """OAuth refusals: "rfc6749", a "message", "empty" or "html"."""

    token_length: int = 64
    """Characters of a token; long ones look like a JWT."""

    service_token_info: bool = True
    """token/info describes a service token; off: 401."""

    timecard_triggers: str = "project"
    """Level at which hooks may carry `Timecard Entries`: "project" or "company"."""

    hook_api: str = "both"
    """Webhook APIs that are there: "both", "v1.0" or "v2.0"."""

    hook_version_style: str = "short"
    """Names of payload versions on v1.0 hooks: "short" (v2) or "long" (v2.0)."""

    oldest_payload: str = "v2.0"
    """Oldest payload version on offer: "v2.0", "v3.0" or "v4.0"."""

    application_id_in_events: bool = True
    """source_application_id is the client id on the app's own writes; off: always null."""

    application_id_kind: str = "client_id"
    """What source_application_id holds then: the "client_id", or a number of the app ("app_id")."""

    one_event_per_bulk_row: bool = True
    """Bulk writes fire an event for each card; off: none at all."""

    trigger_case: str = "lower"
    """Event types of listed triggers: "lower" or "upper" case."""

    resources_for_company: bool = True
    """webhooks/resources also works without project_id; off: 400."""

    resource_name_key: str = "name"
    """What webhooks/resources calls a resource's name: "name" or "resource_name"."""

    delivery_filter: str = "any"
    """Name of the deliveries' filter: "any", "filters" (filters[status]) or "filter"; the other one is
    ignored."""

    ulid_length: int = 26
    """Characters of an event's ulid: 26, or 24 as in a guide."""

    deliveries_per_minute: int = 0
    """Most webhooks a minute; 0: no limit."""

    hook_failures_allowed: int = 0
    """Failed attempts in a row after which a hook is deactivated; 0: never."""


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
    "list_order": ("id", "newest", "updated"),
    "page_headers": ("both", "link", "total", "none"),
    "range_quotes": ("any", "needed", "refused"),
    "id_lists": ("any", "brackets", "json"),
    "unread_filters": ("refuse", "ignore"),
    "updated_at_unmoved_by": ("nothing", "approval", "signature", "sub_job", "all"),
    "restore_event": ("update", "create", "none"),
    "locked_status": (422, 403, 409),
    "duplicate_cards": ("allow", "refuse"),
    "unknown_fields": ("refuse", "ignore"),
    "approval_needs": ("Admin", "Standard"),
    "project_calls_reach": ("all", "own"),
    "rounding_rule": ("none", "nearest", "up", "down"),
    "overtime_split": ("asked", "always"),
    "clock_times_in": ("project", "utc"),
    "date_from": ("sent", "project", "utc"),
    "bulk_refusals": ("left_out", "in_rows"),
    "hours_as": ("decimal", "short", "places", "padded", "number"),
    "lunch_as": ("text", "number"),
    "origin_id_as": ("number", "text"),
    "party_ids": ("people", "own"),
    "empty_keys": ("shown", "left_out", "more"),
    "time_type_form": ("full", "bare", "name"),
    "week_days_from": (0, 1),
    "sheet_status_as": ("text", "object"),
    "approval_answer": ("array", "object"),
    "missing_header_status": (400, 401, 403, 422),
    "unpermitted_project_status": (404, 403),
    "uninstalled_status": (403, 401),
    "installed_status": ("installed", "active", "enabled"),
    "tool_names": ("plain", "engine"),
    "scope_parameters": ("one", "both"),
    "error_bodies": ("code", "message", "errors", "nested", "fields", "html"),
    "v2_errors": ("flat", "nested"),
    "rate_limit_by": ("app", "app_company", "app_company_user"),
    "rate_headers": ("right", "missing", "past", "far", "broken"),
    "limit_answer": ("both", "reset", "retry_after", "neither"),
    "denied_consent": ("error", "nothing"),
    "oauth_errors": ("rfc6749", "message", "empty", "html"),
    "timecard_triggers": ("project", "company"),
    "hook_api": ("both", "v1.0", "v2.0"),
    "hook_version_style": ("short", "long"),
    "oldest_payload": ("v2.0", "v3.0", "v4.0"),
    "application_id_kind": ("client_id", "app_id"),
    "trigger_case": ("lower", "upper"),
    "resource_name_key": ("name", "resource_name"),
    "delivery_filter": ("any", "filters", "filter"),
    "ulid_length": (26, 24),
}
