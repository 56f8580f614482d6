"""All tables. One file per noun; importing this package registers them."""

from webapp.store.models.checks import CheckDayRow, CheckRow
from webapp.store.models.company import Company, ParkedProject, PeriodicRun, Removal
from webapp.store.models.conflicts import ClashRow
from webapp.store.models.credentials import ApiKey, Credential, IdempotencyKey, Member, RateBudget, SignIn
from webapp.store.models.guard import GuardEntry
from webapp.store.models.hooks import Event, Hook, HookSecret
from webapp.store.models.links import IntentRow, Link, Message
from webapp.store.models.mirror import (
    ProcoreCostCode,
    ProcorePerson,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
)
from webapp.store.models.raw import RawAnswer
from webapp.store.models.timesheets import (
    Project,
    ProjectItem,
    Task,
    TemplateRow,
    Timesheet,
    TimesheetChange,
    User,
)
from webapp.store.models.writes import WriteRow

__all__ = [
    "ApiKey",
    "CheckDayRow",
    "CheckRow",
    "ClashRow",
    "Company",
    "Credential",
    "Event",
    "GuardEntry",
    "Hook",
    "HookSecret",
    "IdempotencyKey",
    "IntentRow",
    "Link",
    "Member",
    "Message",
    "ParkedProject",
    "PeriodicRun",
    "ProcoreCostCode",
    "ProcorePerson",
    "ProcoreProject",
    "ProcoreSubJob",
    "ProcoreTimeType",
    "Project",
    "ProjectItem",
    "RateBudget",
    "RawAnswer",
    "Removal",
    "SignIn",
    "Task",
    "TemplateRow",
    "Timesheet",
    "TimesheetChange",
    "User",
    "WriteRow",
]
