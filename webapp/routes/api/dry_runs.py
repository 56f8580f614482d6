"""/dry-runs: what a change of settings, a link or a disconnect would do, without doing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, operation
from webapp.routes.api.projects import LinkIn
from webapp.routes.api.settings import Rule
from webapp.routes.api.shapes import Hours, SentId, Strict, id_text
from webapp.services import dry_runs
from webapp.services.dry_runs import DryRun

Switch = Annotated[bool, Field(strict=True)]
VERBS: tuple[Literal["create", "update", "delete"], ...] = ("create", "update", "delete")


class SettingsIn(Strict):
    """As PATCH /settings takes them, without `since`."""

    receive: Switch | None = None
    receive_only_linked: Switch | None = None
    receive_project_per_sub_job: Switch | None = None
    send: Switch | None = None
    send_only_linked: Switch | None = None
    conflict_rule: Rule | None = None


class ProjectLinkIn(LinkIn):
    """As PUT /projects/{id}/link, and which project."""

    project_id: SentId


class DryRunIn(Strict):
    """Exactly one of `settings` (with `since`, as PATCH /settings), `link` and `disconnect`."""

    settings: SettingsIn | None = None
    since: Literal["off", "now"] = "now"
    link: ProjectLinkIn | None = None
    disconnect: Literal[True] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> DryRunIn:
        if sum(part is not None for part in (self.settings, self.link, self.disconnect)) != 1:
            raise ValueError("Send exactly one of settings, link and disconnect.")
        return self


class ByDirectionOut(BaseModel):
    receive: int
    send: int


class ReasonOut(BaseModel):
    """Records that would stay with one reason."""

    key: str
    text: str
    state: str
    records: int
    hours: Hours


class ExampleOut(BaseModel):
    """`action` null: the record would stay with its reason."""

    direction: Literal["receive", "send"] | None
    action: Literal["create", "update", "delete"] | None
    state: str
    timesheet_id: int | None
    procore_id: str | None
    summary: str
    reason: str | None


class DryRunOut(BaseModel):
    """`is_complete` false: more records than were looked at. Nothing was written on either side."""

    looked_at: int
    is_complete: bool
    create: ByDirectionOut
    update: ByDirectionOut
    delete: ByDirectionOut
    held: int
    failed: int
    conflict: int
    excluded: int
    reasons: list[ReasonOut]
    sample: list[ExampleOut]


@operation("POST", "/dry-runs", "admin", "Dry runs", takes=DryRunIn, gives=DryRunOut, status=201)
def make(body: DryRunIn) -> Reply:
    """The same engine with writing off: what would be created, updated, deleted and held."""
    return Reply(_out(_chosen(body)(keys.caller().company_id)), status=201)


def _chosen(body: DryRunIn) -> Callable[[int], DryRun]:
    if body.settings is not None:
        wanted = body.settings.model_dump(exclude_unset=True)
        return lambda company_id: dry_runs.of_settings(company_id, wanted, body.since)
    if (link := body.link) is not None:
        return lambda company_id: dry_runs.of_link(company_id, link.project_id, link.target())
    return dry_runs.of_disconnect


def _out(found: DryRun) -> DryRunOut:
    counts = {
        verb: ByDirectionOut(receive=found.effects["receive", verb], send=found.effects["send", verb])
        for verb in VERBS
    }
    return DryRunOut(
        looked_at=found.looked_at,
        is_complete=found.is_complete,
        held=found.states["waiting"],
        failed=found.states["failed"],
        conflict=found.states["conflict"],
        excluded=found.states["excluded"],
        reasons=[
            ReasonOut(key=h.key, text=h.text, state=h.state, records=h.records, hours=h.hours)
            for h in sorted(found.reasons.values(), key=lambda held: -held.records)
        ],
        sample=[
            ExampleOut(
                direction=e.direction,
                action=e.action,
                state=e.state,
                timesheet_id=e.timesheet_id,
                procore_id=id_text(e.procore_id),
                summary=e.summary,
                reason=e.reason_text,
            )
            for e in found.sample
        ],
        **counts,
    )
