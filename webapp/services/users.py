"""Users: added, edited, linked to the Procore person they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webapp import queueing, wiring
from webapp.domain.timesheet import Actor
from webapp.errors import InvalidInput, NotFound
from webapp.services.idempotency import done_in
from webapp.services.text import line
from webapp.store import people, releases
from webapp.store import projects as directory
from webapp.store.models import User
from webapp.store.session import StoreSession, reading, transaction

MOST_SEEN = 2000


def page(company_id: int, offset: int, limit: int, search: str = "") -> tuple[list[User], int]:
    with reading(company_id) as session:
        return people.page(session, offset, limit, search)


def visible_page(actor: Actor, offset: int, limit: int, search: str = "") -> tuple[list[User], int]:
    """All for those who see all; else themselves and who has time in what they see."""
    with reading(actor.company_id) as session:
        if actor.sees_all:
            return people.page(session, offset, limit, search)
        found = [
            u for u in people.seen_by(session, actor, MOST_SEEN) if search.casefold() in u.name.casefold()
        ]
        return found[offset : offset + limit], len(found)


def one(company_id: int, user_id: int) -> User:
    with reading(company_id) as session:
        return _found(session, user_id)


def create(company_id: int, given: dict[str, Any]) -> User:
    with transaction(company_id) as session:
        user = User(name="", created_at=wiring.clock().now())
        _change(session, user, {"name": None, **given})
        session.add(user)
        session.flush()
        done_in(session, "user", user.id)
        return user


def edit(
    company_id: int, user_id: int, given: dict[str, Any], check: Callable[[User], None] | None = None
) -> User:
    """Whatever makes a person known to Procore releases the time that waited for it. `check` looks at the user inside
    the transaction and may refuse (If-Match)."""
    with transaction(company_id) as session:
        user = people.user_to_change(session, user_id)
        if user is None:
            raise NotFound(f"There is no user {user_id}.")
        if check is not None:
            check(user)
        _change(session, user, given)
        session.flush()
        if releases.release_person(session, user, wiring.clock().now()):
            queueing.wake_after_commit(session, wiring.config().redis_url, company_id)
        return user


def _found(session: StoreSession, user_id: int) -> User:
    user = people.user(session, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


def _change(session: StoreSession, user: User, given: dict[str, Any]) -> None:
    if "name" in given:
        user.name = line("name", given["name"], 300)
    if "email" in given:
        user.email = _email(session, user, given["email"])
    if "employee_number" in given:
        user.employee_number = line("employee_number", given["employee_number"], 100, is_required=False)
    if "procore_person_id" in given:
        user.procore_person_id = _person(session, user, given["procore_person_id"])


def _email(session: StoreSession, user: User, entered: str | None) -> str | None:
    email = line("email", entered, 320, is_required=False)
    if email is None:
        return None
    name, at, host = email.partition("@")
    if not (name and at and host) or " " in email or "@" in host:
        raise InvalidInput(
            "This is no e-mail address.", {"email": ["Enter an address such as ana@example.com."]}
        )
    other = people.with_email(session, email)
    if other is not None and other.id != user.id:
        raise InvalidInput("Somebody has this e-mail.", {"email": [f"{other.name} has this e-mail already."]})
    return email


def _person(session: StoreSession, user: User, person_id: int | None) -> int | None:
    if person_id is None:
        return None
    field = "procore_person_id"
    if directory.is_directory_known(session) and people.procore_person(session, person_id) is None:
        raise InvalidInput(
            "Unknown person.", {field: [f"Procore's company directory shows no person {person_id}."]}
        )
    other = people.with_person(session, person_id)
    if other is not None and other.id != user.id:
        raise InvalidInput("Linked already.", {field: [f"{other.name} is linked to that person already."]})
    return person_id
