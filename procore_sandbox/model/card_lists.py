"""Which cards a list shows: filters, windows, deleted and running ones, and the lag of lists."""

from datetime import date, datetime, timedelta

from .parties import person_id
from .query import QueryArgs, Span
from .records import Timecard
from .state import State


def company_cards(
    state: State, company_id: int, project_ids: set[int] | None, query: QueryArgs
) -> list[Timecard]:
    """The company list, with every filter of the contract (ANDed). `project_ids` None: of all projects."""
    rows = [each for each in _candidates(state, query) if each.company_id == company_id]
    parties = query.integers("filters[party_id]")
    parties = None if parties is None else {person_id(state, each) for each in parties}
    updated, deleted = query.span("filters[updated_at]"), query.span("filters[deleted_at]")
    first_day, last_day = query.day("start_date"), query.day("end_date")
    if not first_day and not last_day and state.switches.list_window_days:
        first_day = (state.now() - timedelta(days=state.switches.list_window_days)).date()
    earliest, latest = query.moment("start_time_in"), query.moment("end_time_in")
    is_running_only = bool(query.flag("filters[in_progress_only]"))
    has_running = is_running_only or bool(query.flag("filters[include_in_progress]"))
    return [
        card
        for card in _in_order(state, rows)
        if (project_ids is None or card.project_id in project_ids)
        and (parties is None or card.party_id in parties)
        and in_days(card, first_day, last_day)
        and _is_deleted_as_asked(state, card, updated, deleted)
        and (has_running or not card.in_progress)
        and (card.in_progress or not is_running_only)
        and (earliest is None or (card.time_in is not None and card.time_in >= earliest))
        and (latest is None or (card.time_in is not None and card.time_in <= latest))
    ]


def project_cards(
    state: State, project_id: int, first_day: date | None, last_day: date | None
) -> list[Timecard]:
    """Live, finished cards of a project in a range of days."""
    rows = [each for each in state.timecards if each.project_id == project_id]
    return [
        card
        for card in sorted(_as_listed(state, rows), key=lambda each: each.id)
        if card.deleted_at is None
        and not card.in_progress
        and in_days(card, first_day, last_day)
        and (card.approval_status == "pending" or not state.switches.project_list_pending_only)
    ]


def in_days(card: Timecard, first_day: date | None, last_day: date | None) -> bool:
    if first_day is None and last_day is None:
        return True
    if card.date is None:
        return False
    return (first_day is None or first_day <= card.date) and (last_day is None or card.date <= last_day)


def _in_order(state: State, cards: list[Timecard]) -> list[Timecard]:
    if state.switches.list_order == "updated":
        return sorted(cards, key=lambda each: (each.updated_at, each.id))
    return sorted(cards, key=lambda each: each.id, reverse=state.switches.list_order == "newest")


def _candidates(state: State, query: QueryArgs) -> list[Timecard]:
    ids = query.integers("filters[id]")
    if ids is not None:
        return _as_listed(state, [card for key in ids if (card := state.timecards.get(key)) is not None])
    return _as_listed(state, list(state.timecards))


def _as_listed(state: State, cards: list[Timecard]) -> list[Timecard]:
    """The cards as a lagging list knows them."""
    lag = state.switches.list_lag_seconds
    if lag <= 0:
        return cards
    known = [_version_at(state, card, state.now() - timedelta(seconds=lag)) for card in cards]
    return [card for card in known if card is not None]


def _version_at(state: State, card: Timecard, moment: datetime) -> Timecard | None:
    if card.updated_at <= moment:
        state.earlier_versions.pop(card.id, None)
        return card
    versions = state.earlier_versions.get(card.id, [])
    return next((version for at, version in reversed(versions) if at <= moment), None)


def _is_deleted_as_asked(state: State, card: Timecard, updated: Span | None, deleted: Span | None) -> bool:
    """Deleted cards come only when deleted_at is asked for, or with updated_at where the switch says so."""
    is_inclusive = state.switches.updated_bounds_inclusive
    if updated is not None and not updated.holds(card.updated_at, is_inclusive):
        return False
    if deleted is not None:
        return deleted.holds(card.deleted_at, is_inclusive)
    return card.deleted_at is None or (updated is not None and state.switches.updated_list_has_deleted)
