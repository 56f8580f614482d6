"""Filters in the spelling that Procore understands, learnt from what it answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.procore.canned import Web, card
from tests.unit.procore.test_timecards import CARDS, HIGH, LOW, START, ids, query_of
from webapp.errors import ProcoreRefused
from webapp.procore.factory import CompanyAtProcore

REFUSED = {"code": 400, "message": "filters are not understood"}


def ranges(web: Web) -> list[str]:
    return [query_of(request)["filters[updated_at]"][0][:1] for request in web.requests()]


def test_a_range_that_is_refused_is_asked_again_in_quotes_and_so_from_then_on(
    company: CompanyAtProcore, web: Web
) -> None:
    """The contract marks the spelling of ranges as uncertain."""
    web.answer("GET", CARDS, REFUSED, status=400)
    web.answer("GET", CARDS, [card(1)])
    assert ids(company.updated_between(LOW, HIGH)) == [[1]]
    web.answer("GET", CARDS, [card(1)])
    assert ids(company.updated_between(LOW, HIGH)) == [[1]]
    assert ranges(web) == ["2", '"', '"']


def test_a_range_that_is_ignored_is_noticed_by_a_card_outside(company: CompanyAtProcore, web: Web) -> None:
    """Else a sweep reads everything, always."""
    web.answer("GET", CARDS, [card(1, updated_at="2020-01-01T00:00:00Z"), card(2)])
    web.answer("GET", CARDS, [card(2)])
    assert ids(company.updated_between(LOW, HIGH)) == [[2]]
    assert ranges(web) == ["2", '"']


def test_a_list_of_the_deleted_that_shows_live_cards_is_asked_again(
    company: CompanyAtProcore, web: Web
) -> None:
    """D102: a filter that is ignored would hide every deletion."""
    web.answer("GET", CARDS, [card(1)])
    web.answer("GET", CARDS, [card(2, deleted_at="2026-11-21T23:00:00Z")])
    assert ids(company.deleted_between(START - timedelta(days=3), HIGH)) == [[2]]


def test_ids_that_are_refused_are_asked_again_in_one_list(company: CompanyAtProcore, web: Web) -> None:
    """The contract marks the spelling of lists as uncertain."""
    web.answer("GET", CARDS, REFUSED, status=400)
    web.answer("GET", CARDS, [card(1), card(2)])
    assert company.by_ids([1, 2]).keys() == {1, 2}
    assert query_of(web.requests()[1])["filters[id]"] == ["[1,2]"]


def test_ids_that_are_ignored_are_noticed_by_a_card_that_was_not_asked_for(
    company: CompanyAtProcore, web: Web
) -> None:
    web.answer("GET", CARDS, [card(1), card(9)])
    web.answer("GET", CARDS, [card(1)])
    assert company.by_ids([1]).keys() == {1}
    assert len(web.requests()) == 2


def test_where_no_spelling_helps_the_list_is_taken_as_it_comes(company: CompanyAtProcore, web: Web) -> None:
    """Callers look at each row."""
    for _ in range(3):
        web.answer("GET", CARDS, [card(1), card(9)])
    assert company.by_ids([1]).keys() == {1}
    assert len(web.requests()) == 3


def test_a_refusal_that_no_spelling_mends_is_told(company: CompanyAtProcore, web: Web) -> None:
    for _ in range(2):
        web.answer("GET", CARDS, REFUSED, status=400)
    with pytest.raises(ProcoreRefused):
        company.by_ids([1])
