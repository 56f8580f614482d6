"""Who and what is meant: R13, R14, R18, R19, D22, D60, D65."""

from __future__ import annotations

import pytest

from webapp.domain.match import Candidate, folded, task_for, unique_match

ANA = Candidate(1, ("ana@example.com", "E-7"))
BO = Candidate(2, ("bo@example.com", "E-8"))


def test_e_mail_comes_before_employee_number() -> None:
    """D60."""
    assert unique_match(("BO@example.com ", "E-7"), [ANA, BO]) == (2, False)


def test_the_employee_number_decides_where_no_e_mail_matches() -> None:
    """D60."""
    assert unique_match((None, "e-7"), [ANA, BO]) == (1, False)


def test_nothing_to_go_by_matches_nobody() -> None:
    """D60: two without e-mail and number stay two."""
    assert unique_match((None, ""), [Candidate(1, (None, ""))]) == (None, False)


def test_several_by_the_strongest_key_are_ambiguous() -> None:
    """D22: and a weaker key does not break the tie."""
    twins = [Candidate(1, ("H-1", "Harbour")), Candidate(2, ("H-1", "Other"))]
    assert unique_match(("H-1", "Harbour"), twins) == (None, True)


@pytest.mark.parametrize("name", ["Regular Time", " regular  time ", "REGULAR TIME", "Regular\u00a0Time"])
def test_time_types_match_however_they_are_written(name: str) -> None:
    """D65: trimmed, case folded, Unicode normalised."""
    assert task_for(name, [("Regular Time", "Ordinary")]) == "Ordinary"


def test_an_exact_row_goes_before_a_wildcard() -> None:
    """R14."""
    rows = [("*", "Anything"), ("Over*", "Extra"), ("Overtime", "Overtime hours")]
    assert task_for("Overtime", rows) == "Overtime hours"
    assert task_for("Over and out", [rows[1], rows[0]]) == "Extra"
    assert task_for("Holiday", [("Over*", "Extra"), ("?TO", "Leave")]) is None
    assert task_for("PTO", [("?TO", "Leave")]) == "Leave"


def test_signs_of_a_pattern_language_are_only_letters() -> None:
    """A name like 'Shift (2+1).' is no pattern."""
    assert task_for("Shift (2+1).", [("Shift (2+1).*", "Shift")]) == "Shift"
    assert task_for("Shift 221", [("Shift (2+1).*", "Shift")]) is None


def test_folding_leaves_nothing_of_blanks() -> None:
    assert folded("  \t ") == ""
