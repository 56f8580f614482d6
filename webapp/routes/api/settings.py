"""/settings: the sync settings, as on the screen."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, check_if_match, etag, operation
from webapp.routes.api.shapes import Strict
from webapp.services import settings
from webapp.services.settings import SyncSettings

TAG = "Settings"
Rule = Literal["default", "later", "procore", "timesite", "ask"]


class SettingsOut(BaseModel):
    receive: bool
    receive_only_linked: bool
    receive_project_per_sub_job: bool
    send: bool
    send_only_linked: bool
    conflict_rule: Rule
    guard_deletions: int
    guard_deletions_percent: int
    guard_changes: int
    guard_changes_percent: int


class SettingsPatch(Strict):
    """Only what is sent changes. `since` says what a direction that is switched on takes along: what changed while it
    was off, or only what changes from now."""

    receive: bool = Field(True, strict=True)
    receive_only_linked: bool = Field(False, strict=True)
    receive_project_per_sub_job: bool = Field(False, strict=True)
    send: bool = Field(False, strict=True)
    send_only_linked: bool = Field(False, strict=True)
    conflict_rule: Rule = "default"
    guard_deletions: int = Field(50, ge=0, le=1_000_000, strict=True)
    guard_deletions_percent: int = Field(20, ge=0, le=100, strict=True)
    guard_changes: int = Field(200, ge=0, le=1_000_000, strict=True)
    guard_changes_percent: int = Field(50, ge=0, le=100, strict=True)
    since: Literal["off", "now"] = "now"


@operation("GET", "/settings", "read", TAG, gives=SettingsOut)
def show() -> Reply:
    """The company's sync settings."""
    return _reply(settings.read(keys.caller().company_id))


@operation("PATCH", "/settings", "admin", TAG, takes=SettingsPatch, gives=SettingsOut)
def change(body: SettingsPatch) -> Reply:
    """Change what is sent, leave the rest."""
    company_id = keys.caller().company_id
    check_if_match(etag(_out(settings.read(company_id))))
    wanted = {name: getattr(body, name) for name in body.model_fields_set if name != "since"}
    return _reply(settings.change(company_id, wanted, body.since))


def _out(found: SyncSettings) -> SettingsOut:
    return SettingsOut.model_validate(found.as_json())


def _reply(found: SyncSettings) -> Reply:
    content = _out(found)
    return Reply(content, headers={"ETag": f'"{etag(content)}"'})
