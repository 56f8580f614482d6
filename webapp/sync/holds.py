"""The catalogue of reasons: why a record waits, failed, clashes or is left out, in the user's words.

One flat list. `key` groups what one fix releases together; it may carry the thing it is about after a colon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BUSY = "procore_busy"
LOCK = re.compile(r"\b(approved|locked?|completed)\b|\bapproval\b(?!_status)", re.IGNORECASE)
"""How Procore says that a card may not be changed any more."""

State = Literal["in_sync", "waiting", "failed", "conflict", "excluded"]


@dataclass(frozen=True, slots=True)
class Reason:
    """`state` is the ledger's. `retry_seconds`: looked at again by itself after so long; None waits for a fix."""

    key: str
    text: str
    state: State
    retry_seconds: int | None = None


def before_connection() -> Reason:
    return Reason("before_connection", "It is older than the connection to Procore.", "excluded")


def project_not_linked(name: str, project_id: int) -> Reason:
    return Reason(
        f"unlinked:{project_id}",
        f'Project "{name}" is not linked, and only linked projects are synced.',
        "excluded",
    )


def switch_off(direction: Literal["receive", "send"]) -> Reason:
    what = "Receiving from Procore" if direction == "receive" else "Sending to Procore"
    return Reason(f"switch:{direction}", f"{what} is switched off.", "excluded")


def before_switch(direction: Literal["receive", "send"]) -> Reason:
    what = "receiving" if direction == "receive" else "sending"
    return Reason("before_switch", f"It was there before {what} was switched on.", "excluded")


def equipment() -> Reason:
    return Reason("equipment", "Equipment time cards are not synced.", "excluded")


def in_progress() -> Reason:
    return Reason(
        "in_progress", "The clock is still running in Procore; it is synced once clocked out.", "waiting", 900
    )


def time_type_not_in_template(name: str) -> Reason:
    return Reason(f"task:{name}", f'Time type "{name}" is not in the import matching template.', "waiting")


def our_project_not_linked(name: str, project_id: int) -> Reason:
    text = f'Project "{name}" is not linked to Procore, and only linked projects are sent.'
    return Reason(f"unlinked_here:{project_id}", text, "excluded")


def cost_code_unknown(cost_code_id: int, name: str | None) -> Reason:
    text = f'Procore does not list cost code "{name or cost_code_id}" of the project to the app.'
    return Reason(f"cost_code:{cost_code_id}", text, "waiting", 900)


def no_person() -> Reason:
    return Reason("no_person", "The time card names no person in Procore.", "waiting")


def person_unknown(person_id: int) -> Reason:
    return Reason(
        f"person:{person_id}",
        "Procore's company directory does not show this person to the app.",
        "waiting",
        900,
    )


def project_unknown(project_id: int, name: str | None) -> Reason:
    return Reason(
        f"project:{project_id}",
        f'Procore project "{name or project_id}" is not among the projects permitted to the app.',
        "waiting",
        900,
    )


def project_ambiguous(project_id: int, name: str) -> Reason:
    return Reason(
        f"project:{project_id}", f'Several projects here match "{name}"; link the right one.', "waiting"
    )


def sub_job_unknown(sub_job_id: int, name: str | None) -> Reason:
    return Reason(
        f"sub_job:{sub_job_id}",
        f'Procore does not list sub job "{name or sub_job_id}" of its project.',
        "waiting",
        900,
    )


def main_project_not_linked(name: str) -> Reason:
    return Reason(
        f"main_project:{name}",
        f'Main project "{name}" is not linked, so there is nothing to copy for its sub job.',
        "waiting",
    )


def user_not_in_procore(user_id: int, name: str) -> Reason:
    return Reason(
        f"user:{user_id}",
        f'"{name}" matches nobody in Procore\'s directory by e-mail or employee number.',
        "waiting",
    )


def person_inactive(user_id: int, name: str) -> Reason:
    return Reason(f"user:{user_id}", f'"{name}" is inactive in Procore.', "waiting")


def project_not_in_procore(project_id: int, name: str) -> Reason:
    return Reason(
        f"project_here:{project_id}",
        f'Project "{name}" matches no one Procore project by number or name; link it.',
        "waiting",
    )


def task_not_in_procore(task_id: int, name: str) -> Reason:
    return Reason(f"task_here:{task_id}", f'Task "{name}" matches no Procore time type.', "waiting")


def item_not_in_procore(item_id: int, code: str) -> Reason:
    return Reason(
        f"item_here:{item_id}",
        f'Project item "{code}" matches no cost code of the Procore project.',
        "waiting",
    )


def needs_start_and_stop() -> Reason:
    return Reason(
        "needs_times",
        "The Procore project keeps start and stop times; enter both on the timesheet.",
        "waiting",
    )


def cannot_be_seen() -> Reason:
    return Reason(
        "cannot_be_seen",
        "Procore does not show this time card to the app, but does not say it was deleted.",
        "waiting",
        900,
    )


def procore_busy(text: str) -> Reason:
    return Reason(BUSY, text, "waiting", 30)


def answer_lost() -> Reason:
    return Reason(
        "answer_lost", "Procore's answer was lost; looking whether the time card was created.", "waiting"
    )


def origin_id_taken() -> Reason:
    return Reason(
        "origin_id_taken", "A time card with our number exists but is about something else.", "waiting"
    )


def permission(text: str, project_id: int | None) -> Reason:
    return Reason(f"permission:{project_id or 'company'}", text, "waiting", 900)


def approved_in_procore() -> Reason:
    return Reason("lock:approved", "It is approved in Procore and cannot be changed there.", "waiting", 3600)


def procore_refused(text: str) -> Reason:
    """Procore's own words. Approval and locks are a hold that unapproving releases (D44), the rest fails (D103)."""
    if LOCK.search(text):
        return approved_in_procore()
    return Reason("refused", f"Procore: {text}", "failed")


def unreadable(text: str) -> Reason:
    return Reason("unreadable", text, "failed")


def crashed(error: str) -> Reason:
    return Reason(
        "crashed", f"Working on this record failed repeatedly ({error}); it was set aside.", "failed"
    )


def invalid_time(text: str) -> Reason:
    return Reason("invalid_time", text, "failed")


def both_changed(units: list[str]) -> Reason:
    words = ", ".join(unit.replace("_", " ") for unit in units)
    return Reason("both_changed", f"Changed here and in Procore: {words}.", "conflict")


def deleted_here_edited_there() -> Reason:
    return Reason("deleted_here", "Deleted here, but changed in Procore meanwhile.", "conflict")


def edited_here_deleted_there() -> Reason:
    return Reason("deleted_there", "Changed here, but deleted in Procore meanwhile.", "conflict")


def discarded(by: str) -> Reason:
    return Reason("discarded", f"{by} decided that this change is not to be synced.", "excluded")
