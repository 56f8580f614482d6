"""Who one can act as in this Procore, who one acts as, and what of the address they see."""

from dataclasses import dataclass

from flask import session

from procore_sandbox.model import World
from procore_sandbox.model.errors import not_found
from procore_sandbox.model.records import Company, Project, User


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody one can act as; `key` is a stable name by role."""

    key: str
    user: User
    role: str


def cast(world: World) -> list[Member]:
    """Everybody who can sign in, administrators of the first company first."""
    home = world.companies()[0]
    members: list[Member] = []
    for user in sorted(
        world.users(), key=lambda each: (each.company_id != home.id, not each.is_admin, each.id)
    ):
        kind = "stranger" if user.company_id != home.id else "administrator" if user.is_admin else "foreman"
        count = sum(each.key.startswith(kind) for each in members)
        members.append(Member(f"{kind}-{count + 1}" if count else kind, user, _role(world, user)))
    return members


def _role(world: World, user: User) -> str:
    company = next(each.name for each in world.companies() if each.id == user.company_id)
    if user.is_admin:
        return f"Company administrator of {company}"
    places = ", ".join(each.name for each in world.projects(user.company_id, user.id))
    return f"Foreman at {company}, no admin rights; sees {places or 'no project'}"


def acting_person(world: World) -> User:
    """The person chosen in this browser, else the first administrator."""
    members = cast(world)
    chosen = session.get("user_id")
    return next((each.user for each in members if each.user.id == chosen), members[0].user)


def own_company(world: World, company_id: int) -> Company:
    """The company of the address, if it is the acting person's own; 404 otherwise."""
    for company in world.companies():
        if company.id == company_id == acting_person(world).company_id:
            return company
    raise not_found()


def visible_project(world: World, company_id: int, project_id: int) -> Project:
    """A project of the acting person's company that they see; 404 otherwise."""
    company = own_company(world, company_id)
    for project in world.projects(company.id, acting_person(world).id):
        if project.id == project_id:
            return project
    raise not_found()
