"""The survey at the end of `make chaos` sees each kind of broken promise, on two canned sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from benchmarks.chaos.book import Book
from benchmarks.chaos.survey import Survey
from benchmarks.site import Site

MARK = "chaos-1"


def timesheet(key: int = 1, hours: str = "8.00", **more: Any) -> dict[str, Any]:
    same = {"date": "2026-11-16", "user": {"id": 4}, "project_item": None, "billable": True}
    sync = {"state": "in_sync", "reason": None, "procore_id": "70"}
    return {
        "id": key,
        "hours": hours,
        "description": MARK,
        "start": None,
        "stop": None,
        "sync": sync,
        **same,
        **more,
    }


def card(key: int = 70, hours: str = "8.0", **more: Any) -> dict[str, Any]:
    same = {"date": "2026-11-16", "party": {"id": 9}, "cost_code": None, "billable": True}
    where = {"time_in": None, "time_out": None, "origin_id": "5", "deleted_at": None}
    return {"id": key, "hours": hours, "description": MARK, **where, **same, **more}


@dataclass
class Api:
    """Our REST API: what the survey reads of it."""

    gone: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    history: list[dict[str, Any]]
    records: int

    def pages(self, path: str, **query: Any) -> list[Any]:
        lists = {
            "/conflicts": self.conflicts,
            "/timesheets": self.gone,
            "/users": [{"id": 4, "employee_number": "E4"}],
        }
        return lists.get(path, [])

    def get(self, path: str) -> Any:
        if path == "/ledger":
            none, all_of_it = {"records": 0, "hours": "0"}, {"records": self.records, "hours": "8"}
            return {
                "waiting": none, "failed": none, "conflict": none, "excluded": none,
                "in_sync": all_of_it, "total": all_of_it,
            }  # fmt: skip
        return self.history


@dataclass
class Procore:
    """The stand-in's control API."""

    cards: list[dict[str, Any]]

    deletion: int = 0
    """Of any card: the number of its line in the change history."""

    def get(self, path: str, **query: Any) -> Any:
        if path.endswith("/state"):
            return {"companies": [{"id": "1", "users": [{"name": "Dana Ortiz", "is_admin": True}]}]}
        line = {"id": self.deletion, "column": "deleted_at", "old_value": None, "created_by": "the sync"}
        return self.cards if path.endswith("/timecards") else {"change_history": [line]}


@dataclass
class Sides:
    ours: list[dict[str, Any]] = field(default_factory=lambda: [timesheet()])
    cards: list[dict[str, Any]] = field(default_factory=lambda: [card()])
    gone: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    records: int = 1
    deletion: int = 0
    procore_id: int = 1
    theirs: str = "/their"

    def __post_init__(self) -> None:
        self.api = Api(self.gone, self.conflicts, self.history, self.records)
        self.procore = Procore(self.cards, self.deletion)

    def timesheets(self) -> list[dict[str, Any]]:
        return self.ours

    def their_numbers(self) -> tuple[dict[int, str], dict[int, str]]:
        return {9: "E4"}, {}


def survey(sides: Sides, entered: str = "8.00") -> Survey:
    """`entered`: the hours that a person was told are stored."""
    book = Book()
    book.accepted("ours", "created", MARK, {"hours": entered, "description": MARK})
    return Survey(cast(Site, sides), book)


def test_two_equal_sides_break_no_promise() -> None:
    """R21, R31a."""
    found = survey(Sides())
    assert (found.lost(), found.doubled(), found.unequal(), found.ledger_faults()) == ([], [], [], [])


def test_an_accepted_value_that_nobody_replaced_is_missed() -> None:
    """R23: no value that a person entered is overwritten without a trace."""
    assert len(survey(Sides(), entered="7.25").lost()) == 1


def test_an_accepted_value_that_a_person_replaced_or_a_conflict_keeps_is_not_missed() -> None:
    """R23."""
    edit = {"by": "API key bench", "changes": {"hours": {"from": "7.25", "to": "8.00"}}}
    assert survey(Sides(history=[edit]), entered="7.25").lost() == []
    assert len(survey(Sides(history=[{**edit, "by": "Procore"}]), entered="7.25").lost()) == 1
    kept = {
        "timesheet_id": 1, "procore_id": "70", "ours": {"values": {"hours": "7.25"}}, "theirs": {"values": None}
    }  # fmt: skip
    assert survey(Sides(conflicts=[kept]), entered="7.25").lost() == []


def test_a_record_that_is_nowhere_is_missed() -> None:
    """R21."""
    assert f"{MARK}, created ours: nowhere" in survey(Sides(ours=[], cards=[])).lost()


def test_a_deleted_record_that_lives_without_a_conflict_is_missed() -> None:
    """R24."""
    sides = Sides()
    found = survey(sides)
    found.book.accepted("theirs", "deleted", MARK, {})
    assert len(found.lost()) == 1


def test_doubled_records_are_seen() -> None:
    """R21, D6: two cards of one timesheet, two timesheets of one card."""
    assert len(survey(Sides(cards=[card(), card(71)])).doubled()) == 2  # by the mark, and by the origin id
    assert len(survey(Sides(ours=[timesheet(), timesheet(2)])).doubled()) == 2


GONE = "2026-11-16T10:00:00Z"


def test_a_second_card_is_seen_although_it_was_deleted_again() -> None:
    """D6: the double that we clean up ourselves was made all the same."""
    cards = [card(), card(72, deleted_at=GONE)]
    found = survey(Sides(cards=cards, deletion=73))
    assert found.doubled() == []
    assert found.made_twice() == [
        f"{what}: card 72 was made while card 70 lived" for what in (MARK, "origin id 5")
    ]
    assert found.made_again() == 0
    first_is_gone = [card(deleted_at=GONE), card(72)]
    assert len(survey(Sides(cards=first_is_gone, deletion=73)).made_twice()) == 2


def test_a_card_in_the_place_of_a_deleted_one_is_no_second_card() -> None:
    """D42: a person kept the edit of a record that was deleted there."""
    found = survey(Sides(cards=[card(deleted_at=GONE), card(72)], deletion=71))
    assert (found.made_twice(), found.made_again()) == ([], 1)


def test_a_second_timesheet_is_seen_although_it_is_in_the_trash() -> None:
    """R21: at most one timesheet per card, ever."""
    found = survey(Sides(gone=[timesheet(2)]))
    assert (found.doubled(), found.made_twice()) == ([], [f"{MARK}: timesheets [1, 2]"])


def test_sides_that_differ_and_sides_without_a_partner_are_seen() -> None:
    """R21: in sync, and yet not equal."""
    assert any("hours" in line for line in survey(Sides(cards=[card(hours="7.5")])).unequal())
    assert any("only here" in line for line in survey(Sides(cards=[])).unequal())


def test_a_reason_explains_a_difference() -> None:
    """R31a: a record that waits says why."""
    reason = {"key": "both_changed", "text": "…"}
    waiting = timesheet(sync={"state": "conflict", "reason": reason, "procore_id": "70"})
    assert survey(Sides(ours=[waiting], cards=[card(hours="7.5")])).unequal() == []


def test_a_ledger_that_counts_too_much_is_seen() -> None:
    """R31a."""
    assert survey(Sides(records=2)).ledger_faults() == ["records that live: 2 against 1"]
