"""Company settings that bear on time cards."""

from typing import Any

from procore_sandbox.model.access import company_of, require_company_level
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.records import Company
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State


@offers("GET", "/rest/v1.0/company_configuration")
def show_company_configuration(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    if request.state.switches.configuration_needs_admin:
        require_company_level(request.state, request.caller, "Admin", "Admin", company.id)
    in_out = [
        each.id for each in request.state.projects if each.company_id == company.id and each.start_and_stop
    ]
    return Answer(
        200,
        {
            "timesheets_week_start_day": company.week_start_day + request.state.switches.week_days_from,
            "timesheets_tab_enabled": True,
            "projects_timecard_in_out_enabled": in_out,
            "rounding_configuration": _rounding(request.state),
            "task_codes_enabled": False,
            "timecards_private": False,
            "use_24_hour_mode": False,
            "currency_iso_code": "USD",
            "timesheet_default_cost_type_id": company.labor_line_item_type_id,
            "projects_timecard_default_lunch_time": [
                {"project_id": each, "timecard_default_lunch_time": 30} for each in in_out
            ],
        },
    )


@offers("GET", "/rest/v1.0/companies/{company_id}/rounding_configuration")
def show_rounding(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    return Answer(200, {"id": company.id, "company_id": company.id, **_rounding(request.state)})


@offers("GET", "/rest/v1.0/companies/{company_id}/timesheets/timesheet_to_budget_configuration")
def show_budget_configuration(request: Request) -> Answer:
    company: Company = company_of(request.state, request.caller, request.company_id)
    return Answer(
        200,
        {
            "id": company.id,
            "company_id": company.id,
            "has_backfilled": True,
            "line_item_type_id": company.labor_line_item_type_id,
            "erp_default_line_item_type_id": None,
            "equipment_default_line_item_type_id": None,
            "equipment_erp_default_line_item_type_id": None,
        },
    )


def _rounding(state: State) -> dict[str, Any]:
    return {"rule": state.switches.rounding_rule, "time_increment": state.switches.rounding_minutes}
