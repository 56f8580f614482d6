"""The form for one time card: what it offers, what it holds, what was changed in it."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from procore_sandbox.model import World
from procore_sandbox.model.history import hours_text
from procore_sandbox.model.records import Project, Timecard, User
from procore_sandbox.web.card_rows import clock_text, name_of, person_label

Option = tuple[str, str]
IDS = ("party_id", "cost_code_id", "sub_job_id", "line_item_type_id", "timecard_time_type_id")
TEXTS = ("date", "hours", "time_in", "time_out", "lunch_time", "description")


@dataclass(slots=True)
class CardForm:
    """Values are texts as the browser sends them; `errors` are Procore's, by field."""

    values: dict[str, str]
    choices: dict[str, list[tuple[str, list[Option]]]]
    errors: dict[str, list[str]] = field(default_factory=dict)

    def take(self, sent: MultiDict[str, str]) -> dict[str, Any]:
        """Keeps what was sent; the fields that differ from what the form showed, for the model."""
        before = dict(self.values)
        for name in (*IDS, *TEXTS):
            if name in sent:
                self.values[name] = sent[name].strip()
        self.values["billable"] = "yes" if "billable" in sent else ""
        changed = {
            name: _typed(name, value) for name, value in self.values.items() if value != before.get(name)
        }
        if changed.keys() & {"date", "time_in", "time_out"}:
            # Wall-clock times are understood together with their day.
            changed |= {
                name: self.values[name] for name in ("date", "time_in", "time_out") if self.values[name]
            }
        return changed

    def all_fields(self) -> dict[str, Any]:
        """Everything that the form holds, for a new card."""
        return {
            name: _typed(name, value) for name, value in self.values.items() if value or name == "billable"
        }


def empty_form(world: World, project: Project, user: User) -> CardForm:
    """Ready to be sent as it stands: today at the site, the person themselves, a usual day."""
    choices = _choices(world, project)
    own = next((each.id for each in world.state.people if each.user_id == user.id), None)
    values = dict.fromkeys((*IDS, *TEXTS), "")
    values |= {
        "date": world.now().astimezone(ZoneInfo(project.tz_name)).date().isoformat(),
        "billable": "yes",
        "party_id": str(own or ""),
        "cost_code_id": choices["cost_code_id"][0][1][0][0],
        "line_item_type_id": choices["line_item_type_id"][0][1][0][0],
        "timecard_time_type_id": choices["timecard_time_type_id"][0][1][0][0],
    }
    times = {"time_in": "07:00", "time_out": "15:30", "lunch_time": "30"}
    values |= times if project.start_and_stop else {"hours": "8"}
    return CardForm(values, choices)


def form_of(world: World, project: Project, card: Timecard) -> CardForm:
    values = {name: str(getattr(card, name) or "") for name in IDS}
    values |= {
        "date": card.date.isoformat() if card.date else "",
        "hours": hours_text(card.hours),
        "time_in": clock_text(card.time_in, project),
        "time_out": clock_text(card.time_out, project),
        "lunch_time": "" if card.lunch_minutes is None else str(card.lunch_minutes),
        "description": card.description or "",
        "billable": "yes" if card.billable else "",
    }
    form = CardForm(values, _choices(world, project))
    for name in IDS:
        _offer_current(world, form, name)
    return form


def _offer_current(world: World, form: CardForm, name: str) -> None:
    """A value that is no longer on offer stays choosable on the card that has it."""
    value = form.values[name]
    offered = {key for _, options in form.choices[name] for key, _ in options}
    if value and value not in offered:
        kind = {"party_id": "person", "timecard_time_type_id": "time_type"}.get(
            name, name.removesuffix("_id")
        )
        form.choices[name].append(("As it is", [(value, name_of(world, kind, int(value)))]))


def _choices(world: World, project: Project) -> dict[str, list[tuple[str, list[Option]]]]:
    state = world.state
    people = sorted(
        (each for each in state.people if each.company_id == project.company_id and each.is_active),
        key=lambda each: (each.name, each.id),
    )
    here = [(str(each.id), person_label(each)) for each in people if project.id in each.project_ids]
    others = [(str(each.id), person_label(each)) for each in people if project.id not in each.project_ids]
    company = state.companies.get(project.company_id)
    labor = company.labor_line_item_type_id if company else None
    kinds = sorted(
        (each for each in state.line_item_types if each.company_id == project.company_id),
        key=lambda each: (each.id != labor, each.id),
    )
    return {
        "party_id": [("In this project", here), ("Others of the company", others)],
        "cost_code_id": _cost_codes(world, project),
        "sub_job_id": [
            (
                "",
                [
                    ("", "None"),
                    *(
                        (str(each.id), f"{each.code} {each.name}")
                        for each in state.sub_jobs
                        if each.project_id == project.id
                    ),
                ],
            )
        ],
        "line_item_type_id": [("", [(str(each.id), each.name) for each in kinds])],
        "timecard_time_type_id": [
            (
                "",
                [
                    (str(each.id), each.time_type)
                    for each in state.time_types
                    if each.company_id == project.company_id
                ],
            )
        ],
    }


def _cost_codes(world: World, project: Project) -> list[tuple[str, list[Option]]]:
    groups: dict[int | None, list[Option]] = {None: []}
    for code in sorted(world.state.cost_codes, key=lambda each: (each.full_code, each.id)):
        if code.project_id == project.id and code.deleted_at is None:
            groups.setdefault(code.sub_job_id, []).append((str(code.id), f"{code.full_code} {code.name}"))
    return [
        ("The project's" if key is None else f"Of {name_of(world, 'sub_job', key)}", options)
        for key, options in groups.items()
    ]


def _typed(name: str, value: str) -> Any:
    if name == "billable":
        return value == "yes"
    if name in IDS:
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
    return value or None
