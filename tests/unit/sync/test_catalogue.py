"""The catalogue of reasons is whole: every entry says who can fix it, what the fix is and what goes on then."""

from __future__ import annotations

import inspect
import string
from datetime import timedelta
from itertools import product

import pytest

from webapp.domain.waits import LONGEST
from webapp.sync import holds
from webapp.sync.catalogue import BY_KEY, KINDS, LONGEST_KEY, OWNERS, Kind, Reason, kind_of

GIVEN = {
    "name": "Per Diem",
    "project_id": 7,
    "cost_code_id": 7,
    "person_id": 7,
    "sub_job_id": 7,
    "user_id": 7,
    "task_id": 7,
    "item_id": 7,
    "code": "03-300",
    "text": "it says so",
    "error": "KeyError",
    "units": ["date", "time_type"],
    "direction": "receive",
    "by": "Dana P.",
    "what": "deletions",
    "for_new": None,
    "why": "it is not linked",
}


def every_reason() -> list[Reason]:
    """What each function of `holds` makes of plausible facts."""
    made = []
    for _, function in inspect.getmembers(holds, inspect.isfunction):
        if function.__module__ != holds.__name__:
            continue
        names = inspect.signature(function).parameters
        flags = [name for name, parameter in names.items() if parameter.annotation in (bool, "bool")]
        given = {name: GIVEN[name] for name in names if name not in flags}
        for chosen in product((False, True), repeat=len(flags)):
            made.append(function(**given, **dict(zip(flags, chosen, strict=True))))
    return made


def test_nothing_but_an_approved_card_waits_for_longer_than_is_believed() -> None:
    """D104: what waits for longer is looked at again and again, as if our clock had been put back."""
    long = [kind.key for kind in KINDS if timedelta(seconds=kind.retry_seconds or 0) > LONGEST]
    assert long == ["lock"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_reason_says_who_can_fix_it_and_how(kind: Kind) -> None:
    """R28, invariant 6: a fix, an owner and what is retried, each a sentence of the user's words."""
    assert OWNERS[kind.owner]
    for sentence in (kind.fix, kind.retried):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
    assert (kind.action == "leave") == kind.is_final
    assert kind.is_final <= (kind.state == "excluded")
    assert kind.state != "in_sync"
    assert (kind.action == "resolve") == (kind.state == "conflict")


def test_no_two_reasons_share_a_key() -> None:
    assert len(BY_KEY) == len(KINDS)


def test_a_failure_is_never_retried_by_itself() -> None:
    """R25, D103: only a change on either side, or Retry, has it looked at again."""
    assert [kind.key for kind in KINDS if kind.state == "failed" and kind.retry_seconds is not None] == []


def test_what_nobody_can_fix_ends_by_itself_or_is_a_rule() -> None:
    """R28: a record that waits for nobody waits for a time."""
    for kind in KINDS:
        if kind.owner == "nobody":
            assert kind.is_final or kind.action == "wait"


def test_every_function_makes_a_reason_of_the_catalogue_and_every_entry_is_made() -> None:
    """Invariant 6: nothing is held by a reason that is not listed, and nothing is listed that holds nothing."""
    made = every_reason()
    assert {kind_of(reason.key).key for reason in made} == {kind.key for kind in KINDS}
    for reason in made:
        kind = kind_of(reason.key)
        assert (reason.state, reason.retry_seconds) == (kind.state, kind.retry_seconds)
        assert not set("{}") & set(reason.text)
        assert "None" not in reason.text


def test_sentences_name_what_they_are_about() -> None:
    for kind in KINDS:
        words = [name for _, name, _, _ in string.Formatter().parse(kind.sentence) if name]
        assert len(words) <= 1, kind.key


def test_a_name_with_braces_or_of_any_length_makes_a_key_that_fits() -> None:
    """D86: names are shown as they are and never read as markup or format."""
    reason = holds.time_type_not_in_template("{0} " + "x" * 500)
    assert "{0} xxx" in reason.text
    assert len(reason.key) == LONGEST_KEY


def test_a_reason_of_another_version_is_still_told() -> None:
    """R28: after an update no record is left without an allowed next action."""
    assert kind_of("once_upon_a_time:7").action == "retry"
