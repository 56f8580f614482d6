"""The form of one timesheet: what is shown for it, and which fields were really changed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from webapp.domain.timesheet import EDITABLE, TimesheetView
from webapp.routes.acting import in_zone, whole_number
from webapp.services.timesheet_input import LONGEST_DESCRIPTION

CLOCK = ("date", "start", "stop", "lunch_minutes")


class HoursField(StringField):
    """7.5, 7,5 and 7:30 are the same."""

    data: Decimal | None  # type: ignore[assignment]  # text is what comes in, not what is kept

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip().replace(",", ".")

        self.data = None
        if not text:
            return
        try:
            whole, colon, minutes = text.partition(":")
            self.data = Decimal(whole) + Decimal(minutes) / 60 if colon else Decimal(text)
        except InvalidOperation as error:
            raise ValueError("Enter hours as 7.5 or 7:30.") from error
        if not self.data.is_finite() or abs(self.data) > 1000:
            raise ValueError("Enter hours from 0 to 24.")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:.2f}"


def _number(text: Any) -> int | None:
    """A choice's id; nothing chosen is None."""
    return whole_number(str(text))


def _choice(label: str) -> Field:
    return SelectField(label, coerce=_number, validate_choice=False)


class TimesheetForm(FlaskForm):
    user_id = _choice("Person")
    project_id = _choice("Project")
    task_id = _choice("Task")
    project_item_id = _choice("Project item")
    date = DateField("Date", [InputRequired("Enter a date.")])
    hours = HoursField("Hours")
    start = TimeField("Start", [Optional()])
    stop = TimeField("Stop", [Optional()])
    lunch_minutes = IntegerField(
        "Lunch, minutes", [Optional(), NumberRange(0, 1440, "Lunch is a number of minutes from 0 to 1440.")]
    )
    billable = BooleanField("Billable")
    description = TextAreaField("Description", [Length(max=LONGEST_DESCRIPTION)])
    version = HiddenField()

    def entered(self) -> dict[str, Any]:
        """All fields, for a new timesheet."""
        return {name: self[name].data for name in EDITABLE}

    def shown_version(self) -> int:
        """The version that the form was filled from; 0, which is none, when it says nothing readable."""
        return whole_number(str(self.version.data)) or 0

    def changed_from(self, shown: dict[str, Any]) -> dict[str, Any]:
        """Only what differs from what the form showed, so that hours that Procore stores finer than they are shown stay
        as they are. Start and stop travel together, since each is read on the entered date."""
        given = {name: self[name].data for name in EDITABLE if self[name].data != shown[name]}
        if any(name in given for name in CLOCK):
            given |= {"start": self.start.data, "stop": self.stop.data}
        if given.get("description") == "" and not shown["description"]:
            del given["description"]
        return given


def shown(sheet: TimesheetView) -> dict[str, Any]:
    """What the form shows for a stored timesheet: times of day in the project's zone, hours with two decimals."""
    return {
        "user_id": sheet.user.id if sheet.user else None,
        "project_id": sheet.project.id,
        "task_id": sheet.task.id if sheet.task else None,
        "project_item_id": sheet.project_item.id if sheet.project_item else None,
        "date": sheet.date,
        "hours": None if sheet.hours is None else sheet.hours.quantize(Decimal("0.01")),
        "start": _clock(sheet.start, sheet.zone),
        "stop": _clock(sheet.stop, sheet.zone),
        "lunch_minutes": sheet.lunch_minutes,
        "billable": sheet.billable,
        "description": sheet.description or "",
    }


def _clock(moment: Any, zone: str) -> Any:
    return None if moment is None else in_zone(moment, zone).time().replace(second=0, microsecond=0)
