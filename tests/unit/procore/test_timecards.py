"""Lists of time cards: complete, without repeats, one bad card apart."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.unit.procore.canned import API, CARDS, COMPANY, START, Web, card
from webapp.errors import ProcoreUnavailable, UnreadableAnswer
from webapp.procore.factory import CompanyAtProcore

LOW, HIGH = START - timedelta(days=3), START + timedelta(days=3)


def query_of(request: requests.PreparedRequest) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.url).query)


def ids(pages) -> list[list[int]]:
    return [[card.id for card in page] for page in pages]


def test_many_ids_are_asked_for_in_few_calls(company: CompanyAtProcore, web: Web) -> None:
    """Receiving 1,000 cards takes seven list calls."""
    web.answer("GET", CARDS, [])
    company.by_ids([*range(1, 1001), 5])
    assert len(web.requests()) == 7
    asked = [int(i) for request in web.requests() for i in query_of(request)["filters[id][]"]]
    assert asked == list(range(1, 1001))
    assert max(len(request.url) for request in web.requests()) < 8000


def test_every_list_names_a_window_and_asks_for_cards_in_progress(
    company: CompanyAtProcore, web: Web
) -> None:
    """D29a; README of the contract, 4: the list's own window is unpublished."""
    web.answer("GET", CARDS, [])
    company.by_ids([1])
    list(company.updated_between(LOW, HIGH))
    list(company.deleted_between(LOW, HIGH))
    for request in web.requests():
        query = query_of(request)
        assert query["filters[include_in_progress]"] == ["true"]
        assert query["start_date"] < ["2001-01-01"]
        assert query["end_date"] > ["2090-01-01"]
        assert query["per_page"] == ["2000"]


def test_only_live_cards_that_were_asked_for_come_back(company: CompanyAtProcore, web: Web) -> None:
    """D102: a deleted one is told by deleted_between."""
    web.answer("GET", CARDS, [card(1), card(2, deleted_at="2026-11-21T23:00:00Z"), card(9)])
    assert company.by_ids([1, 2, 3]).keys() == {1}


def test_ranges_are_iso_8601_in_utc(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 3."""
    web.answer("GET", CARDS, [])
    list(company.updated_between(LOW, HIGH))
    wanted = "2026-11-19T08:00:00Z...2026-11-25T08:00:00Z"
    assert query_of(web.requests()[0])["filters[updated_at]"] == [wanted]


def test_pages_follow_link_by_number_and_never_by_address(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 3; a token never travels to an address that an answer names."""
    more = {"Link": '<http://elsewhere.example/?page=2>; rel="next", <http://x/>; rel="last"', "Total": "3"}
    web.answer("GET", CARDS, [card(1), card(2)], headers=more)
    web.answer("GET", CARDS, [card(3)], headers={"Link": '<http://x/>; rel="first"', "Total": "3"})
    assert ids(company.updated_between(LOW, HIGH)) == [[1, 2], [3]]
    assert [query_of(request)["page"] for request in web.requests()] == [["1"], ["2"]]
    assert all(request.url.startswith(API) for request in web.requests())


def test_without_link_a_page_that_is_not_full_is_the_last(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 3: Procore's own page size counts, not the one we asked for."""
    size = {"Per-Page": "2", "Total": "3"}
    web.answer("GET", CARDS, [card(1), card(2)], headers=size)
    web.answer("GET", CARDS, [card(3)], headers=size)
    assert ids(company.updated_between(LOW, HIGH)) == [[1, 2], [3]]


def test_a_list_that_does_not_page_is_read_once(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 3: not every list pages. Bounded."""
    web.answer("GET", CARDS, [card(1)], headers={"Per-Page": "1"})
    assert ids(company.updated_between(LOW, HIGH)) == [[1]]


def test_a_card_pushed_over_a_page_border_is_not_missed(company: CompanyAtProcore, web: Web) -> None:
    """D4, mechanism 12: a card left the range while we paged, so 3 moved onto the page already read."""

    def more(total: int) -> dict[str, str]:
        return {"Link": '<http://x/>; rel="next"', "Total": str(total)}

    web.answer("GET", CARDS, [card(1), card(2)], headers=more(4))
    web.answer("GET", CARDS, [card(4)], headers={"Link": "", "Total": "3"})
    web.answer("GET", CARDS, [card(2), card(3)], headers=more(3))
    web.answer("GET", CARDS, [card(4)], headers={"Link": "", "Total": "3"})
    assert ids(company.updated_between(LOW, HIGH)) == [[1, 2], [4], [3]]
    assert len(web.requests()) == 4


def test_a_card_that_shows_twice_is_told_twice_only_if_it_changed(
    company: CompanyAtProcore, web: Web
) -> None:
    """Mechanism 12."""
    later = card(2, updated_at="2026-11-21T23:00:00Z")
    web.answer("GET", CARDS, [card(1), card(2)], headers={"Link": '<http://x/>; rel="next"', "Total": "2"})
    web.answer("GET", CARDS, [card(1), later], headers={"Link": "", "Total": "2"})
    assert ids(company.updated_between(LOW, HIGH)) == [[1, 2], [2]]


def test_fewer_cards_than_the_total_are_read_again(company: CompanyAtProcore, web: Web) -> None:
    """D4: the total held still, yet a card slipped through: one moved to the end while we paged."""
    more = {"Link": '<http://x/>; rel="next"', "Total": "4"}
    web.answer("GET", CARDS, [card(1), card(2)], headers=more)
    web.answer("GET", CARDS, [card(4), card(1)], headers={"Link": "", "Total": "4"})
    web.answer("GET", CARDS, [card(2), card(3)], headers=more)
    web.answer("GET", CARDS, [card(4), card(1)], headers={"Link": "", "Total": "4"})
    assert ids(company.updated_between(LOW, HIGH)) == [[1, 2], [4], [3]]
    assert len(web.requests()) == 4


def test_a_short_page_alone_is_read_again(company: CompanyAtProcore, web: Web) -> None:
    """Faults: short pages."""
    web.answer("GET", CARDS, [card(1)], headers={"Total": "2"})
    web.answer("GET", CARDS, [card(1), card(2)], headers={"Total": "2"})
    assert ids(company.updated_between(LOW, HIGH)) == [[1], [2]]


def test_a_page_that_comes_again_does_not_end_the_list(company: CompanyAtProcore, web: Web) -> None:
    """Faults: repeated pages. Where Link says that it goes on, it goes on."""
    more = {"Link": '<http://x/>; rel="next"', "Total": "2"}
    web.answer("GET", CARDS, [card(1)], headers=more)
    web.answer("GET", CARDS, [card(1)], headers=more)
    web.answer("GET", CARDS, [card(2)], headers={"Link": "", "Total": "2"})
    assert ids(company.updated_between(LOW, HIGH)) == [[1], [2]]


def test_reading_again_ends(company: CompanyAtProcore, web: Web) -> None:
    """Bounded: totals that never hold still."""
    for number in range(12):
        link = '<http://x/>; rel="next"' if number % 2 == 0 else ""
        web.answer("GET", CARDS, [card(number)], headers={"Link": link, "Total": str(number)})
    list(company.updated_between(LOW, HIGH))
    assert len(web.requests()) == 6


def test_updated_lists_leave_deleted_cards_out_and_deleted_lists_live_ones(
    company: CompanyAtProcore, web: Web
) -> None:
    """D102; README of the contract, 12.1."""
    web.answer("GET", CARDS, [card(1), card(2, deleted_at="2026-11-21T23:00:00Z")])
    assert ids(company.updated_between(LOW, HIGH)) == [[1]]
    assert ids(company.deleted_between(LOW, HIGH)) == [[2]]


def test_deleted_cards_can_be_asked_for_by_id(company: CompanyAtProcore, web: Web) -> None:
    """D102."""
    web.answer("GET", CARDS, [card(i, deleted_at="2026-11-21T23:00:00Z") for i in (1, 2)])
    assert ids(company.deleted_between(LOW, HIGH, [2, 3])) == [[2]]
    assert query_of(web.requests()[0])["filters[id][]"] == ["2", "3"]


def test_where_no_header_tells_of_pages_only_an_empty_one_is_the_end(
    company: CompanyAtProcore, web: Web
) -> None:
    """README of the contract, 12.1: Procore's page may be smaller than what was asked for, and say nothing of it. Found
    by the simulation: deleted cards that stood on the second page could not be seen for ever."""
    for rows in ([card(1), card(2)], [card(3)], []):
        web.answer("GET", CARDS, rows, headers={})
    assert company.by_ids([1, 2, 3]).keys() == {1, 2, 3}
    assert [query_of(request)["page"] for request in web.requests()] == [["1"], ["2"], ["3"]]


def test_one_unreadable_card_does_not_hold_the_others(company: CompanyAtProcore, web: Web) -> None:
    """D9, D106: it is told apart, with what was missing, until it is read again without fault."""
    web.answer("GET", CARDS, [card(1), card(2, project=None), card(3)])
    web.answer("GET", CARDS, [card(2)])
    assert company.by_ids([1, 2, 3]).keys() == {1, 3}
    assert company.unreadable[2].missing == "project"
    assert company.by_ids([2]).keys() == {2}
    assert company.unreadable == {}


def test_a_card_without_an_id_makes_the_list_unreadable(company: CompanyAtProcore, web: Web) -> None:
    """D106: nothing goes missing silently."""
    web.answer("GET", CARDS, [card(1), {"hours": "8"}])
    with pytest.raises(UnreadableAnswer) as told:
        company.by_ids([1])
    assert told.value.missing == "id"


def test_a_list_that_is_none_is_unreadable(company: CompanyAtProcore, web: Web) -> None:
    """D106."""
    web.answer("GET", CARDS, {"message": "hello"})
    with pytest.raises(UnreadableAnswer):
        company.by_ids([1])


def test_an_update_answers_with_the_card_as_procore_holds_it(company: CompanyAtProcore, web: Web) -> None:
    """D47."""
    web.answer("PATCH", f"{CARDS}/77", card(77, hours="7.75"))
    told = company.update(77, 562949953, date(2026, 11, 21), {"hours": Decimal("7.7")})
    assert told.timecard.hours == Decimal("7.75")


def test_an_update_whose_answer_is_no_card_counts_as_lost(company: CompanyAtProcore, web: Web) -> None:
    """D87: what was sent is compared with what is read back, always."""
    web.answer("PATCH", f"{CARDS}/77", {"id": 77})
    with pytest.raises(ProcoreUnavailable) as told:
        company.update(77, 562949953, date(2026, 11, 21), {"hours": Decimal("7.7")})
    assert told.value.is_effect_unknown


@pytest.mark.parametrize("status, body", [(200, card(77)), (204, None)])
def test_a_deletion_needs_no_body(company: CompanyAtProcore, web: Web, status: int, body: Any) -> None:
    """R17."""
    web.answer("DELETE", f"{CARDS}/77", b"" if body is None else body, status)
    company.delete(77)
    assert len(web.requests()) == 1


def test_change_history_names_column_values_when_and_who(company: CompanyAtProcore, web: Web) -> None:
    """D41."""
    url = f"{API}/rest/v1.0/companies/{COMPANY}/timecard_entries/77/change_history"
    row = {"column": "hours", "old_value": "8.5", "new_value": 7.75, "created_by": "Dana Ortiz"}
    web.answer("GET", url, [row | {"created_at": "2026-11-17T15:20:00Z"}, row | {"created_at": "then"}])
    first, second = company.change_history(77)
    assert (first.column, first.old_value, first.new_value, first.by) == (
        "hours",
        "8.5",
        "7.75",
        "Dana Ortiz",
    )
    assert first.at == datetime.fromisoformat("2026-11-17T15:20:00+00:00")
    assert second.at is None
