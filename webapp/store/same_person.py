"""Who may be the same person: users of one name, and what an administrator said about them (D60, D61).

Saying so moves nothing: time stays with the user it was entered for, so that it can be taken back at any time.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from webapp.domain.match import folded
from webapp.store.models import ProcorePerson, User
from webapp.store.session import StoreSession


def namesakes(session: StoreSession) -> list[list[User]]:
    """Users of one name whom nobody has said to be one person yet, two or more each."""
    by_name: dict[str, list[User]] = defaultdict(list)
    for user in session.scalars(select(User).order_by(User.id)):
        by_name[folded(user.name)].append(user)
    return [group for name, group in by_name.items() if name and len({root_of(user) for user in group}) > 1]


def root_of(user: User) -> int:
    return user.same_as_id or user.id


def group_of(session: StoreSession, user: User) -> list[User]:
    """This user and all who are the same person, the one they are said to be first."""
    root = root_of(user)
    members = session.scalars(
        select(User).where((User.id == root) | (User.same_as_id == root)).order_by(User.id)
    )
    return sorted(members, key=lambda member: member.id != root)


def say(session: StoreSession, user: User, same_as: User) -> None:
    """Both groups become one."""
    root = root_of(same_as)
    for member in group_of(session, user):
        member.same_as_id = None if member.id == root else root


def take_back(session: StoreSession, user: User) -> None:
    """This user alone is somebody else again; who was said to be this user stays so."""
    user.same_as_id = None


def person_of(session: StoreSession, user: User) -> int | None:
    """The Procore person of this user, or of another user who is the same person."""
    own = user.procore_person_id
    return own or next((m.procore_person_id for m in group_of(session, user) if m.procore_person_id), None)


def unlinked_people_named(session: StoreSession, name: str) -> list[ProcorePerson]:
    """Who of Procore's directory might be meant: of the same name, and nobody's yet. A name alone never links."""
    taken = select(User.procore_person_id).where(User.procore_person_id.is_not(None))
    free = session.scalars(
        select(ProcorePerson).where(ProcorePerson.procore_id.not_in(taken)).order_by(ProcorePerson.procore_id)
    )
    return [person for person in free if folded(person.name) == folded(name)]
