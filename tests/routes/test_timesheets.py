"""The timesheets screens: list, add, edit, delete, history, and who may do what."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.site import Site
from tests.routes.screens import STRANGER, Screens, open_screens, said, value_of
from tests.routes.visitor import framed

FRAGMENT = {"HX_Request": "true"}


@pytest.fixture
def screens(site: Site) -> Screens:
    return open_screens(site)


def enter(screens: Screens, **changes: str) -> dict[str, str]:
    """What Dana types into the form of a new timesheet."""
    with screens.app() as site:
        known = site._refs(0, 4)
    return {
        "user_id": str(known["user_id"]), "project_id": str(known["project_id"]), "task_id": str(known["task_id"]),
        "project_item_id": "", "date": "2026-11-16", "hours": "7,5", "start": "", "stop": "", "lunch_minutes": "",
        "billable": "y", "description": "Pour, north pier",
    } | changes  # fmt: skip


def form_of(page: str) -> dict[str, str]:
    """A form's fields as the browser would send them back."""
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    text = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.S)
    fields["description"] = text[1] if text else ""
    return {name: value for name, value in fields.items() if name not in ("csrf_token", "page_company")}


def first_id(screens: Screens) -> int:
    with screens.app() as site:
        return site.timesheets()[0].id


def test_a_new_timesheet_is_in_the_list_with_its_state(screens: Screens) -> None:
    """R17, R29: the form works without JavaScript."""
    answer = screens.dana.post("/timesheets", enter(screens))
    assert (answer.status_code, answer.location) == (303, "/timesheets")
    page = said(screens.dana.get("/timesheets").text)
    assert "Timesheet added." in page
    assert "Mon 16 Nov 2026" in page
    assert "7.50" in page
    assert "Waiting" in page


def test_a_fault_is_told_at_its_field_and_nothing_that_was_typed_is_lost(screens: Screens) -> None:
    """D82."""
    answer = screens.dana.post("/timesheets", enter(screens, hours="25"))
    assert answer.status_code == 422
    assert 'aria-describedby="hours-hint hours-error"' in answer.text
    assert "cannot hold more than 24 hours" in answer.text
    assert "Pour, north pier" in answer.text
    assert value_of(answer.text, "hours") == "25"
    nonsense = screens.dana.post("/timesheets", enter(screens, hours="eight", date="someday"))
    assert nonsense.status_code == 422
    with screens.app() as site:
        assert site.timesheets() == []


def test_minutes_may_be_typed_as_hours_and_minutes(screens: Screens) -> None:
    """D81."""
    screens.dana.post("/timesheets", enter(screens, hours="7:30"))
    with screens.app() as site:
        assert str(site.timesheets()[0].hours) == "7.5"


def test_hours_left_empty_are_counted_from_start_stop_and_lunch(screens: Screens) -> None:
    """D84: in the project's zone once it is linked."""
    typed = enter(screens, hours="", start="07:00", stop="15:30", lunch_minutes="30")
    assert screens.dana.post("/timesheets", typed).status_code == 303
    with screens.app() as site:
        assert site.timesheets()[0].hours == 8


def test_an_edit_changes_what_was_changed_and_is_told_in_the_history(screens: Screens) -> None:
    """R29."""
    screens.dana.post("/timesheets", enter(screens))
    path = f"/timesheets/{first_id(screens)}"
    typed = form_of(screens.dana.get(path).text)
    assert screens.dana.post(path, typed | {"billable": "y"}).status_code == 303
    with screens.app() as site:
        assert site.timesheets()[0].version == 1, "nothing was changed"
    assert screens.dana.post(path, typed | {"billable": "y", "hours": "8"}).status_code == 303
    page = said(screens.dana.get(path).text)
    assert "Dana Ortiz edited it hours: 7.50 → 8.00" in page


def test_an_edit_of_an_old_page_is_not_saved_over_a_newer_one(screens: Screens) -> None:
    """R33."""
    screens.dana.post("/timesheets", enter(screens))
    path = f"/timesheets/{first_id(screens)}"
    old = form_of(screens.dana.get(path).text)
    screens.dana.post(path, old | {"billable": "y", "hours": "8"})
    answer = screens.dana.post(path, old | {"billable": "y", "hours": "9"})
    assert answer.status_code == 412
    assert "Somebody changed this timesheet meanwhile" in answer.text
    with screens.app() as site:
        assert site.timesheets()[0].hours == 8


def test_a_deletion_is_asked_for_first_and_stays_in_the_history(screens: Screens) -> None:
    """R17, R29."""
    screens.dana.post("/timesheets", enter(screens))
    path = f"/timesheets/{first_id(screens)}"
    question = screens.dana.get(f"{path}/delete")
    assert "Delete this timesheet?" in question.text
    version = value_of(question.text, "version")
    assert screens.dana.post(f"{path}/delete", {"version": version}).status_code == 303
    assert path not in screens.dana.get("/timesheets").text
    assert path in screens.dana.get("/timesheets?deleted=yes").text
    assert "Dana Ortiz deleted it" in said(screens.dana.get(path).text)
    assert screens.dana.post(f"{path}/delete", {}).status_code == 404


def test_the_list_sends_nothing_while_nothing_changes(screens: Screens) -> None:
    """R27, R29."""
    screens.dana.post("/timesheets", enter(screens))
    mark = value_of(screens.dana.get("/timesheets").text, "seen")
    path = f"/timesheets?state=waiting&seen={mark}"
    assert screens.dana.get(path, **FRAGMENT).status_code == 204
    with screens.app() as site:
        site.settle()
    fresh = screens.dana.get(path, **FRAGMENT)
    assert fresh.status_code == 200
    assert "<html" not in fresh.text
    assert f"seen={mark}" not in fresh.text
    assert "No timesheets here" in fresh.text, "it is in sync now"


def test_a_filter_that_makes_no_sense_shows_all(screens: Screens) -> None:
    """R29."""
    screens.dana.post("/timesheets", enter(screens))
    query = "user_id=x&project_id=99999999999999999999&from=soon&state=odd&page=-1"
    assert "7.50" in screens.dana.get(f"/timesheets?{query}").text
    assert "7.50" not in screens.dana.get("/timesheets?from=2026-11-17").text


def test_text_from_people_is_never_markup(screens: Screens) -> None:
    """D86."""
    screens.dana.post("/timesheets", enter(screens, description="<script>alert(1)</script>"))
    for page in ("/timesheets", f"/timesheets/{first_id(screens)}"):
        assert "<script>alert" not in screens.dana.get(page).text


def test_a_foreman_adds_own_time_and_cannot_change_that_of_others(screens: Screens) -> None:
    """R2."""
    with screens.app() as site:
        site.enter("6.0")  # links the project that Procore lists for both
        site.settle()
        place = site.timesheets()[0]
    others = f"/timesheets/{place.id}"
    assert others in screens.foreman.get("/timesheets").text
    assert re.search(r'<fieldset class="plain stack"\s+disabled', screens.foreman.get(others).text)
    new = screens.foreman.get("/timesheets/new").text
    people = re.findall(r'<select id="user_id".*?</select>', new, re.S)[0]
    (own,) = re.findall(r'value="(\d+)"', people)
    mine = enter(screens, user_id=own, project_id=str(place.project_id), hours="3")
    assert screens.foreman.post("/timesheets", mine).status_code == 303
    assert screens.foreman.post("/timesheets", mine | {"user_id": str(place.user_id)}).status_code == 403
    change = form_of(screens.dana.get(others).text) | {"hours": "1", "billable": "y"}
    assert screens.foreman.post(others, change).status_code == 403
    assert screens.foreman.post(f"{others}/delete", {}).status_code == 403
    with screens.app() as site:
        assert [str(sheet.hours) for sheet in site.timesheets()] == ["6", "3"]


def test_someone_of_another_company_sees_no_timesheet(screens: Screens) -> None:
    """R2."""
    screens.dana.post("/timesheets", enter(screens))
    stranger = framed(screens.site, STRANGER)
    for path in ("/timesheets", f"/timesheets/{first_id(screens)}"):
        page = stranger.get(path)
        assert page.status_code in (403, 404, 302, 200)
        assert "Pour" not in page.text
