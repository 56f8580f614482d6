"""Home: what this is, the steps of a first visit and which of them are done; and the choice of a person."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request, session, url_for

from procore_sandbox.model import World
from procore_sandbox.model.records import Project, User
from procore_sandbox.web.pages import page, render, see_other
from procore_sandbox.web.people import acting_person, cast


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a first visit."""

    key: str
    title: str
    text: str
    address: str
    link: str
    is_done: bool
    is_next: bool = False


@page("/")
def home(world: World) -> Response:
    person = acting_person(world)
    company = next(each for each in world.companies() if each.id == person.company_id)
    return render(world, "home.html", fragment="_steps.html", company=company, steps=_steps(world, person))


@page("/act-as", methods=("POST",))
def act_as(world: World) -> Response:
    before = acting_person(world)
    chosen = next(
        (each.user for each in cast(world) if str(each.user.id) == request.form.get("user_id")), before
    )
    session["user_id"] = chosen.id
    wanted = request.form.get("next", "/")
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    stays = is_local and chosen.company_id == before.company_id
    return see_other(wanted.rstrip("?") if stays else url_for("sandbox_web.home"))


def _steps(world: World, person: User) -> list[Step]:
    company_id, name = person.company_id, world.app.name
    installation = world.installation(company_id)
    is_installed = bool(installation and installation.is_installed)
    hooks = [each for each in world.hooks() if each.company_id == company_id]
    is_signed_in = any(each.company_id == company_id for each in world.authorized_people())
    places = world.projects(company_id, person.id)
    open_app = url_for("sandbox_web.company_app_page", company_id=company_id)
    rows: list[dict[str, Any]] = [
        {
            "key": "install",
            "title": f"Install {name}",
            "is_done": is_installed,
            "link": "App Management",
            "text": "A company administrator installs the app and picks the projects that it may see.",
            "address": url_for("sandbox_web.app_management", company_id=company_id),
        },
        {
            "key": "open",
            "title": f"Open {name}",
            "is_done": _was_opened(world, company_id),
            "link": f"Open {name}",
            "text": "The app runs in a frame inside this page, served from its own address.",
            "address": open_app,
        },
        {
            "key": "connect",
            "title": "Sign in and connect",
            "is_done": bool(hooks),
            "link": f"Open {name}",
            "text": "Sign in by the popup, then press Connect to Procore in the app's settings. "
            + (
                f"Connected; webhook hooks: {len(hooks)}."
                if hooks
                else "Signed in; not connected yet."
                if is_signed_in
                else "Nobody has signed in yet."
            ),
            "address": open_app,
        },
        {
            "key": "enter",
            "title": "Enter a time card and watch",
            "is_done": _was_told(world, company_id),
            "text": f"Enter one in a project's time card tool: it appears in {name}. Edit it there: the change "
            "appears here.",
            "link": "Enter a time card",
            "address": _new_card(company_id, places),
        },
    ]
    first_open = next((row["key"] for row in rows if not row["is_done"]), None)
    return [Step(**row, is_next=row["key"] == first_open) for row in rows]


def _was_opened(world: World, company_id: int) -> bool:
    return f"opened:{company_id}" in world.state.settings


def _was_told(world: World, company_id: int) -> bool:
    """Whether a time card's event has reached the app."""
    own = {each.id for each in world.hooks() if each.company_id == company_id}
    return any(each.hook_id in own and each.status == "delivered" for each in world.state.deliveries)


def _new_card(company_id: int, places: list[Project]) -> str:
    if not places:
        return url_for("sandbox_web.projects", company_id=company_id)
    return url_for("sandbox_web.new_timecard", company_id=company_id, project_id=places[0].id)
