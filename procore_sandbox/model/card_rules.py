"""What a card must not be: locked, doubled, or approved by somebody who may not."""

from dataclasses import replace

from .access import LEVELS, Caller, company_level
from .errors import Refused, forbidden, unprocessable
from .records import Project, Timecard
from .state import State

LOCKED_STATUSES = ("approved", "completed")
SAME = ("company_id", "project_id", "party_id", "date", "cost_code_id", "sub_job_id", "timecard_time_type_id")
"""Two live cards that agree in all of these are doubles."""


def is_origin_taken(state: State, card: Timecard) -> bool:
    return any(
        each.origin_id == card.origin_id and each.company_id == card.company_id and each.deleted_at is None
        for each in state.timecards
    )


def refuse_double(state: State, card: Timecard) -> None:
    """422 where another live card is about the same, and the switch says that this is not allowed."""
    if state.switches.duplicate_cards == "allow":
        return
    if any(
        each.id != card.id
        and each.deleted_at is None
        and all(getattr(each, name) == getattr(card, name) for name in SAME)
        for each in state.timecards
    ):
        raise unprocessable({"base": ["A time card of this person, day and code is there already"]})


def check_reach(state: State, caller: Caller, card: Timecard) -> None:
    """403 where people may change only their own cards by project-level calls, and this is another's."""
    user, worker = caller.user, state.people.get(card.party_id)
    if state.switches.project_calls_reach == "all" or caller.is_service or user is None or user.is_admin:
        return
    if user.id not in (card.created_by_id, worker.user_id if worker else None):
        raise forbidden("You may change your own time cards only")


def check_locks(state: State, card: Timecard, after: Timecard, caller: Caller) -> None:
    is_status_only = replace(after, approval_status=card.approval_status) == card
    if (
        state.switches.approved_refuse_edits
        and card.approval_status in LOCKED_STATUSES
        and not is_status_only
    ):
        raise _locked(state, card.approval_status)
    if state.switches.origin_id_locks_people_out and card.origin_id is not None and not caller.client_id:
        raise unprocessable({"base": ["This time card is managed by an integration and cannot be edited"]})


def check_status_right(state: State, caller: Caller, project: Project, before: str, after: str) -> None:
    needed = state.switches.approval_needs
    level = company_level(state, caller, "Timecard", project.company_id)
    if before != after and LEVELS.index(level) < LEVELS.index(needed):
        raise forbidden(f"You need {needed} permission on the Timecard tool to change the approval status")


def _locked(state: State, status: str) -> Refused:
    """The refusal of an approved or completed card, in the status and words that the switches say."""
    told = (
        f"is {status}: {'an' if status == 'approved' else 'a'} {status} time card cannot be edited"
        if state.switches.locked_names_approval
        else "cannot be edited"
    )
    field = "approval_status" if state.switches.locked_names_approval else "base"
    if state.switches.locked_status == 422:
        return unprocessable({field: [told]})
    code = state.switches.locked_status
    return Refused(code, {"code": code, "message": f"This time card {told}"})
