"""Switches of lists: their order, pages and filters; and of bulk writes."""

from typing import Any

import pytest

from tests.sandbox.cast import Procore

RANGE = "2026-11-01T00:00:00Z...2026-12-01T00:00:00Z"


def ids(procore: Procore, **query: Any) -> list[int]:
    return [row["id"] for row in procore.api.get(procore.cards_path, **query).json()]


def test_the_list_comes_in_the_order_of_the_switch() -> None:
    """Question 1."""
    procore = Procore()
    first, second, third = (procore.enter().id for _ in range(3))
    procore.clock.advance(10)
    procore.world.edit_timecard(procore.dana.id, second, {"hours": "2.0"})
    orders = {
        "id": [first, second, third],
        "newest": [third, second, first],
        "updated": [first, third, second],
    }
    for order, expected in orders.items():
        procore.world.set_switches(list_order=order)
        assert ids(procore) == expected


def test_an_edit_between_two_pages_shifts_the_rows_after_it() -> None:
    """Page drift: in the order of change, what is edited moves to the end and another row is never shown."""
    procore = Procore(list_order="updated", biggest_page=2)
    cards = []
    for _ in range(4):
        cards.append(procore.enter().id)
        procore.clock.advance(1)
    first = ids(procore, page=1)
    procore.world.edit_timecard(procore.dana.id, cards[0], {"hours": "2.0"})
    assert first == cards[:2]
    assert ids(procore, page=2) == [cards[3], cards[0]]


def test_no_page_is_bigger_than_the_biggest() -> None:
    """Question 1."""
    procore = Procore(biggest_page=2)
    for _ in range(3):
        procore.enter()
    answer = procore.api.get(procore.cards_path, per_page=2000)
    assert (len(answer.json()), answer.headers["Per-Page"], answer.headers["Total"]) == (2, "2", "3")
    assert 'rel="next"' in answer.headers["Link"]


@pytest.mark.parametrize(
    "position, names",
    [("both", {"Link", "Total"}), ("link", {"Link"}), ("total", {"Total"}), ("none", set())],
)
def test_how_a_list_tells_that_it_goes_on(position: str, names: set[str]) -> None:
    procore = Procore(page_headers=position, biggest_page=1)
    procore.enter(), procore.enter()
    assert {"Link", "Total"} & procore.api.get(procore.cards_path).headers.keys() == names


def test_pages_may_be_cut_before_hidden_rows_are_left_out() -> None:
    """A short page, an empty one, and rows after it."""
    procore = Procore(pages_cut_early=True, biggest_page=1)
    seen, _, last = procore.enter(), procore.enter(procore.vault), procore.enter()
    pages = [ids(procore, page=number) for number in (1, 2, 3)]
    assert pages == [[seen.id], [], [last.id]]


@pytest.mark.parametrize(
    "position, plain, quoted", [("any", 200, 200), ("needed", 400, 200), ("refused", 200, 400)]
)
def test_ranges_are_read_with_quotes_or_without(position: str, plain: int, quoted: int) -> None:
    procore = Procore(range_quotes=position)
    asked = (RANGE, f'"{RANGE}"')
    statuses = [procore.api.get(procore.cards_path, **{"filters[updated_at]": each}).status for each in asked]
    assert statuses == [plain, quoted]


def test_a_filter_that_is_not_understood_may_be_ignored() -> None:
    procore = Procore(range_quotes="needed", unread_filters="ignore")
    procore.enter()
    none = "2020-01-01...2020-01-02"
    assert len(ids(procore, **{"filters[updated_at]": none})) == 1
    assert ids(procore, **{"filters[updated_at]": f'"{none}"'}) == []


@pytest.mark.parametrize(
    "position, brackets, json", [("any", 200, 200), ("brackets", 200, 400), ("json", 400, 200)]
)
def test_several_ids_are_read_in_one_spelling_or_both(position: str, brackets: int, json: int) -> None:
    procore = Procore(id_lists=position)
    one, two, _ = procore.enter().id, procore.enter().id, procore.enter().id
    answers = [
        procore.api.get(procore.cards_path, **{"filters[id][]": [one, two]}),
        procore.api.get(procore.cards_path, **{"filters[id]": f"[{one},{two}]"}),
    ]
    assert [answer.status for answer in answers] == [brackets, json]
    assert all([row["id"] for row in each.json()] == [one, two] for each in answers if each.status == 200)


def bulk(procore: Procore, *rows: dict[str, Any]) -> Any:
    body = {"timecard_entries": [{"project_id": procore.bridge.id, **procore.fields(**row)} for row in rows]}
    return procore.api.post(procore.bulk_path, body)


def test_refused_rows_may_come_with_their_errors() -> None:
    """Question 6."""
    procore = Procore(partial_bulk=True, bulk_refusals="in_rows")
    made, refused = bulk(procore, {"origin_id": 1}, {"origin_id": 2, "hours": "25"}).json()
    assert made["origin_id"] == 1
    assert (refused["id"], refused["origin_id"], list(refused["errors"])) == (None, 2, ["hours"])


def test_bulk_rows_may_come_without_their_origin() -> None:
    """Question 6."""
    procore = Procore(bulk_rows_have_origin=False)
    [row] = bulk(procore, {"origin_id": 1}).json()
    assert row["origin_id"] is None
    card = procore.world.timecard(row["id"])
    assert card is not None
    assert card.origin_id == 1


def test_fractions_of_hours_may_be_refused_in_bulk() -> None:
    """Question 7."""
    procore = Procore(bulk_fractions_refused=True)
    assert bulk(procore, {"hours": "7.5"}).status == 422
    assert bulk(procore, {"hours": 8}).status == 200


def test_the_bulk_of_25_may_be_in_beta() -> None:
    """Question 6."""
    procore = Procore(small_bulk_offered=False)
    path = f"/rest/v1.1/projects/{procore.bridge.id}/project_timecard_entries/bulk_create"
    row = {"project_id": procore.bridge.id, **procore.fields()}
    answer = procore.api.post(path, {"timecard_entries": [row]})
    assert answer.status == 403
    assert "beta" in answer.json()["message"]
