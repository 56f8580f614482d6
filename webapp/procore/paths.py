"""Every address of Procore that the app may call. What is not listed here cannot be called.

tests/unit/procore checks that each is in the contract and not deprecated (Integration Health, 6 and 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["GET", "POST", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Route:
    """`needs_company`: refused by us without Procore-Company-Id. `is_login`: at the sign-in host."""

    method: Method
    template: str
    needs_company: bool = True
    is_login: bool = False

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


TOKEN = Route("POST", "/oauth/token", needs_company=False, is_login=True)
TOKEN_INFO = Route("GET", "/oauth/token/info", needs_company=False, is_login=True)
REVOKE = Route("POST", "/oauth/revoke", needs_company=False, is_login=True)

ME = Route("GET", "/rest/v1.0/me", needs_company=False)
COMPANIES = Route("GET", "/rest/v1.0/companies", needs_company=False)
COMPANY_ME = Route("GET", "/rest/v1.3/companies/{company_id}/me")
PERMISSIONS = Route("GET", "/rest/v1.0/settings/permissions")
APP_INSTALLATIONS = Route("GET", "/rest/v1.0/app_installations")

PROJECTS = Route("GET", "/rest/v1.1/projects")
PEOPLE = Route("GET", "/rest/v1.0/companies/{company_id}/people")
INACTIVE_PEOPLE = Route("GET", "/rest/v1.0/companies/{company_id}/people/inactive")
TIME_TYPES = Route("GET", "/rest/v1.0/companies/{company_id}/timecard_time_types")
SUB_JOBS = Route("GET", "/rest/v1.0/sub_jobs")
COST_CODES = Route("GET", "/rest/v1.0/cost_codes")
COMPANY_CONFIGURATION = Route("GET", "/rest/v1.0/company_configuration")

TIMECARDS = Route("GET", "/rest/v1.0/companies/{company_id}/timecard_entries")
PROJECT_TIMECARDS = Route("GET", "/rest/v1.0/projects/{project_id}/timecard_entries")
CREATE_TIMECARD = Route("POST", "/rest/v1.0/companies/{company_id}/timecard_entries")
CREATE_TIMECARDS = Route("POST", "/rest/v1.0/companies/{company_id}/timesheets")
CREATE_SOME_TIMECARDS = Route("POST", "/rest/v1.1/projects/{project_id}/project_timecard_entries/bulk_create")
UPDATE_TIMECARD = Route("PATCH", "/rest/v1.0/companies/{company_id}/timecard_entries/{id}")
DELETE_TIMECARD = Route("DELETE", "/rest/v1.0/companies/{company_id}/timecard_entries/{id}")
TIMECARD_HISTORY = Route("GET", "/rest/v1.0/companies/{company_id}/timecard_entries/{id}/change_history")

WEBHOOK_RESOURCES = Route("GET", "/rest/v1.0/webhooks/resources")
HOOKS = Route("GET", "/rest/v1.0/webhooks/hooks")
CREATE_HOOK = Route("POST", "/rest/v1.0/webhooks/hooks")
UPDATE_HOOK = Route("PATCH", "/rest/v1.0/webhooks/hooks/{id}")
DELETE_HOOK = Route("DELETE", "/rest/v1.0/webhooks/hooks/{id}")
TRIGGERS = Route("GET", "/rest/v1.0/webhooks/hooks/{hook_id}/triggers")
CREATE_TRIGGERS = Route("POST", "/rest/v1.0/webhooks/hooks/{hook_id}/triggers/bulk")
DELIVERIES = Route("GET", "/rest/v1.0/webhooks/hooks/{hook_id}/deliveries")
WEBHOOKS_V2 = "/rest/v2.0/companies/{company_id}/webhooks"
WEBHOOK_RESOURCES_V2 = Route("GET", WEBHOOKS_V2 + "/resources")
HOOKS_V2 = Route("GET", WEBHOOKS_V2 + "/hooks")
CREATE_HOOK_V2 = Route("POST", WEBHOOKS_V2 + "/hooks")
UPDATE_HOOK_V2 = Route("PATCH", WEBHOOKS_V2 + "/hooks/{id}")
DELETE_HOOK_V2 = Route("DELETE", WEBHOOKS_V2 + "/hooks/{id}")
TRIGGERS_V2 = Route("GET", WEBHOOKS_V2 + "/hooks/{hook_id}/triggers")
CREATE_TRIGGERS_V2 = Route("POST", WEBHOOKS_V2 + "/hooks/{hook_id}/triggers/bulk")
DELIVERIES_V2 = Route("GET", WEBHOOKS_V2 + "/hooks/{hook_id}/deliveries")

AUTHORIZE = "/oauth/authorize"
"""Opened by the person's browser, never called by us."""

ALLOWED = frozenset(value for value in tuple(globals().values()) if isinstance(value, Route))
