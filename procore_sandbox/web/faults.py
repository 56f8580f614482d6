"""The fault board: what shall go wrong, armed one by one, with how often it still strikes."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from procore_sandbox.model import World
from procore_sandbox.model.faults import STATUSES
from procore_sandbox.model.records import Fault
from procore_sandbox.web.pages import attempt, page, render, see_other

CALL_FIELDS, EVENT_FIELDS = ("method", "path"), ("event_type",)


@dataclass(frozen=True, slots=True)
class Effect:
    """A fault that can be armed: its sentence, and the fields that mean something for it."""

    name: str
    title: str
    text: str
    fields: tuple[str, ...]
    presets: tuple[str, ...] = ()

    @property
    def is_on_events(self) -> bool:
        return "event_type" in self.fields


EFFECTS = (
    Effect(
        "refuse",
        "Refuse calls",
        "Answers the app's call with an error instead of doing the work.",
        ("status", "retry_after", *CALL_FIELDS),
    ),
    Effect(
        "delay",
        "Answer late",
        "Does the work, but the answer takes so many seconds longer.",
        ("seconds", *CALL_FIELDS),
    ),
    Effect("lose_request", "Lose the request", "Closes the connection before any work is done.", CALL_FIELDS),
    Effect(
        "lose_answer",
        "Lose the answer",
        "Does the work, then closes the connection without an answer: "
        "the app cannot know whether it was done.",
        CALL_FIELDS,
    ),
    Effect(
        "late_effect",
        "Do the work later",
        "Closes the connection at once and does the work so many seconds later: the app looks, finds nothing, and "
        "then it comes.",
        ("seconds", *CALL_FIELDS),
    ),
    Effect(
        "html",
        "Answer with a web page",
        "Does the work, but answers with HTML, as a proxy in between would.",
        CALL_FIELDS,
    ),
    Effect("truncate", "Cut the answer", "Does the work, but sends half of the answer.", CALL_FIELDS),
    Effect("redirect", "Redirect", "Does the work, but answers 302 with another address.", CALL_FIELDS),
    Effect(
        "repeat_page",
        "Repeat a page",
        "A list answers the page before once more instead of the one that was asked for.",
        CALL_FIELDS,
    ),
    Effect("short_page", "Shorten a page", "A list answers only half of a page's rows.", CALL_FIELDS),
    Effect(
        "drift_page",
        "Shift pages",
        "Pages after the first are off by so many rows, as when others came or went meanwhile: some are left out, or "
        "with a negative number come twice.",
        ("rows", *CALL_FIELDS),
    ),
    Effect("drop_event", "Drop events", "Forgets the event: the app is never told.", EVENT_FIELDS),
    Effect(
        "delay_event",
        "Delay events",
        "Holds each event back for so many seconds.",
        ("seconds", *EVENT_FIELDS),
    ),
    Effect("duplicate_event", "Send events twice", "The same event arrives a second time.", EVENT_FIELDS),
    Effect(
        "duplicate_event_new_id",
        "Send events twice, as new ones",
        "The event arrives a second time with another id, so that only the record itself shows the repetition.",
        EVENT_FIELDS,
    ),
    Effect(
        "reorder_events",
        "Shuffle events",
        "Holds each event back for a random time up to so many seconds, so that later ones overtake.",
        ("seconds", *EVENT_FIELDS),
    ),
)
TITLES = {each.name: each for each in EFFECTS}
WHOLE, REAL, TEXT = (
    ("times", "skip", "status", "retry_after", "rows"),
    ("seconds", "probability"),
    ("method", "path", "event_type"),
)


@page("/faults")
def fault_board(world: World) -> Response:
    return render(
        world,
        "faults.html",
        fragment="_faults.html",
        effects=EFFECTS,
        titles=TITLES,
        statuses=STATUSES,
        armed=[(each, remaining(each), scope_text(each)) for each in world.faults()],
    )


@page("/faults", methods=("POST",))
def arm_fault(world: World) -> Response:
    name = request.form.get("effect", "")
    title = TITLES[name].title if name in TITLES else name
    attempt(lambda: world.add_fault(**_values()), f"Armed: {title}.")
    return _back()


@page("/faults/<int:fault_id>/clear", methods=("POST",))
def clear_fault(world: World, fault_id: int) -> Response:
    attempt(lambda: world.remove_fault(fault_id), "The fault is cleared.")
    return _back()


@page("/faults/clear", methods=("POST",))
def clear_faults(world: World) -> Response:
    attempt(world.clear_faults, "All faults are cleared.")
    return _back()


@page("/faults/tokens", methods=("POST",))
def revoke_tokens(world: World) -> Response:
    whose = request.form.get("whose")
    count = world.revoke_tokens(service=whose == "service", people=whose == "people")
    attempt(lambda: None, f"{count} tokens are revoked: the next call with one is answered 401.")
    return _back()


@page("/faults/reset", methods=("POST",))
def start_over(world: World) -> Response:
    attempt(world.reset, "Everything is as on the first day.")
    return see_other(url_for("sandbox_web.home"))


def remaining(fault: Fault) -> str:
    if fault.times is None:
        return f"until cleared, struck {fault.hits}×"
    left = max(0, fault.times - fault.hits)
    return f"{left} more" + (f", after {fault.skip} spared" if fault.skip else "")


def scope_text(fault: Fault) -> str:
    """What it does and where it strikes, in a line."""
    parts = [str(fault.status)] if fault.effect == "refuse" else []
    parts += [f"Retry-After {fault.retry_after}"] if fault.retry_after is not None else []
    parts += [f"{fault.seconds:g} s"] if fault.seconds else []
    parts += [f"{fault.rows} rows"] if fault.effect == "drift_page" else []
    parts += [
        str(each)
        for each in (fault.method, fault.path, fault.operation, fault.event_type, fault.resource_name)
        if each
    ]
    parts += [f"company {fault.company_id}"] if fault.company_id else []
    parts += [f"project {fault.project_id}"] if fault.project_id else []
    parts += [f"{fault.probability:.0%} of them"] if fault.probability < 1 else []
    return ", ".join(parts) or "anywhere"


def _values() -> dict[str, Any]:
    """The fields that were filled in; ValueError for what is no number."""
    sent = {name: value.strip() for name, value in request.form.items() if value.strip()}
    values: dict[str, Any] = {"effect": sent.get("effect", "")}
    values |= {name: int(sent[name]) for name in WHOLE if name in sent}
    values |= {name: float(sent[name]) for name in REAL if name in sent}
    values |= {name: sent[name] for name in TEXT if name in sent}
    return values


def _back() -> Response:
    return see_other(url_for("sandbox_web.fault_board"))
