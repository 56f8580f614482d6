"""Every exception of the app, grouped by what to do next. Facts are attributes; the cause is chained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class AppError(Exception):
    """Base of all. `title` is shown as a heading, `str(error)` as the sentence below it."""

    status = 500
    title = "Something went wrong"


class TryLater(AppError):
    """Nothing is wrong with the request; the same one may work later. `is_effect_unknown`: what was being written at
    Procore may have been done."""

    status = 503
    title = "Procore is busy"
    is_effect_unknown = False


class ProcoreUnavailable(TryLater):
    """No answer, a 5xx, or an answer cut short."""

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_effect_unknown: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.is_effect_unknown = is_effect_unknown


class RateLimited(TryLater):
    """Procore's 429, or our own pacing: no call before `until` (UTC)."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"Procore asks us to wait until {until:%H:%M:%S} UTC.")
        self.until = until


class StoreUnavailable(TryLater):
    """The database does not answer, is locked, or cut a transaction short. It is also asked right after each call of
    Procore, so that an answer may be lost with it."""

    is_effect_unknown = True
    title = "Timesite cannot reach its database"


class LeaseLost(TryLater):
    """Another worker took this company over; what we hold may not be committed."""


class NeedsAttention(AppError):
    """A person has to do something first."""

    status = 409
    title = "This needs attention"


class TimesheetLocked(NeedsAttention):
    """A timesheet of a closed pay period is not changed here (D45)."""

    title = "This timesheet is locked"


class AppNotConnected(NeedsAttention):
    """Procore says that the app is not installed in, or not connected to, the company."""

    title = "The app is not connected to this company"


class SignInExpired(NeedsAttention):
    """A token is refused and could not be renewed."""

    status = 401
    title = "Please sign in again"


class PermissionMissing(NeedsAttention):
    """Procore's 403. `project_id` is set when it concerns one project."""

    title = "Procore refused permission"

    def __init__(self, message: str, *, project_id: int | None = None) -> None:
        super().__init__(message)
        self.project_id = project_id


class Forbidden(AppError):
    """Our own rule: this person or key may not do this."""

    status = 403
    title = "Not allowed"


class Conflict(AppError):
    """Somebody else changed the record first."""

    status = 409
    title = "Changed meanwhile"


class PreconditionFailed(Conflict):
    """If-Match named another version."""

    status = 412


class Skip(AppError):
    """Nothing to do here."""

    status = 404
    title = "Not found"


class NotFound(Skip):
    """No such record for this company, or Procore's 404."""


class InvalidInput(AppError):
    """A form, a body, a signature. `fields` maps a field to its sentences."""

    status = 422
    title = "Please check what you entered"

    def __init__(self, message: str, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class ProcoreRefused(InvalidInput):
    """Procore's 400, 406, 409, 413 or 422 about one record, with its own words."""

    title = "Procore refused this"

    def __init__(
        self, message: str, fields: Mapping[str, list[str]] | None = None, *, http_status: int = 422
    ) -> None:
        super().__init__(message, fields)
        self.http_status = http_status


class UnreadableAnswer(NeedsAttention):
    """Procore's answer does not parse or lacks what we need (D106). `missing` names it; `raw` is the answer, without
    secrets; `origin_id` our number on it, where it carries one."""

    title = "Procore's answer could not be read"

    def __init__(
        self,
        message: str,
        *,
        missing: str | None = None,
        raw: str | None = None,
        origin_id: int | None = None,
    ) -> None:
        super().__init__(message)
        self.missing, self.raw, self.origin_id = missing, raw, origin_id


class Misconfigured(AppError):
    """A setting cannot work; `name` is the environment variable."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: {expected}")
        self.name = name
