"""Every open question of Procore's documents has its switch, or a sentence that says why it needs none."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from procore_sandbox import contract
from procore_sandbox.model import Switches
from procore_sandbox.model.questions import MARKS, ONE_ANSWER, QUESTIONS

NAMES = {each.name for each in fields(Switches)}


def marks(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "x-uncertain" in value:
            yield str(value["x-uncertain"])
        for each in value.values():
            yield from marks(each)
    elif isinstance(value, list):
        for each in value:
            yield from marks(each)


def test_all_questions_are_there_and_only_the_browser_origins_have_no_switch() -> None:
    assert list(QUESTIONS) == list(range(1, 23))
    assert [number for number, names in QUESTIONS.items() if not names] == [19]


def test_every_switch_that_answers_a_question_exists() -> None:
    named = {name for names in [*QUESTIONS.values(), *MARKS.values()] for name in names}
    assert named <= NAMES


@pytest.mark.parametrize("mark", sorted(set(marks(contract.document()))))
def test_every_mark_of_the_contract_has_a_switch_or_one_answer(mark: str) -> None:
    assert [each for each in [*MARKS, *ONE_ANSWER] if mark.startswith(each)]


@pytest.mark.parametrize("begin", [*MARKS, *ONE_ANSWER])
def test_no_line_is_about_a_mark_that_the_contract_does_not_have(begin: str) -> None:
    assert any(mark.startswith(begin) for mark in marks(contract.document()))


def test_the_page_for_readers_names_every_question() -> None:
    page = (Path(__file__).parents[2] / "docs" / "open-questions.md").read_text(encoding="utf-8")
    told = {
        int(number)
        for row in re.findall(r"^\| ([\d, ]+) \|", page, re.MULTILINE)
        for number in row.split(", ")
    }
    assert told == set(QUESTIONS)
