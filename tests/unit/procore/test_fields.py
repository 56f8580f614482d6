"""Procore's time card becomes ours, and ours becomes Procore's."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.procore.canned import card
from webapp.domain.timecard import CardFacts, Names, Timecard
from webapp.errors import UnreadableAnswer
from webapp.procore.drafts import bulk_row, change_body, create_fields, has_lunch, small_bulk_row
from webapp.procore.fields import card_of
from webapp.sync.ports import Draft

BIG = 2**53 - 7


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, tzinfo=UTC)


def ours(**changes: Any) -> Timecard:
    card = Timecard(date(2026, 11, 21), Decimal("7.500000"), 30554112, 562949953, 9310, cost_code=61200417)
    return replace(card, **changes)


def test_every_field_of_a_card_is_read() -> None:
    """R16."""
    read = card_of(
        card(
            77120458,
            time_in="2026-11-21T14:00:00Z",
            time_out="2026-11-22T00:00:00+01:00",
            lunch_time="30",
            sub_job={"id": 90031, "name": "East Wing", "code": "EW"},
            crew={"id": None, "name": "Steel crew"},
            timesheet={"id": 330871, "name": "2026-11-21 - 01", "number": 1},
            procore_signature={"id": 1},
            origin_id=BIG,
            approval_status="reviewed",
            in_progress=True,
        )
    )
    assert read.timecard == Timecard(
        date(2026, 11, 21),
        Decimal("8.5"),
        30554112,
        562949953,
        9310,
        90031,
        61200417,
        at(14),
        at(23),
        30,
        True,
        "Set anchor bolts",
    )
    created = datetime(2026, 11, 21, 22, 41, 9, tzinfo=UTC)
    assert read.facts == CardFacts(
        "reviewed", True, "Steel crew", 2114, "2026-11-21 - 01", "Dana Ortiz", created, created, True, BIG
    )
    assert read.facts.updated_at == created
    assert read.names == Names(
        "Marcus Bell", "2207 - Harbor Street Clinic", "East Wing", "Regular Time", "Structural Steel"
    )
    assert read.deleted_at is None


@pytest.mark.parametrize(
    "fields, attribute, value",
    [
        ({"id": "77120458000000001"}, "id", 77120458000000001),
        ({"hours": 8}, "timecard.hours", Decimal(8)),
        ({"hours": Decimal("7.1")}, "timecard.hours", Decimal("7.1")),
        ({"hours": None}, "timecard.hours", None),
        ({"lunch_time": 45}, "timecard.lunch_minutes", 45),
        ({"lunch_time": ""}, "timecard.lunch_minutes", None),
        ({"date": "2026-11-21T23:59:59-08:00"}, "timecard.date", date(2026, 11, 21)),
        ({"party": None}, "timecard.person", None),
        ({"party": {"id": "30554112", "name": None}}, "timecard.person", 30554112),
        ({"project": {"id": "562949953421312"}}, "timecard.project", 562949953421312),
        ({"billable": None}, "timecard.billable", False),
        ({"description": " a\r\nb\x07 "}, "timecard.description", "a\nb"),
        ({"origin_id": "500318"}, "facts.origin_id", 500318),
        ({"origin_id": "ERP-500318"}, "facts.origin_id", None),
        ({"approval_status": "frozen"}, "facts.approval_status", "frozen"),
        ({"deleted_at": "2026-11-21T14:00:00Z"}, "deleted_at", at(14)),
        ({"timecard_time_type": None, "timecard_type": "Overtime"}, "names.time_type", "Overtime"),
        ({"something_new": {"x": 1}, "custom_fields": None}, "id", 1),
    ],
)
def test_odd_but_clear_values_are_understood(fields: dict[str, Any], attribute: str, value: Any) -> None:
    """D80, D81, D86; README of the contract, 12."""
    read: Any = card_of(card(**{"procore_id": 1, **fields}) | fields)
    for part in attribute.split("."):
        read = getattr(read, part)
    assert read == value


@pytest.mark.parametrize(
    "fields, missing",
    [
        ({"project": None}, "project"),
        ({"date": None}, "date"),
        ({"date": "yesterday"}, "date"),
        ({"hours": "many"}, "hours"),
        ({"lunch_time": "noon"}, "lunch_time"),
        ({"time_in": "25:00"}, "time_in"),
    ],
)
def test_what_does_not_parse_is_named(fields: dict[str, Any], missing: str) -> None:
    """D106: fail with what was missing."""
    with pytest.raises(UnreadableAnswer) as told:
        card_of(card() | fields)
    assert told.value.missing == missing


def test_a_total_hours_project_is_sent_hours_and_no_times() -> None:
    """R20."""
    draft = Draft(BIG, ours(start=at(7), stop=at(15), lunch_minutes=30, description=None))
    assert create_fields(draft) == {
        "hours": "7.5",
        "party_id": 30554112,
        "timecard_time_type_id": 9310,
        "cost_code_id": 61200417,
        "date": "2026-11-21",
        "billable": True,
        "origin_id": BIG,
    }


def test_a_start_and_stop_project_is_sent_times_and_lunch_and_no_hours() -> None:
    """R20."""
    timecard = ours(
        start=at(7), stop=at(15, 30), lunch_minutes=30, billable=False, sub_job=9, description="Pour"
    )
    fields = create_fields(Draft(1, timecard, is_start_stop=True))
    assert fields["time_in"] == "2026-11-21T07:00:00Z"
    assert fields["time_out"] == "2026-11-21T15:30:00Z"
    assert fields["lunch_time"] == "30"
    assert "hours" not in fields
    assert (fields["billable"], fields["sub_job_id"], fields["description"]) == (False, 9, "Pour")


def test_only_a_lunch_that_is_sent_needs_another_road() -> None:
    """README of the contract, 4: bulk create has no lunch_time."""
    assert has_lunch(Draft(1, ours(lunch_minutes=30), is_start_stop=True))
    assert not has_lunch(Draft(1, ours(lunch_minutes=0), is_start_stop=True))
    assert not has_lunch(Draft(1, ours(lunch_minutes=None), is_start_stop=True))
    assert not has_lunch(Draft(1, ours(lunch_minutes=30)))


@pytest.mark.parametrize(
    "hours, sent", [("8", 8), ("7.5", "7.5"), ("10", 10), ("0", 0), ("0.016667", "0.016667")]
)
def test_hours_in_bulk_fit_the_integer_of_its_schema_where_they_can(hours: str, sent: Any) -> None:
    """D81; README of the contract, 12.7: fractions travel as text."""
    row = bulk_row(Draft(1, ours(hours=Decimal(hours).quantize(Decimal("0.000001")))))
    assert row["hours"] == sent
    assert type(row["hours"]) is type(sent)
    assert row["project_id"] == 562949953


def test_the_bulk_create_of_a_project_writes_our_number_as_text() -> None:
    """README of the contract, 4: an integer in all but one schema."""
    row = small_bulk_row(Draft(BIG, ours(hours=Decimal("7.5"))))
    assert (row["origin_id"], row["hours"], row["project_id"]) == (str(BIG), "7.5", 562949953)


def test_an_update_holds_what_changed_and_the_two_required_fields() -> None:
    """D49: nothing is blanked that was not touched."""
    assert change_body(5, date(2026, 11, 21), {"hours": Decimal("10.000000")}) == {
        "project_id": 5,
        "timecard_entry": {"date": "2026-11-21", "hours": "10"},
    }


def test_an_update_of_date_and_project_sends_the_new_ones() -> None:
    """D28."""
    changes = {"date": date(2026, 11, 20), "project": 6, "sub_job": None}
    assert change_body(5, date(2026, 11, 21), changes) == {
        "project_id": 6,
        "timecard_entry": {"date": "2026-11-20", "sub_job_id": None},
    }


def test_an_update_can_empty_what_can_be_empty() -> None:
    """D49."""
    changes = {"description": None, "lunch_minutes": None, "start": None, "cost_code": None}
    assert change_body(5, date(2026, 11, 21), changes)["timecard_entry"] == {
        "date": "2026-11-21",
        "description": "",
        "lunch_time": "0",
        "time_in": None,
        "cost_code_id": None,
    }


def test_an_update_of_an_unknown_field_is_a_bug_of_ours() -> None:
    """Invariant 5."""
    with pytest.raises(ValueError, match="approval_status"):
        change_body(5, date(2026, 11, 21), {"approval_status": "approved"})
