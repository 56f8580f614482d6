"""The reasons of the catalogue, one function each: what it is about goes in, the key of one fix comes out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from webapp.sync.catalogue import BY_KEY
from webapp.sync.catalogue import Reason as Reason
from webapp.sync.catalogue import State as State

BUSY = "procore_busy"
DELETED_THERE = "deleted_there"
LOCK = re.compile(r"\b(approved|locked?|completed)\b|\bapproval\b(?!_status)", re.IGNORECASE)
"""How Procore says that a card may not be changed any more."""

Direction = Literal["receive", "send"]
Mass = Literal["deletions", "changes"]


# ---- what the two sides call the same thing ----------------------------------------------------------


def time_type_not_in_template(name: str) -> Reason:
    return BY_KEY["task"].reason(name, name=name)


def cost_code_unknown(cost_code_id: int, name: str | None) -> Reason:
    return BY_KEY["cost_code"].reason(cost_code_id, name=name or cost_code_id)


def no_person() -> Reason:
    return BY_KEY["no_person"].reason()


def person_unknown(person_id: int) -> Reason:
    return BY_KEY["person"].reason(person_id)


def project_unknown(project_id: int, name: str | None) -> Reason:
    return BY_KEY["project"].reason(project_id, name=name or project_id)


def project_ambiguous(project_id: int, name: str) -> Reason:
    return BY_KEY["projects_match"].reason(project_id, name=name)


def sub_job_unknown(sub_job_id: int, name: str | None) -> Reason:
    return BY_KEY["sub_job"].reason(sub_job_id, name=name or sub_job_id)


def main_project_not_linked(name: str, project_id: int | None = None) -> Reason:
    return BY_KEY["main_project"].reason(project_id or name, name=name)


def project_unlinked(project_id: int, name: str, for_new: Reason | None = None) -> Reason:
    """A person took the link of our project apart while this was on its way or synced before (D23). `for_new`: what
    the rule of linked projects says of a record that comes later (D21)."""
    return replace(BY_KEY["relink"].reason(project_id, name=name), for_new=for_new)


def user_not_in_procore(user_id: int, name: str) -> Reason:
    return BY_KEY["user"].reason(user_id, name=name)


def person_inactive(user_id: int, name: str) -> Reason:
    return BY_KEY["inactive"].reason(user_id, name=name)


def project_not_in_procore(project_id: int, name: str) -> Reason:
    return BY_KEY["project_here"].reason(project_id, name=name)


def task_not_in_procore(task_id: int, name: str) -> Reason:
    return BY_KEY["task_here"].reason(task_id, name=name)


def item_not_in_procore(item_id: int, code: str) -> Reason:
    return BY_KEY["item_here"].reason(item_id, code=code)


def item_removed(item_id: int, code: str) -> Reason:
    return BY_KEY["item_removed"].reason(item_id, code=code)


# ---- the record itself -------------------------------------------------------------------------------


def needs_start_and_stop() -> Reason:
    return BY_KEY["needs_times"].reason()


def in_progress() -> Reason:
    return BY_KEY["in_progress"].reason()


def invalid_time(text: str) -> Reason:
    return BY_KEY["invalid_time"].reason(text=text)


def approved_in_procore() -> Reason:
    return BY_KEY["lock"].reason("approved")


def locked(is_processed: bool) -> Reason:
    """Ours may not change any more: its pay period is closed, or even exported (D45)."""
    return BY_KEY["processed" if is_processed else "locked"].reason()


def procore_refused(text: str) -> Reason:
    """Procore's own words. Approval and locks are a hold that unapproving releases (D44), the rest fails (D103)."""
    if LOCK.search(text):
        return approved_in_procore()
    return BY_KEY["refused"].reason(text=text)


def unreadable(text: str) -> Reason:
    return BY_KEY["unreadable"].reason(text=text)


def crashed(error: str) -> Reason:
    return BY_KEY["crashed"].reason(error=error)


# ---- what Procore shows and allows -------------------------------------------------------------------


def cannot_be_seen() -> Reason:
    return BY_KEY["cannot_be_seen"].reason()


def permission(text: str, project_id: int | None) -> Reason:
    return BY_KEY["permission"].reason(project_id or "company", text=text)


def procore_busy(text: str) -> Reason:
    return BY_KEY[BUSY].reason(text=text)


def in_line() -> Reason:
    return BY_KEY["in_line"].reason()


def split_there() -> Reason:
    """Ours was changed, and is on more than one card in Procore (D47, D48)."""
    return BY_KEY["split_there"].reason()


def split_off(why: str) -> Reason:
    """The whole hours still stand here: the record of the card that it was split off is held (D48)."""
    return BY_KEY["split_off"].reason(why=why)


def answer_lost() -> Reason:
    return BY_KEY["answer_lost"].reason()


def origin_id_taken() -> Reason:
    return BY_KEY["origin_id_taken"].reason()


# ---- a person decides --------------------------------------------------------------------------------


def both_changed(units: list[str]) -> Reason:
    return BY_KEY["both_changed"].reason(units=", ".join(unit.replace("_", " ") for unit in units))


def deleted_here_edited_there() -> Reason:
    return BY_KEY["deleted_here"].reason()


def edited_here_deleted_there() -> Reason:
    return BY_KEY[DELETED_THERE].reason()


def left_scope(why: str, project_id: int) -> Reason:
    """Ours moved to a project of ours that is not synced (D28)."""
    return BY_KEY["left_scope"].reason(project_id, why=why)


def moved_out(name: str, project_id: int) -> Reason:
    """Theirs moved to a project of Procore's that is not synced, and ours was changed (D28)."""
    return BY_KEY["moved_out"].reason(project_id, name=name)


def guarded(direction: Direction, what: Mass) -> Reason:
    """More than the mass-change guard lets through; the whole direction is decided at once (D12)."""
    return BY_KEY["guard"].reason(direction, what=what)


# ---- left out by a rule ------------------------------------------------------------------------------


def project_not_linked(name: str, project_id: int) -> Reason:
    return BY_KEY["unlinked"].reason(project_id, name=name)


def our_project_not_linked(name: str, project_id: int) -> Reason:
    return BY_KEY["unlinked_here"].reason(project_id, name=name)


def before_link() -> Reason:
    return BY_KEY["before_link"].reason()


def switch_off(direction: Direction) -> Reason:
    what = "Receiving from Procore" if direction == "receive" else "Sending to Procore"
    return BY_KEY["switch"].reason(direction, what=what)


def both_off() -> Reason:
    """Each direction holds back its own change of the record."""
    return BY_KEY["switch"].reason("both", what="Syncing in both directions")


def before_switch(direction: Direction) -> Reason:
    return BY_KEY["before_switch"].reason(what="receiving" if direction == "receive" else "sending")


DISCARDED = "discarded"


def discarded(by: str) -> Reason:
    return BY_KEY[DISCARDED].reason(by=by)


def guard_dropped() -> Reason:
    return BY_KEY["guard_dropped"].reason()


def before_connection() -> Reason:
    return BY_KEY["before_connection"].reason()


def equipment() -> Reason:
    return BY_KEY["equipment"].reason()
