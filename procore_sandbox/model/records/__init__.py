"""The nouns of a Procore world. Plain data; times are aware UTC, dates are dates, hours are Decimals."""

from .apps import AppConfiguration, Code, Installation, Token
from .cards import Change, Signature, Timecard, Timesheet
from .controls import Call, Fault, Setting, Tally
from .directory import (
    Company,
    CostCode,
    Crew,
    LineItemType,
    Location,
    Person,
    Project,
    SubJob,
    TimeType,
    User,
    WorkClassification,
)
from .webhooks import Delivery, Event, Hook, Trigger

__all__ = [
    "AppConfiguration",
    "Call",
    "Change",
    "Code",
    "Company",
    "CostCode",
    "Crew",
    "Delivery",
    "Event",
    "Fault",
    "Hook",
    "Installation",
    "LineItemType",
    "Location",
    "Person",
    "Project",
    "Setting",
    "Signature",
    "SubJob",
    "Tally",
    "TimeType",
    "Timecard",
    "Timesheet",
    "Token",
    "Trigger",
    "User",
    "WorkClassification",
]
