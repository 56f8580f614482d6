"""/users: whose time is kept."""

from __future__ import annotations

from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from webapp.routes.api import keys
from webapp.routes.api.door import ID, Reply, check_if_match, etag, operation, response_of
from webapp.routes.api.paging import Page, Paging
from webapp.routes.api.repetition import RENDER
from webapp.routes.api.shapes import ProcoreId, Strict, id_text
from webapp.services import users

TAG = "Users"
ONE = f"/users/{ID.format('user_id')}"


class UserOut(BaseModel):
    id: int
    name: str
    email: str | None
    employee_number: str | None
    procore_person_id: str | None


class UserPatch(Strict):
    name: str | None = Field(None, max_length=300)
    email: str | None = Field(None, max_length=320)
    employee_number: str | None = Field(None, max_length=100)
    procore_person_id: ProcoreId | None = None

    def given(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.model_fields_set}
        if found.get("procore_person_id"):
            found["procore_person_id"] = int(found["procore_person_id"])
        return found


class UserIn(UserPatch):
    name: str = Field(max_length=300)


@operation("GET", "/users", "read", TAG, query=Paging, gives=list[UserOut])
def list_users(query: Paging) -> Reply:
    """By name."""
    found, total = users.page(keys.caller().company_id, query.offset, query.limit)
    return Reply([user_out(user) for user in found], headers=Page(query, total).headers())


@operation("POST", "/users", "write", TAG, takes=UserIn, gives=UserOut, status=201)
def create(body: UserIn) -> Reply:
    """A new user. Without an e-mail there is no sign-in."""
    return _reply(users.create(keys.caller().company_id, body.given()), 201)


@operation("GET", ONE, "read", TAG, gives=UserOut)
def show(user_id: int) -> Reply:
    """One user, with its ETag."""
    return _reply(users.one(keys.caller().company_id, user_id))


@operation("PATCH", ONE, "write", TAG, takes=UserPatch, gives=UserOut)
def change(user_id: int, body: UserPatch) -> Reply:
    """Change what is sent. Time that waited for this person is looked at again at once."""
    return _reply(users.edit(keys.caller().company_id, user_id, body.given(), unless_changed))


def unless_changed(user: Any) -> None:
    check_if_match(etag(user_out(user)))


def user_out(user: Any) -> UserOut:
    return UserOut(
        id=user.id,
        name=user.name,
        email=user.email,
        employee_number=user.employee_number,
        procore_person_id=id_text(user.procore_person_id),
    )


def _reply(user: Any, status: int = 200) -> Reply:
    content = user_out(user)
    return Reply(content, status, {"ETag": f'"{etag(content)}"'})


def _answer_to_create(user_id: int) -> Response:
    return response_of(_reply(users.one(keys.caller().company_id, user_id), 201))


RENDER["user"] = _answer_to_create
