"""Time cards: create, update, delete, with their rules, change history and events."""

from dataclasses import dataclass, replace
from typing import Any

from .access import Caller, acting_user
from .card_input import CardInput, check_references
from .card_rules import check_locks, check_status_right, is_origin_taken, refuse_double
from .card_times import settle_times
from .errors import unprocessable
from .events import fire
from .history import record_changes
from .overtime import split_overtime
from .records import Project, Timecard
from .stamps import change_stamp, stamp
from .state import State

RESOURCE = "Timecard Entries"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and the operation token that the client gave, if any."""

    caller: Caller
    operation_id: str | None = None
    is_silent: bool = False
    """No events for this write."""


def prepare(state: State, project: Project, fields: dict[str, Any], author: Author) -> Timecard:
    """A valid new card that is not stored yet; raises 422 with every mistake."""
    written = CardInput(state, project, fields)
    now = stamp(state, is_new=True)
    user = acting_user(state, author.caller, project.company_id)
    card = Timecard(
        id=0,
        company_id=project.company_id,
        project_id=project.id,
        created_by_id=user.id,
        created_at=now,
        updated_at=now,
    )
    card = replace(card, **written.values)
    _apply_defaults(state, card)
    errors = check_references(state, project, card, set(written.values))
    errors |= settle_times(state, project, card, written.values, is_new=True)
    written.errors.update(errors)
    if card.origin_id is not None and state.switches.origin_id_unique and is_origin_taken(state, card):
        written.errors["origin_id"].append("has already been taken")
    written.refuse_mistakes()
    refuse_double(state, card)
    check_status_right(state, author.caller, project, "pending", card.approval_status)
    return card


def store_new(state: State, card: Timecard, author: Author, *, is_split: bool = False) -> list[Timecard]:
    """Give a prepared card its id, store it, tell the hooks; the card itself and what it was split into."""
    card.id = state.next_id()
    state.timecards.put(card)
    parts = split_overtime(state, card, is_asked=is_split)
    for each in [card, *parts]:
        _remember_version(state, each, None)
        if each is card or state.switches.split_fires_events:
            _tell(state, each, "create", author)
    return [card, *parts]


def create(state: State, project: Project, fields: dict[str, Any], author: Author) -> list[Timecard]:
    """One new card, split by overtime rules when the fields ask for it."""
    card = prepare(state, project, fields, author)
    return store_new(state, card, author, is_split=bool(fields.get("set_timecard_time_type_automatically")))


def prepare_update(
    state: State, card: Timecard, project: Project, fields: dict[str, Any], author: Author
) -> Timecard:
    """The card as it would be; raises 422 when a rule forbids it. `project` is where it shall be."""
    written = CardInput(state, project, fields)
    after = replace(card, project_id=project.id, **written.values)
    names = set(written.values)
    if project.id != card.project_id:
        names |= {"cost_code_id", "sub_job_id", "crew_id", "location_id", "timesheet_id"}
    errors = check_references(state, project, after, names)
    if names & {"hours", "time_in", "time_out", "clock_in_time", "clock_out_time", "lunch_minutes"} or (
        project.id != card.project_id
    ):
        errors |= settle_times(state, project, after, written.values, is_new=False)
    written.errors.update(errors)
    written.refuse_mistakes()
    if after != card:
        check_locks(state, card, after, author.caller)
        check_status_right(state, author.caller, project, card.approval_status, after.approval_status)
        refuse_double(state, after)
    return after


def store_update(state: State, card: Timecard, after: Timecard, author: Author) -> Timecard:
    """Store a prepared update, with history and event; nothing happens when nothing differs."""
    if after == card:
        return card
    after.updated_at = change_stamp(state, card, after)
    parts = _split_by_update(state, card, after)
    _put_changed(state, card, after, author)
    _tell(state, after, "update", author)
    for each in parts:
        _remember_version(state, each, None)
        if state.switches.split_fires_events:
            _tell(state, each, "create", author)
    return after


def split_off_now(state: State, card: Timecard) -> list[Timecard]:
    """What the card's last update split off it."""
    return [
        each
        for each in state.timecards
        if each.split_parent_id == card.id and each.created_at == card.updated_at
    ]


def _split_by_update(state: State, card: Timecard, after: Timecard) -> list[Timecard]:
    if not state.switches.updates_split or after.hours <= card.hours:
        return []
    parts = split_overtime(state, after, is_asked=False)
    return [state.timecards.put(replace(part, created_at=after.updated_at)) for part in parts]


def update(
    state: State, card: Timecard, project: Project, fields: dict[str, Any], author: Author
) -> Timecard:
    return store_update(state, card, prepare_update(state, card, project, fields, author), author)


def delete(state: State, card: Timecard, author: Author) -> Timecard:
    """Soft delete."""
    now = stamp(state)
    after = replace(card, deleted_at=now, updated_at=now)
    check_locks(state, card, after, author.caller)
    _put_changed(state, card, after, author)
    _tell(state, after, "delete", author)
    return after


def restore(state: State, card: Timecard, author: Author) -> Timecard:
    """A deleted card is there again, under its id."""
    if not state.switches.deleted_cards_restorable:
        raise unprocessable({"base": ["A deleted time card cannot be restored"]})
    after = replace(card, deleted_at=None, updated_at=stamp(state))
    refuse_double(state, after)
    _put_changed(state, card, after, author)
    if state.switches.restore_event != "none":
        _tell(state, after, state.switches.restore_event, author)
    return after


def _put_changed(state: State, card: Timecard, after: Timecard, author: Author) -> None:
    record_changes(state, card, after, acting_user(state, author.caller, card.company_id).name)
    _remember_version(state, after, card)
    state.timecards.put(after)


def _apply_defaults(state: State, card: Timecard) -> None:
    if card.timecard_time_type_id is None:
        regular = [
            each.id
            for each in state.time_types
            if each.company_id == card.company_id and each.time_type == "Regular Time"
        ]
        card.timecard_time_type_id = regular[0] if regular else None
    if card.line_item_type_id is None and card.cost_code_id is not None:
        company = state.companies.get(card.company_id)
        card.line_item_type_id = company.labor_line_item_type_id if company else None


def _remember_version(state: State, card: Timecard, before: Timecard | None) -> None:
    if state.switches.list_lag_seconds > 0:
        versions = state.earlier_versions.setdefault(card.id, [])
        if before is not None:
            versions.append((before.updated_at, before))


def _tell(state: State, card: Timecard, event_type: str, author: Author) -> None:
    if not author.is_silent:
        user = acting_user(state, author.caller, card.company_id)
        fire(
            state,
            RESOURCE,
            card.id,
            event_type,
            company_id=card.company_id,
            project_id=card.project_id,
            user_id=user.id,
            client_id=author.caller.client_id,
            operation_id=author.operation_id,
        )
