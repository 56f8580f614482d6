"""Projects, people, tasks, project items and the import matching template on screen."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.acme import held_card
from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from tests.routes.screens import Screens, open_screens, said
from webapp.services import template

LISTS = ("/projects", "/users", "/tasks", "/project-items")


@pytest.fixture
def screens(site: Site) -> Screens:
    return open_screens(site)


@pytest.fixture
def connected(make_app: MakeApp, database_url: str) -> Screens:
    """On each database: they do not refuse the same."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        site = Site(app)
        site.world.install(site.theirs.id, user_id=site.dana.id)
    return open_screens(site)


def test_every_list_opens_for_everyone_and_changes_for_administrators_only(screens: Screens) -> None:
    """R2, R32."""
    for path in LISTS:
        assert screens.dana.get(path).status_code == 200
        assert screens.foreman.get(path).status_code == 200
        assert screens.foreman.post(path, {"name": "X", "code": "1", "project_id": "1"}).status_code == 403
    for path in ("/settings/import-template", "/projects/new", "/users/new"):
        assert screens.dana.get(path).status_code == 200
        assert screens.foreman.get(path).status_code == 403
    assert (
        screens.foreman.post("/settings/import-template", {"time_type": "A", "task": "B"}).status_code == 403
    )


def test_a_project_is_added_linked_and_unlinked(screens: Screens) -> None:
    """R11, R32."""
    added = screens.dana.post("/projects", {"name": "Our pier", "number": "P-9"})
    assert added.status_code == 303
    page = screens.dana.get(added.location).text
    targets = re.findall(r'<option value="(\d+-\d+)"', page)
    assert len(targets) >= 5, "Procore's permitted projects"
    theirs = targets[0].split("-")[0]
    with screens.app() as site:
        held_card(site.company_id, 1, f"unlinked:{theirs}", "…")
    assert screens.dana.post(f"{added.location}/link", {"target": targets[0]}).status_code == 303
    page = said(screens.dana.get(added.location).text)
    assert "Linked. What waited for it goes on now." in page
    with screens.app() as site:
        (link,) = site.links()
        assert link.is_dirty
    other = screens.dana.post("/projects", {"name": "Another"}).location
    assert f'value="{targets[0]}" disabled' in screens.dana.get(other).text
    screens.dana.post(f"{other}/link", {"target": targets[0]})
    assert "linked to project" in said(screens.dana.get(other).text)
    assert screens.dana.post(f"{added.location}/unlink").status_code == 303
    assert "Not linked." in screens.dana.get(added.location).text


def test_a_project_without_a_name_is_refused_at_its_field(screens: Screens) -> None:
    """R32."""
    answer = screens.dana.post("/projects", {"name": "", "number": "7"})
    assert answer.status_code == 422
    assert "Enter a name." in answer.text
    assert 'value="7"' in answer.text


def test_a_person_is_added_and_edited_and_an_email_belongs_to_one(screens: Screens) -> None:
    """R13, R32."""
    assert screens.dana.post("/users", {"name": "Cy Old", "email": "cy@example.com"}).status_code == 303
    taken = screens.dana.post("/users", {"name": "Di New", "email": "CY@example.com"})
    assert taken.status_code == 422
    assert "Cy Old has this e-mail already." in taken.text
    page = screens.dana.get("/users?q=cy").text
    path = re.search(r'href="(/users/\d+)">Cy Old', page)
    assert path is not None
    assert screens.dana.post(path[1], {"name": "Cy Older", "email": ""}).status_code == 303
    assert "Cy Older" in screens.dana.get("/users").text


def test_tasks_and_items_are_added_and_renamed_and_names_are_taken_once(screens: Screens) -> None:
    """R32, D68."""
    assert screens.dana.post("/tasks", {"name": "Travel"}).status_code == 303
    assert screens.dana.post("/tasks", {"name": "Travel"}).status_code == 422
    page = screens.dana.get("/tasks").text
    number = re.findall(r'action="(/tasks/\d+)"', page)[-1]
    assert screens.dana.post(number, {"name": "Journey"}).status_code == 303
    assert "Journey" in screens.dana.get("/tasks").text
    project = screens.dana.post("/projects", {"name": "Yard"}).location.rsplit("/", 1)[1]
    item = {"project_id": project, "code": "01-100", "name": "Gate"}
    assert screens.dana.post("/project-items", item).status_code == 303
    again = screens.dana.post("/project-items", item)
    assert again.status_code == 422
    assert "has an item" in again.text
    path = re.search(
        r'action="(/project-items/\d+)"', screens.dana.get(f"/project-items?project_id={project}").text
    )
    assert path is not None
    assert screens.dana.post(path[1], {"code": "01-101", "name": "Gate"}).status_code == 303
    assert "01-101" in screens.dana.get(f"/project-items?project_id={project}").text


def test_the_template_is_edited_as_a_whole(screens: Screens) -> None:
    """R14: it starts with Procore's standard time types; an emptied row is gone."""
    with screens.app() as site:
        rows = template.read(site.company_id)
    assert [row.time_type for row in rows][:2] == ["Regular Time", "Overtime"]
    kept = {"time_type": ["Regular Time", "", "Per *"], "task": ["Ordinary hours", "", "Allowance"]}
    assert screens.dana.post("/settings/import-template", kept).status_code == 303  # type: ignore[arg-type]
    with screens.app() as site:
        stored = [(row.time_type, row.task) for row in template.read(site.company_id)]
    assert stored == [("Regular Time", "Ordinary hours"), ("Per *", "Allowance")]
    twice = {"time_type": ["A", "a"], "task": ["X", "Y"]}
    answer = screens.dana.post("/settings/import-template", twice)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert "is there twice" in answer.text
    with screens.app() as site:
        assert len(template.read(site.company_id)) == 2


ODD = (
    "",
    "\0",
    "a\0b",
    "²",
    "٣",
    "-1",
    "9" * 30,
    "x" * 5000,
    "9" * 5000,
    "\u202e",
    "<b>",
    "2026-13-01",
    "1e9",
    "NaN",
)


@pytest.mark.parametrize("odd", ODD)
def test_nothing_that_is_typed_or_forged_breaks_a_page(connected: Screens, odd: str) -> None:
    """R32: it is refused or cleaned, on both databases."""
    page = connected.dana
    fields = ("user_id", "project_id", "task_id", "project_item_id", "date", "hours", "start", "stop", "lunch_minutes",
              "description", "version", "name", "number", "email", "employee_number", "code", "target", "reason",
              "time_type", "task", "note")  # fmt: skip
    typed = dict.fromkeys(fields, odd)
    posts = ("/timesheets", "/projects", "/users", "/tasks", "/project-items", "/settings/import-template",
             "/settings/import-timesheets/retry", "/settings/import-timesheets/add-task", "/timesheets/1",
             "/projects/1/link", "/settings/import-timesheets/messages/1/discard")  # fmt: skip
    for path in posts:
        assert page.post(path, typed).status_code in (303, 404, 409, 422), path
    for path in ("/timesheets", "/timesheets/new", "/projects", "/users", "/tasks", "/project-items"):
        query = dict.fromkeys(("q", "page", "from", "to", "state", "seen", "deleted", "date", *fields), odd)
        assert page.client.get(path, query_string=query).status_code == 200, path
