"""*Same person?*: two users of one name are two until an administrator says otherwise, and takes it back (D60, D61)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import queueing, wiring
from webapp.domain.timesheet import Actor
from webapp.errors import Forbidden, InvalidInput, NotFound
from webapp.store import people, releases, same_person
from webapp.store.models import User
from webapp.store.session import StoreSession, reading, transaction


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Users of one name who may be one person."""

    name: str
    user_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in Procore's directory with a user's name, and linked to nobody."""

    procore_person_id: int
    name: str
    email: str | None
    employee_number: str | None


def suggestions(company_id: int) -> list[Namesakes]:
    with reading(company_id) as session:
        return [Namesakes(g[0].name, tuple(user.id for user in g)) for g in same_person.namesakes(session)]


def candidates(company_id: int, user_id: int) -> list[Candidate]:
    """Whom sending might mean by a user that matches nobody by e-mail or employee number."""
    with reading(company_id) as session:
        found = same_person.unlinked_people_named(session, _user(session, user_id).name)
        return [Candidate(p.procore_id, p.name, p.email, p.employee_number) for p in found]


def say(actor: Actor, user_id: int, same_as_id: int) -> None:
    """Their days count together, and one Procore person stands for both where the other has none."""
    _administrators_only(actor)
    if user_id == same_as_id:
        raise InvalidInput("A user is the same person anyway.", {"same_as_id": ["Choose another user."]})
    with transaction(actor.company_id) as session:
        user, other = _user(session, user_id), _user(session, same_as_id)
        same_person.say(session, user, other)
        session.flush()
        _release(session, other)


def take_back(actor: Actor, user_id: int) -> None:
    _administrators_only(actor)
    with transaction(actor.company_id) as session:
        user = _user(session, user_id)
        same_person.take_back(session, user)
        session.flush()
        _release(session, user)


def _user(session: StoreSession, user_id: int) -> User:
    user = people.user(session, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


def _release(session: StoreSession, user: User) -> None:
    if releases.release_person(session, user, wiring.clock().now()):
        queueing.wake_after_commit(session, wiring.config().redis_url, session.company_id)


def _administrators_only(actor: Actor) -> None:
    if not actor.may_edit_all:
        raise Forbidden("Only an administrator can say who is the same person.")
