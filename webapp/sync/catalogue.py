"""The catalogue of reasons: why a record waits, failed, clashes or is left out; who can fix it, how, what goes on then.

One flat list, and the only place where such a sentence is written. A new reason is one entry here, one function in
`holds` and one release in tests/journeys/test_every_hold_has_a_release.py, which walks this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["in_sync", "waiting", "failed", "conflict", "excluded"]
Owner = Literal["administrator", "procore_administrator", "author", "nobody"]
Action = Literal[
    "add_template_row",
    "decide",
    "edit_card",
    "edit_timesheet",
    "give_permission",
    "leave",
    "link_project",
    "match_item",
    "match_task",
    "match_user",
    "resolve",
    "retry",
    "switch_on",
    "unapprove",
    "unlock",
    "wait",
]

QUARTER, HOUR, DAY = 900, 3600, 86_400
LONGEST_KEY = 200

OWNERS: dict[Owner, str] = {
    "administrator": "An administrator in Timesite",
    "procore_administrator": "An administrator in Procore",
    "author": "Whoever entered the time",
    "nobody": "Nobody has to do anything",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """`state` is the ledger's. `retry_seconds`: looked at again by itself after so long; None waits for a fix.
    `for_new`: the reason instead, for a record that nothing is known of yet."""

    key: str
    text: str
    state: State
    retry_seconds: int | None = None
    for_new: Reason | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry. `key`: what stands before the colon of a reason's key; behind it is what one fix is about.

    `sentence` is what the user reads, `fix` what to do about it, `action` the same for machines: what is allowed next.
    `retried`: what is looked at again, and when. `is_final`: a rule; no fix brings the record back.
    """

    key: str
    sentence: str
    state: State
    owner: Owner
    fix: str
    action: Action
    retried: str
    retry_seconds: int | None = None
    is_final: bool = False

    def reason(self, about: object = None, **words: object) -> Reason:
        """The reason as a record carries it: one key for all that one fix releases."""
        key = self.key if about is None else f"{self.key}:{about}"
        return Reason(key[:LONGEST_KEY], self.sentence.format(**words), self.state, self.retry_seconds)


AT_ONCE = "All that wait for it go on at once."
WHEN_LISTED = "All that wait for it go on as soon as Procore lists it; Timesite looks every 15 minutes."
WHEN_CHANGED = "It is looked at again when the record changes on either side, or by Retry; never by itself."
IN_DIRECTORY = "All that wait for it go on at once; what changes in Procore is read once a day."

KINDS: tuple[Kind, ...] = (
    # ---- what the two sides call the same thing ------------------------------------------------------
    Kind(
        "task",
        'Time type "{name}" is not in the import matching template.',
        "waiting",
        "administrator",
        "Add a row for this time type to the import matching template.",
        "add_template_row",
        AT_ONCE,
    ),
    Kind(
        "cost_code",
        'Procore does not list cost code "{name}" of the project to the app.',
        "waiting",
        "procore_administrator",
        "Put the cost code back into the project in Procore, or choose another one on the time card.",
        "edit_card",
        WHEN_LISTED,
        QUARTER,
    ),
    Kind(
        "no_person",
        "The time card names no person in Procore.",
        "waiting",
        "procore_administrator",
        "Choose the person on the time card in Procore.",
        "edit_card",
        WHEN_CHANGED,
    ),
    Kind(
        "person",
        "Procore's company directory does not show this person to the app.",
        "waiting",
        "procore_administrator",
        "Let the app's service account see the person in the company directory.",
        "give_permission",
        WHEN_LISTED,
        QUARTER,
    ),
    Kind(
        "project",
        'Procore project "{name}" is not among the projects permitted to the app.',
        "waiting",
        "procore_administrator",
        "Permit the project to the app: Company → Admin → App Management.",
        "give_permission",
        WHEN_LISTED,
        QUARTER,
    ),
    Kind(
        "projects_match",
        'Several projects here match "{name}"; link the right one.',
        "waiting",
        "administrator",
        "Link one of the projects here to the Procore project.",
        "link_project",
        AT_ONCE,
    ),
    Kind(
        "sub_job",
        'Procore does not list sub job "{name}" of its project.',
        "waiting",
        "procore_administrator",
        "Put the sub job back into the project in Procore, or link a project here to it.",
        "link_project",
        WHEN_LISTED,
        QUARTER,
    ),
    Kind(
        "main_project",
        'Main project "{name}" is not linked, so there is nothing to copy for its sub job.',
        "waiting",
        "administrator",
        "Link a project here to the main project in Procore.",
        "link_project",
        AT_ONCE,
    ),
    Kind(
        "relink",
        'Project "{name}" was unlinked while this waited.',
        "waiting",
        "administrator",
        "Link the project again; what waits goes on then. Or discard it.",
        "link_project",
        AT_ONCE,
    ),
    Kind(
        "user",
        '"{name}" matches nobody in Procore\'s directory by e-mail or employee number.',
        "waiting",
        "administrator",
        "Choose the person in Procore's directory, or correct the e-mail or the employee number.",
        "match_user",
        IN_DIRECTORY,
    ),
    Kind(
        "inactive",
        '"{name}" is inactive in Procore.',
        "waiting",
        "procore_administrator",
        "Make the person active in Procore's company directory, or choose another person here.",
        "match_user",
        IN_DIRECTORY,
    ),
    Kind(
        "project_here",
        'Project "{name}" matches no one Procore project by number or name; link it.',
        "waiting",
        "administrator",
        "Link the project to the right one in Procore.",
        "link_project",
        IN_DIRECTORY,
    ),
    Kind(
        "task_here",
        'Task "{name}" matches no Procore time type.',
        "waiting",
        "administrator",
        "Rename the task as its time type in Procore, or add a row to the import matching template.",
        "match_task",
        IN_DIRECTORY,
    ),
    Kind(
        "item_here",
        'Project item "{code}" matches no cost code of the Procore project.',
        "waiting",
        "administrator",
        "Give the item the code that it has in Procore, or choose another item on the timesheet.",
        "match_item",
        IN_DIRECTORY,
    ),
    Kind(
        "item_removed",
        'Cost code "{code}" was removed in Procore.',
        "waiting",
        "administrator",
        "Choose another cost code for the item, choose another item on the timesheet, or put it back in Procore.",
        "match_item",
        IN_DIRECTORY,
    ),
    # ---- the record itself ---------------------------------------------------------------------------
    Kind(
        "needs_times",
        "The Procore project keeps start and stop times; enter both on the timesheet.",
        "waiting",
        "author",
        "Enter start and stop on the timesheet.",
        "edit_timesheet",
        "It goes on when the timesheet is edited, or the project keeps hours in Procore.",
    ),
    Kind(
        "in_progress",
        "The clock is still running in Procore; it is synced once clocked out.",
        "waiting",
        "author",
        "Clock out in Procore.",
        "wait",
        "It goes on when it is clocked out; Timesite looks every 15 minutes.",
        QUARTER,
    ),
    Kind(
        "invalid_time",
        "{text}",
        "failed",
        "author",
        "Correct the times or hours.",
        "edit_timesheet",
        WHEN_CHANGED,
    ),
    Kind(
        "refused",
        "Procore: {text}",
        "failed",
        "author",
        "Correct what Procore names, on the timesheet or in Procore, or press Retry once it is put right.",
        "retry",
        WHEN_CHANGED,
    ),
    Kind(
        "lock",
        "It is approved in Procore and cannot be changed there.",
        "waiting",
        "procore_administrator",
        "Take the approval back in Procore, or discard the change here.",
        "unapprove",
        "It goes on when the approval is taken back; Timesite looks once a day, too.",
        DAY,
    ),
    Kind(
        "locked",
        "The timesheet is locked here, but was changed in Procore.",
        "waiting",
        "administrator",
        "Unlock its pay period to take the change, or discard it.",
        "unlock",
        AT_ONCE,
    ),
    Kind(
        "processed",
        "The timesheet was locked and exported before it was changed in Procore; it is in the list of adjustments.",
        "waiting",
        "administrator",
        "Book the adjustment, then discard the change here; or unlock the pay period to take it.",
        "unlock",
        AT_ONCE,
    ),
    Kind(
        "split_there",
        "Procore split its time card by overtime rules, and the part is not synced; a change would miss it.",
        "waiting",
        "procore_administrator",
        "Delete the part in Procore. Or correct both time cards there and discard the change here.",
        "edit_card",
        "It goes on when the part is deleted in Procore, or receiving is switched on since it was off.",
    ),
    Kind(
        "split_off",
        "Procore split it off a time card whose timesheet still has all the hours, and waits. {why}",
        "waiting",
        "administrator",
        "See to the timesheet that it was split off: both go on together.",
        "wait",
        "It goes on together with that timesheet.",
    ),
    Kind(
        "unreadable",
        "{text}",
        "failed",
        "administrator",
        "Open and save the time card in Procore, then press Retry. If it stays, tell your support what is missing.",
        "retry",
        WHEN_CHANGED,
    ),
    Kind(
        "crashed",
        "Working on this record failed repeatedly ({error}); it was set aside.",
        "failed",
        "administrator",
        "Press Retry. If it fails again, tell your support.",
        "retry",
        WHEN_CHANGED,
    ),
    # ---- what Procore shows and allows -----------------------------------------------------------------
    Kind(
        "cannot_be_seen",
        "Procore does not show this time card to the app, but does not say it was deleted.",
        "waiting",
        "procore_administrator",
        "Check that its project is permitted to the app: Company → Admin → App Management.",
        "give_permission",
        "Timesite looks soon, then more and more rarely, at least every 15 minutes.",
        QUARTER,
    ),
    Kind(
        "permission",
        "{text}",
        "waiting",
        "procore_administrator",
        "Give the app's service account its permission back: Company → Admin → App Management.",
        "give_permission",
        "Timesite looks every 15 minutes; all of the project go on together.",
        QUARTER,
    ),
    Kind(
        "procore_busy",
        "{text}",
        "waiting",
        "nobody",
        "Procore is busy or away; there is nothing to do.",
        "wait",
        "It is tried again by itself, after as long as Procore asks for.",
        30,
    ),
    Kind(
        "in_line",
        "In line; it goes on by itself.",
        "waiting",
        "nobody",
        "Nothing has to be done; it is next as soon as a worker is free.",
        "wait",
        "Within seconds while workers run and the company is connected and not paused.",
    ),
    Kind(
        "answer_lost",
        "Procore's answer was lost; looking whether the time card is there as it was sent.",
        "waiting",
        "nobody",
        "Timesite looks for the time card, or for a part split off it, and sends it again if it is not there.",
        "wait",
        "It is looked for every few seconds, and sent again after about two minutes.",
    ),
    Kind(
        "origin_id_taken",
        "Procore has another time card with our number.",
        "waiting",
        "administrator",
        "Compare both time cards in Procore and delete the wrong one, then press Retry.",
        "retry",
        "It is looked at again by Retry, or when the record changes on either side.",
    ),
    # ---- a person decides --------------------------------------------------------------------------------
    Kind(
        "both_changed",
        "Changed here and in Procore: {units}.",
        "conflict",
        "administrator",
        "Choose which value is right.",
        "resolve",
        "It goes on when it is decided, or when both sides agree.",
    ),
    Kind(
        "deleted_here",
        "Deleted here, but changed in Procore meanwhile.",
        "conflict",
        "administrator",
        "Keep the edit, or delete it on both sides.",
        "resolve",
        "It goes on when it is decided, or when both sides agree.",
    ),
    Kind(
        "deleted_there",
        "Changed here, but deleted in Procore meanwhile.",
        "conflict",
        "administrator",
        "Keep the edit, or delete it on both sides.",
        "resolve",
        "It goes on when it is decided, or when both sides agree.",
    ),
    Kind(
        "left_scope",
        "It was moved here. {why} Its time card stays in Procore as it was.",
        "waiting",
        "administrator",
        "Link the project, move the timesheet back, delete the time card in Procore, or discard the change.",
        "decide",
        AT_ONCE,
    ),
    Kind(
        "moved_out",
        'Moved in Procore to project "{name}", which is not synced, but changed here meanwhile.',
        "waiting",
        "administrator",
        "Link a project here to it, delete the timesheet, or discard the change.",
        "decide",
        AT_ONCE,
    ),
    Kind(
        "guard",
        "There were unusually many {what} within an hour, so it waits for an administrator.",
        "waiting",
        "administrator",
        "Look at what waits, then let it through or drop it.",
        "decide",
        "All that wait in this direction go on, or are dropped, together; never by themselves.",
    ),
    # ---- left out by a rule --------------------------------------------------------------------------------
    Kind(
        "unlinked",
        'Project "{name}" is not linked, and only linked projects are synced.',
        "excluded",
        "administrator",
        "Link a project here to the Procore project, or sync all projects.",
        "link_project",
        "What was left out since the connection can be brought in when the project is linked.",
    ),
    Kind(
        "unlinked_here",
        'Project "{name}" is not linked to Procore, and only linked projects are sent.',
        "excluded",
        "administrator",
        "Link the project to its Procore project, or send all projects.",
        "link_project",
        "What was left out since the connection can be brought in when the project is linked.",
    ),
    Kind(
        "before_link",
        "It was there before its project was linked.",
        "excluded",
        "nobody",
        "Nothing: an administrator chose to start with what changes after the link.",
        "leave",
        "What is on both sides is synced again with its next change.",
        is_final=True,
    ),
    Kind(
        "switch",
        "{what} is switched off.",
        "excluded",
        "administrator",
        "Switch the direction on.",
        "switch_on",
        "Switching it on shows how many changed meanwhile; they go on if the administrator says so.",
    ),
    Kind(
        "before_switch",
        "It was there before {what} was switched on.",
        "excluded",
        "nobody",
        "Nothing: an administrator chose to start with what changes after the switch.",
        "leave",
        "What is on both sides is synced again with its next change.",
        is_final=True,
    ),
    Kind(
        "guard_dropped",
        "It was one of unusually many changes, and an administrator dropped it.",
        "excluded",
        "nobody",
        "Nothing: both sides stay as they are.",
        "leave",
        "What is on both sides is synced again with its next change.",
        is_final=True,
    ),
    Kind(
        "discarded",
        "{by} decided that this change is not to be synced.",
        "excluded",
        "nobody",
        "Nothing: both sides stay as they are.",
        "leave",
        "It is synced again with its next change on either side.",
        is_final=True,
    ),
    Kind(
        "before_connection",
        "It is older than the connection to Procore.",
        "excluded",
        "nobody",
        "Nothing: only what was entered since the connection is synced.",
        "leave",
        "Never: older records stay as they are on both sides, even when they are edited.",
        is_final=True,
    ),
    Kind(
        "equipment",
        "Equipment time cards are not synced.",
        "excluded",
        "nobody",
        "Nothing: only people's time is synced.",
        "leave",
        "Never.",
        is_final=True,
    ),
)

BY_KEY: dict[str, Kind] = {kind.key: kind for kind in KINDS}


OF_ANOTHER_VERSION = Kind(
    "other",
    "{text}",
    "waiting",
    "administrator",
    "Press Retry; the record is judged anew.",
    "retry",
    WHEN_CHANGED,
)
"""A reason that another version of Timesite left on a record; nothing of this one writes it."""


def kind_of(reason_key: str) -> Kind:
    """The entry of a reason's key, with or without what it is about."""
    return BY_KEY.get(reason_key.partition(":")[0], OF_ANOTHER_VERSION)
