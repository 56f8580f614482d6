"""The table: each switch of the stand-in, in each position that is not its default, and the journey that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from procore_sandbox.model.questions import QUESTIONS
from procore_sandbox.model.switches import CHOICES
from tests.journeys import question_journeys as journeys
from tests.journeys.question_journeys import Journey, both_ways, crossing, lost, many, shifts, swept
from tests.journeys.shared_sites import DEFAULTS


@dataclass(frozen=True)
class Row:
    """`positions`: what the row shows; several together where none hides another. `with_`: what else must be so for
    them to show. `is_fresh`: they show in connecting, so on a new site."""

    positions: dict[str, Any]
    journey: Journey
    with_: dict[str, Any] = field(default_factory=dict)
    is_fresh: bool = False

    @property
    def switches(self) -> dict[str, Any]:
        return {**self.with_, **self.positions}

    @property
    def id(self) -> str:
        """Names the question: "q06-bulk_limit=2"; "mark" is one of the contract's own marks."""
        return ",".join(f"{_asked(name)}-{name}={value}" for name, value in self.positions.items())


def _asked(switch: str) -> str:
    numbers = [number for number, names in QUESTIONS.items() if switch in names]
    return "+".join(f"q{number:02d}" for number in numbers) or "mark"


def one(switch: str, position: Any, journey: Journey, **with_: Any) -> Row:
    return Row({switch: position}, journey, with_)


def every(switch: str, journey: Journey, **with_: Any) -> list[Row]:
    """A row for each position but the default."""
    positions = CHOICES.get(switch, (True, False))
    return [one(switch, each, journey, **with_) for each in positions if each != DEFAULTS[switch]]


ROWS: list[Row] = [
    # lists
    one("list_window_days", 1, swept),
    one("list_lag_seconds", 5.0, many),
    *every("list_order", many, biggest_page=2),
    one("default_page_size", 1, crossing),
    one("biggest_page", 1, many),
    one("page_headers", "link", many, biggest_page=2),
    one("page_headers", "total", many, biggest_page=2),
    one("page_headers", "none", many, biggest_page=2),
    one("pages_cut_early", True, many, biggest_page=2),
    *every("range_quotes", swept),
    *every("id_lists", many),
    one("unread_filters", "ignore", many, range_quotes="needed"),
    one("unread_filters", "ignore", many, id_lists="json"),
    one("updated_list_has_deleted", True, swept),
    one("updated_bounds_inclusive", False, swept),
    # cards
    *every("updated_at_unmoved_by", journeys.facts),
    one("updated_at_cut_seconds", 60, swept),
    one("updated_at_skew_seconds", 30, swept),
    one("updated_at_cut_seconds", 60, lost),
    one("updated_at_skew_seconds", 30, lost),
    one("deleted_cards_shown", True, crossing),
    one("deleted_cards_restorable", False, crossing),
    one("deleted_cards_restorable", True, journeys.restored),
    *every("restore_event", journeys.restored),
    one("approved_refuse_edits", True, journeys.approved),
    one("approved_refuse_edits", False, journeys.facts),
    one("locked_status", 403, journeys.approved),
    one("locked_status", 409, journeys.approved),
    *every("locked_names_approval", journeys.approved),
    one("duplicate_cards", "refuse", journeys.doubled),
    one("origin_id_locks_people_out", True, lost),
    one("origin_id_unique", True, lost),
    one("idempotency_token_honoured", True, lost),
    one("trims_descriptions", True, both_ways),
    one("unknown_fields", "ignore", crossing),
    *every("approval_needs", journeys.facts),
    # time
    *every("rounding_rule", shifts),
    one("rounding_minutes", 6, shifts),
    one("hours_step_minutes", 30, both_ways),
    one("default_lunch_minutes", 30, shifts),
    one("time_entry_kind_enforced", False, shifts),
    one("overtime_after_hours", 10, journeys.overtime, overtime_split="always"),
    one("overtime_split", "always", journeys.overtime),
    one("split_parts_listed", False, journeys.overtime, overtime_split="always"),
    one("updates_split", True, journeys.overtime, overtime_split="always"),
    one("split_fires_events", False, journeys.silent_overtime, overtime_split="always"),
    *every("clock_times_in", shifts),
    *every("date_from", shifts),
    # bulk
    one("shuffle_bulk_rows", True, many),
    one("partial_bulk", False, journeys.partly_refused),
    one("partial_bulk", True, journeys.partly_refused),
    one("bulk_refusals", "in_rows", journeys.partly_refused, partial_bulk=True),
    one("bulk_rows_have_origin", False, many),
    one("bulk_limit", 2, many),
    one("bulk_hours_integer", True, journeys.fractions),
    one("bulk_fractions_refused", True, journeys.fractions),
    one("small_bulk_offered", False, many, bulk_hours_integer=True),
    # answers
    *every("hours_as", both_ways),
    *every("lunch_as", shifts),
    *every("origin_id_as", lost),
    *every("party_ids", journeys.unknown_people),
    *every("empty_keys", both_ways),
    one("extra_keys", True, both_ways),
    one("strange_statuses", True, both_ways),
    Row({"rich_cost_codes": True, "labor_base_type": False, "week_days_from": 1, "sheet_status_as": "object",
         "approval_answer": "object", "project_list_pending_only": True, "project_calls_reach": "own"}, crossing),
    # access
    one("company_header_enforced", False, crossing),
    *every("missing_header_status", crossing),
    one("unpermitted_project_status", 403, crossing),
    one("uninstalled_status", 403, journeys.uninstalled),
    one("uninstalled_status", 401, journeys.uninstalled),
    *every("error_bodies", lost, origin_id_unique=True),
    one("error_bodies", "errors", journeys.approved),
    one("error_bodies", "html", journeys.approved),
    one("v2_errors", "nested", crossing),
    # limits
    one("rate_limit_on", False, crossing),
    one("hourly_limit", 20, journeys.throttled),
    one("spike_limit", 2, journeys.throttled),
    *every("rate_limit_by", journeys.throttled, spike_limit=3),
    *every("rate_headers", journeys.throttled, spike_limit=3),
    *every("limit_answer", journeys.throttled, spike_limit=3),
    # sign-in
    *every("oauth_errors", journeys.signed_out),
    one("service_token_info", False, journeys.uninstalled, uninstalled_status=401),
    # hooks
    one("application_id_in_events", False, crossing),
    one("application_id_kind", "app_id", crossing),
    one("one_event_per_bulk_row", False, both_ways),
    *every("delivery_filter", crossing),
    one("ulid_length", 24, crossing),
    one("deliveries_per_minute", 1, both_ways),
    one("hook_failures_allowed", 1, swept),
    # what shows in connecting
    Row({"time_type_form": "full", "installed_status": "active", "tool_names": "engine", "trigger_case": "upper",
         "token_length": 4000, "hook_version_style": "long"}, both_ways, is_fresh=True),
    Row({"time_type_form": "name", "installed_status": "enabled", "resource_name_key": "resource_name",
         "scope_parameters": "both", "oldest_payload": "v3.0", "configuration_needs_admin": True}, both_ways,
        is_fresh=True),
    Row({"ids_as_text": True, "timecard_triggers": "company", "oldest_payload": "v4.0"}, both_ways, is_fresh=True),
    Row({"big_ids": True, "hook_api": "v1.0", "resources_for_company": False}, both_ways, is_fresh=True),
    Row({"hook_api": "v2.0", "timecard_triggers": "company", "oldest_payload": "v3.0"}, both_ways, is_fresh=True),
]  # fmt: skip
