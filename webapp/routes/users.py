"""People: whose time is kept. Administrators add and edit them; an e-mail lets someone sign in and be found."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from webapp.errors import InvalidInput
from webapp.routes.access import admin_only, signed_in, viewer
from webapp.routes.acting import PER_PAGE, Pages, actor, page_number, tell
from webapp.routes.pages import page, see_other
from webapp.services import users

bp = Blueprint("users", __name__, url_prefix="/users")
ONE = "/<int(max=9223372036854775807):user_id>"


class UserForm(FlaskForm):
    name = StringField("Name", [InputRequired("Enter a name."), Length(max=300)])
    email = StringField("E-mail", [Length(max=320)])
    employee_number = StringField("Employee number", [Length(max=100)])


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    number, search = page_number(), request.args.get("q", "").replace("\0", "")[:100]
    found, total = users.visible_page(actor(), (number - 1) * PER_PAGE, PER_PAGE, search)
    return page("people/list.html", rows=found, pages=Pages(number, total), search=search)


@bp.get("/new")
@admin_only
def new() -> ResponseReturnValue:
    return page("people/edit.html", form=UserForm(), user=None, said=[])


@bp.post("")
@admin_only
def create() -> ResponseReturnValue:
    form = UserForm()
    try:
        if form.validate():
            users.create(viewer().company_id, _entered(form))
            flash("Person added.", "good")
            return see_other("/users")
        said = []
    except InvalidInput as error:
        said = tell(form, error)
    return page("people/edit.html", form=form, user=None, said=said, status=422)


@bp.get(ONE)
@admin_only
def show(user_id: int) -> ResponseReturnValue:
    user = users.one(viewer().company_id, user_id)
    shown = {"name": user.name, "email": user.email or "", "employee_number": user.employee_number or ""}
    return page("people/edit.html", form=UserForm(data=shown), user=user, said=[])


@bp.post(ONE)
@admin_only
def save(user_id: int) -> ResponseReturnValue:
    form = UserForm()
    try:
        if form.validate():
            users.edit(viewer().company_id, user_id, _entered(form))
            flash("Person saved.", "good")
            return see_other("/users")
        said = []
    except InvalidInput as error:
        said = tell(form, error)
    user = users.one(viewer().company_id, user_id)
    return page("people/edit.html", form=form, user=user, said=said, status=422)


def _entered(form: UserForm) -> dict[str, str | None]:
    return {"name": form.name.data, "email": form.email.data, "employee_number": form.employee_number.data}
