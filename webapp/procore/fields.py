"""A time card as Procore writes it, read with tolerance into our Card: ids may be text, lunch text or a number, unknown
keys are ignored, unknown statuses kept. What is missing and needed is named (D106)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from webapp.domain.timecard import Card, CardFacts, Names, Timecard, normal_hours, normal_text
from webapp.errors import UnreadableAnswer
from webapp.procore.raw import kept

LONGEST_NAME = 200


def _hours(value: Any) -> Decimal | None:
    try:
        return normal_hours(None if value is None else str(value).strip())
    except InvalidOperation as error:
        raise ValueError("no number of hours") from error


def _whole(value: Any) -> int | None:
    """Minutes: 30, "30", "30.0", "" or null."""
    if value is None or str(value).strip() == "":
        return None
    try:
        return int(Decimal(str(value)))
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError("no number of minutes") from error


def _digits(value: Any) -> int | None:
    """Our own origin ids are digits; those of other systems are none of ours."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _text(value: Any) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) else normal_text(str(value))


def _name(value: Any) -> str | None:
    """A name of something: as long as our columns for one."""
    text = _text(value)
    return text and text[:LONGEST_NAME].strip()


def _day(value: Any) -> Any:
    """A date is a date, also where Procore writes a time behind it; it is never converted (D80)."""
    return value[:10] if isinstance(value, str) else value


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Text = Annotated[str | None, BeforeValidator(_text)]
Name = Annotated[str | None, BeforeValidator(_name)]
Status = Annotated[str | None, BeforeValidator(lambda value: (_text(value) or "")[:20] or None)]
Day = Annotated[date, BeforeValidator(_day)]


class Shape(BaseModel):
    """A JSON object of Procore's: extra keys allowed, everything but `id` may be null."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Named(Shape):
    id: int
    name: Name = None


class CostCode(Named):
    full_code: Name = None


class TimeType(Shape):
    id: int
    time_type: Name = None


class Crew(Shape):
    name: Name = None


class Sheet(Shape):
    name: Name = None
    number: Name = None


class Creator(Shape):
    name: Name = None
    login: Name = None


class TimecardEntry(Shape):
    """The company list's schema, the only one that names worker, project, sub job and status at once."""

    id: int
    date: Day
    project: Named
    hours: Annotated[Decimal | None, BeforeValidator(_hours)] = None
    time_in: datetime | None = None
    time_out: datetime | None = None
    lunch_time: Annotated[int | None, BeforeValidator(_whole)] = None
    billable: bool | None = None
    description: Text = None
    in_progress: bool | None = None
    approval_status: Status = None
    equipment: Any = None
    equipment_id: Any = None
    managed_equipment_id: Any = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    timecard_type: Name = None
    origin_id: Annotated[int | None, BeforeValidator(_digits)] = None
    split_parent_id: Annotated[int | None, BeforeValidator(_digits)] = None
    line_item_type_id: Annotated[int | None, BeforeValidator(_digits)] = None
    party: Named | None = None
    sub_job: Named | None = None
    cost_code: CostCode | None = None
    timecard_time_type: TimeType | None = None
    timesheet: Sheet | None = None
    crew: Crew | None = None
    created_by: Creator | None = None
    procore_signature: dict[str, Any] | None = None

    def card(self) -> Card:
        return Card(self.id, self._timecard(), self._facts(), self._names(), _utc(self.deleted_at))

    def _timecard(self) -> Timecard:
        return Timecard(
            date=self.date,
            hours=self.hours,
            person=self.party.id if self.party else None,
            project=self.project.id,
            time_type=self.timecard_time_type.id if self.timecard_time_type else None,
            sub_job=self.sub_job.id if self.sub_job else None,
            cost_code=self.cost_code.id if self.cost_code else None,
            start=_utc(self.time_in),
            stop=_utc(self.time_out),
            lunch_minutes=self.lunch_time,
            billable=bool(self.billable),
            description=self.description,
        )

    def _facts(self) -> CardFacts:
        return CardFacts(
            approval_status=self.approval_status,
            signed=self.procore_signature is not None,
            crew=self.crew.name if self.crew else None,
            cost_type=self.line_item_type_id,
            procore_timesheet=(self.timesheet.name or self.timesheet.number) if self.timesheet else None,
            created_by=(self.created_by.name or self.created_by.login) if self.created_by else None,
            created_at=_utc(self.created_at),
            updated_at=_utc(self.updated_at),
            in_progress=bool(self.in_progress),
            origin_id=self.origin_id,
            split_parent_id=self.split_parent_id,
            is_equipment=any((self.equipment, self.equipment_id, self.managed_equipment_id)),
        )

    def _names(self) -> Names:
        return Names(
            person=self.party.name if self.party else None,
            project=self.project.name,
            sub_job=self.sub_job.name if self.sub_job else None,
            time_type=(self.timecard_time_type.time_type if self.timecard_time_type else None)
            or self.timecard_type,
            cost_code=self.cost_code.name if self.cost_code else None,
        )


def card_of(row: Any) -> Card:
    """Raises UnreadableAnswer that names the field which does not parse or is missing."""
    try:
        return TimecardEntry.model_validate(row).card()
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else "time card"
        words = f"Procore's time card has no readable {field.replace('_', ' ')}."
        raise UnreadableAnswer(words, missing=field, raw=kept(row), origin_id=origin_of(row)) from error


def id_of(row: Any) -> int | None:
    """The id of a row, if it has a readable one."""
    value = row.get("id") if isinstance(row, dict) else None
    return None if value is None or isinstance(value, bool) else _digits(value)


def origin_of(row: Any) -> int | None:
    """Our origin id on a row; None for none and for those of other systems."""
    return _digits(row.get("origin_id")) if isinstance(row, dict) else None


def parent_of(row: Any) -> int | None:
    """The card that this one was split off, where Procore says so (at creation only)."""
    return _digits(row.get("split_parent_id")) if isinstance(row, dict) else None


def split_off(row: Any) -> tuple[int, ...]:
    """The cards of their own that overtime rules split off this one."""
    parts = row.get("automatically_split_timecard_entries") if isinstance(row, dict) else None
    ids = [id_of(part) for part in parts] if isinstance(parts, list) else []
    return tuple(part for part in ids if part is not None)


def location_of(row: Any) -> str | None:
    """The place of a card of the project's list, which alone tells it: its full name, or the node's."""
    place = row.get("location") if isinstance(row, dict) else None
    if not isinstance(place, dict):
        return None
    return _name(place.get("name")) or _name(place.get("node_name"))
