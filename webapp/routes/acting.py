"""The one who looks, as services know them; words and pages that several screens share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from flask import Flask, request
from flask_wtf import FlaskForm

from webapp.domain.hours import written
from webapp.domain.timesheet import Actor
from webapp.domain.zones import zone_or_utc
from webapp.errors import InvalidInput
from webapp.routes.access import viewer

PER_PAGE = 50


def register(app: Flask) -> None:
    app.add_template_filter(hours_text, "hours_text")
    app.add_template_filter(day_text, "day_text")
    app.add_template_filter(clock_text, "clock_text")


def actor() -> Actor:
    """Administrators see and edit all; others what Procore lists for them, and their own (R2)."""
    found = viewer()
    return Actor(
        company_id=found.company_id,
        name=found.name,
        may_edit_all=found.is_admin,
        user_id=found.user_id,
        procore_project_ids=None if found.is_admin else found.procore_project_ids,
    )


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands, and the addresses of its neighbours."""

    number: int
    total: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * PER_PAGE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    def address(self, number: int) -> str:
        kept = {name: value for name, value in request.args.items() if name != "seen"}
        return f"{request.path}?{urlencode(kept | {'page': str(number)})}"

    def around(self) -> Iterator[tuple[str, str | None]]:
        """(words, address or None at an end)."""
        yield "Previous", self.address(self.number - 1) if self.number > 1 else None
        yield "Next", self.address(self.number + 1) if self.number < self.last else None


def same_list() -> str:
    """The address of this list without what the page last saw of it."""
    kept = {name: value for name, value in request.args.items() if name != "seen"}
    return f"{request.path}?{urlencode(kept)}"


def page_number() -> int:
    return min(number_in("page") or 1, 1_000_000)


def whole_number(text: str | None) -> int | None:
    """A number as a form or an address carries it, if it is one that fits the database. Digits of other scripts and
    superscripts are none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def number_in(name: str) -> int | None:
    """A whole number of the query string, or None."""
    return whole_number(request.args.get(name))


def day_in(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def tell(form: FlaskForm, error: InvalidInput) -> list[str]:
    """Puts each fault at its field. What belongs to no field of the form is returned, to be said above it."""
    elsewhere = []
    for name, texts in error.fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, *texts]
        else:
            elsewhere += texts
    return elsewhere if error.fields else [str(error)]


def hours_text(hours: Decimal | None) -> str:
    return "–" if hours is None else written(hours)


def day_text(day: date) -> str:
    return day.strftime("%a %-d %b %Y")


def clock_text(moment: datetime | None, zone: str) -> str:
    """The time of day in the project's zone."""
    if moment is None:
        return ""
    return in_zone(moment, zone).strftime("%H:%M")


def in_zone(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(zone_or_utc(zone))
