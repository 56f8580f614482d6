"""Settings → Data Sync → Procore: connect, what the app may do there, the sync switches; and Disconnect."""

from __future__ import annotations

from flask import Blueprint, flash, request, session
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length, Regexp

from webapp.errors import AppError, InvalidInput
from webapp.routes import sessions
from webapp.routes.access import admin_only, viewer
from webapp.routes.pages import page, see_other
from webapp.services import connection, inspection, membership, sync
from webapp.services import settings as sync_settings
from webapp.services.membership import NotAMember, Viewer
from webapp.services.settings import DIRECTIONS, SWITCHES

bp = Blueprint("settings", __name__, url_prefix="/settings")

PROCORE = "/settings/data-sync/procore"
TEMPLATE = "settings/procore.html"
RULE_WORDS = {
    "default": "Ask for hours, times, date, person, project and time type; else the later edit wins",
    "later": "The later edit wins",
    "procore": "Procore wins",
    "timesite": "Timesite wins",
    "ask": "Always ask me",
}


class ConnectForm(FlaskForm):
    procore_company_id = StringField(
        "Procore company ID",
        [
            DataRequired("Enter the number that Procore shows in its address."),
            Regexp(r"\s*\d{1,18}\s*$", message="Digits only: the number that Procore shows in its address."),
        ],
    )
    name = StringField("Company name", [DataRequired("Enter the company's name."), Length(max=200)])


@bp.get("/data-sync/procore")
@admin_only
def procore() -> ResponseReturnValue:
    return _page()


@bp.get("/data-sync/procore/inspection")
@admin_only
def inspect() -> ResponseReturnValue:
    """What the app may do in Procore, asked now. A part of the page, loaded after it; without JavaScript the whole."""
    return _page("inspection", inspected=_inspected(viewer().procore_company_id))


@bp.post("/data-sync/procore")
@admin_only
def connect() -> ResponseReturnValue:
    form = ConnectForm()
    if not form.validate():
        return _page(form=form, status=422)
    try:
        wanted = _administered(int(form.procore_company_id.data or 0))
        done = connection.connect(wanted, form.name.data or "", by=viewer().login)
    except InvalidInput as error:
        for name, texts in error.fields.items():
            form[name].errors = [*form[name].errors, *texts]
        return _page(form=form, status=422)
    except AppError as error:
        return _page(form=form, failure=error, status=error.status)
    sessions.remember_company(done.procore_company_id)
    words = (
        "Successfully connected to Procore."
        if done.is_new
        else "Already connected to Procore; nothing changed."
    )
    flash(words, "good")
    return see_other(PROCORE)


@bp.post("/data-sync/procore/settings")
@admin_only
def change() -> ResponseReturnValue:
    """One setting. A direction that goes on asks first what to do with the changes since it was off."""
    name, said = request.form.get("setting", ""), request.form.get("value", "")
    value = {"on": True, "off": False}.get(said, said) if name in SWITCHES else said
    since = request.form.get("since")
    company_id = viewer().company_id
    if name in DIRECTIONS and value is True and since is None:
        count = sync_settings.changes_while_off(company_id, name)
        if count:
            return _page("switches", asking=name, changes=count)
    sync_settings.change(company_id, {name: value}, since)
    if request.headers.get("HX-Request") == "true":
        return _page("switches")
    return see_other(PROCORE)


@bp.post("/data-sync/procore/resume")
@admin_only
def resume() -> ResponseReturnValue:
    """A paused company is looked at by itself from time to time; this looks now (R8)."""
    if sync.probe(viewer().company_id):
        flash("Procore answers again; the sync goes on.", "good")
    else:
        flash("Procore still refuses. The lines below say what is missing.", "bad")
    return see_other(PROCORE)


@bp.get("/import-timesheets/disconnect")
@admin_only
def ask_to_disconnect() -> ResponseReturnValue:
    return page("settings/disconnect.html", "question")


@bp.post("/import-timesheets/disconnect")
@admin_only
def disconnect() -> ResponseReturnValue:
    """Everybody's tokens are revoked, so this session ends, too."""
    found = viewer()
    connection.disconnect(found.company_id, by=found.login)
    session.clear()
    flash(f"{found.company_name} is disconnected from Procore. Its timesheets stay in Timesite.", "good")
    return see_other("/auth/sign-in")


def _page(
    block: str | None = None, /, *, status: int = 200, form: ConnectForm | None = None, **more: object
) -> ResponseReturnValue:
    found = viewer()
    return page(
        TEMPLATE,
        block,
        status=status,
        form=form or _form_for(found),
        settings=sync_settings.read(found.company_id),
        RULE_WORDS=RULE_WORDS,
        **more,
    )


def _form_for(found: Viewer) -> ConnectForm:
    return ConnectForm(
        formdata=None, procore_company_id=str(found.procore_company_id), name=found.company_name
    )


def _administered(procore_company_id: int) -> int:
    """The company that was typed, once Procore says that the person administers it: its id is a wish like any other."""
    found = viewer()
    if procore_company_id == found.procore_company_id:
        return procore_company_id
    try:
        there = membership.viewer_for(found.procore_user_id, procore_company_id, is_fresh=True)
    except (NotAMember, membership.NotSetUp) as error:
        raise _wrong_id(
            "Procore does not list you as an administrator of that company. Check the number."
        ) from error
    if not there.is_admin:
        raise _wrong_id("Only an administrator of that company can connect it.")
    return procore_company_id


def _wrong_id(words: str) -> InvalidInput:
    return InvalidInput(words, {"procore_company_id": [words]})


def _inspected(procore_company_id: int) -> inspection.Inspection | AppError:
    try:
        return inspection.of(procore_company_id)
    except AppError as error:
        return error
