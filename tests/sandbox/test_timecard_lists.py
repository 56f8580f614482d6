"""What the company's list shows, by each of its filters."""

from typing import Any

import pytest

from tests.sandbox.cast import Procore


def ids(procore: Procore, **query: Any) -> list[int]:
    """Ids that the list answers with; `filters[x]` is written as f_x."""
    named = {
        (f"filters[{name[2:]}]" if name.startswith("f_") else name): value for name, value in query.items()
    }
    answer = procore.api.call("GET", procore.cards_path, named)
    assert answer.status == 200, answer.body
    return [each["id"] for each in answer.json()]


@pytest.mark.parametrize("spelling", ["filters[id]", "filters[id][]"])
def test_ids_may_be_repeated_in_both_spellings(procore: Procore, spelling: str) -> None:
    first, _, third = procore.enter().id, procore.enter().id, procore.enter().id
    answer = procore.api.call("GET", procore.cards_path, [(spelling, str(first)), (spelling, str(third))])
    assert [each["id"] for each in answer.json()] == [first, third]


def test_ids_may_come_as_one_list(procore: Procore) -> None:
    first, second = procore.enter().id, procore.enter().id
    procore.enter()
    assert ids(procore, f_id=f"[{first},{second}]") == [first, second]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_range_of_changes_with_and_without_quotes(procore: Procore, quote: str) -> None:
    """R26, D4."""
    procore.enter()
    procore.clock.advance(60)
    wanted = procore.enter().id
    span = f"{quote}2026-11-16T12:00:30Z...2026-11-16T12:01:30Z{quote}"
    assert ids(procore, f_updated_at=span) == [wanted]


@pytest.mark.parametrize("is_inclusive", [True, False])
def test_whether_the_ends_of_a_range_belong_to_it_is_a_switch(is_inclusive: bool) -> None:
    procore = Procore(updated_bounds_inclusive=is_inclusive)
    card = procore.enter()
    found = ids(procore, f_updated_at="2026-11-16T12:00:00Z...2026-11-16T13:00:00Z")
    assert found == ([card.id] if is_inclusive else [])


def test_deleted_cards_are_only_in_the_deleted_range(procore: Procore) -> None:
    """D102."""
    gone, kept = procore.enter().id, procore.enter().id
    procore.world.delete_timecard(procore.dana.id, gone)
    span = "2026-11-16T00:00:00Z...2026-11-17T00:00:00Z"
    assert ids(procore) == [kept]
    assert ids(procore, f_updated_at=span) == [kept]
    assert ids(procore, f_deleted_at=span) == [gone]
    procore.world.set_switches(updated_list_has_deleted=True)
    assert ids(procore, f_updated_at=span) == [gone, kept]


def test_running_cards_come_only_when_asked_for(procore: Procore) -> None:
    """D29a."""
    done = procore.enter().id
    running = procore.enter(procore.mill, clock_in_time="2026-11-16T14:00:00Z").id
    assert ids(procore) == [done]
    assert ids(procore, f_include_in_progress="true") == [done, running]
    assert ids(procore, f_in_progress_only="true") == [running]


def test_clocking_out_ends_a_running_card(procore: Procore) -> None:
    """D29a."""
    card = procore.enter(procore.mill, clock_in_time="2026-11-16T14:00:00Z")
    after = procore.world.edit_timecard(procore.dana.id, card.id, {"clock_out_time": "2026-11-16T22:00:00Z"})
    assert (after.in_progress, after.hours) == (False, 8)


def test_days_and_people_narrow_the_list(procore: Procore) -> None:
    person = procore.person(5)
    early = procore.enter(date="2026-11-10").id
    late = procore.enter(party_id=person.id).id
    assert ids(procore, start_date="2026-11-11") == [late]
    assert ids(procore, end_date="2026-11-10") == [early]
    assert ids(procore, f_party_id=person.id) == [late]


def test_a_default_window_of_days_hides_older_cards_until_dates_are_sent() -> None:
    procore = Procore(list_window_days=3)
    old = procore.enter(date="2026-11-01").id
    assert ids(procore) == []
    assert ids(procore, start_date="2026-10-01", end_date="2026-12-01") == [old]


@pytest.mark.parametrize("name", ["filters[updated_at]", "filters[id]", "start_date", "per_page"])
def test_a_filter_that_cannot_be_read_is_a_bad_request(procore: Procore, name: str) -> None:
    assert procore.api.call("GET", procore.cards_path, {name: "nonsense"}).status == 400


def test_a_lagging_list_shows_the_state_of_then() -> None:
    """D6: list lag."""
    procore = Procore(list_lag_seconds=5.0)
    card = procore.enter(hours="8.0")
    assert ids(procore) == []
    procore.clock.advance(6)
    procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "1.0"})
    assert procore.api.get(procore.cards_path).json()[0]["hours"] == "8.0"
    assert procore.api.get(f"{procore.cards_path}/{card.id}").json()["hours"] == "1.0"
    procore.clock.advance(6)
    assert procore.api.get(procore.cards_path).json()[0]["hours"] == "1.0"


def test_the_project_list_shows_today_unless_days_are_sent(procore: Procore) -> None:
    today, past = procore.enter().id, procore.enter(date="2026-11-10").id
    path = f"/rest/v1.0/projects/{procore.bridge.id}/timecard_entries"
    assert [each["id"] for each in procore.api.get(path).json()] == [today]
    assert [each["id"] for each in procore.api.get(path, log_date="2026-11-10").json()] == [past]


def test_the_project_list_alone_names_the_location(procore: Procore) -> None:
    """R16."""
    place = next(each for each in procore.world.state.locations if each.project_id == procore.bridge.id)
    card = procore.enter(location_id=place.id)
    path = f"/rest/v1.0/projects/{procore.bridge.id}/timecard_entries"
    assert procore.api.get(path).json()[0]["location"]["name"] == place.name
    assert "location" not in procore.api.get(f"{procore.cards_path}/{card.id}").json()


def test_company_timesheets_look_into_the_current_week_only(procore: Procore) -> None:
    procore.enter()
    procore.enter(date="2026-11-01")
    [row] = procore.api.get(procore.bulk_path).json()
    assert len(row["timecard_entries"]) == 1


def test_pages_have_links_total_and_size(procore: Procore) -> None:
    """No next means the last page."""
    procore.world.enter_many(procore.dana.id, 5)
    first = procore.api.get(procore.cards_path, per_page=2)
    assert (first.headers["Total"], first.headers["Per-Page"]) == ("5", "2")
    assert 'page=2&per_page=2>; rel="next"' in first.headers["Link"]
    assert 'page=3&per_page=2>; rel="last"' in first.headers["Link"]
    last = procore.api.get(procore.cards_path, per_page=2, page=3)
    assert len(last.json()) == 1
    assert 'rel="next"' not in last.headers["Link"]
    assert 'rel="prev"' in last.headers["Link"]


def test_a_page_holds_2000_rows_at_most_and_100_by_itself(procore: Procore) -> None:
    procore.world.enter_many(procore.dana.id, 101)
    assert procore.api.get(procore.cards_path, per_page=9999).headers["Per-Page"] == "2000"
    assert len(procore.api.get(procore.cards_path).json()) == 100


def test_clocking_out_in_a_total_hours_project_leaves_the_hours(procore: Procore) -> None:
    card = procore.enter(hours=None, clock_in_time="2026-11-16T14:00:00Z")
    after = procore.world.edit_timecard(procore.dana.id, card.id, {"clock_out_time": "2026-11-16T20:30:00Z"})
    assert (after.in_progress, str(after.hours), after.time_in) == (False, "6.50", None)
