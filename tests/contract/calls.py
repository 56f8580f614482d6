"""One call that succeeds, for each operation that the stand-in offers. A flat list."""

from collections.abc import Callable
from typing import Any

from tests.sandbox.cast import Procore

Call = tuple[dict[str, Any], Any, dict[str, Any]]
"""Path parameters, body and query."""


def call(path: dict[str, Any] | None = None, body: Any = None, **query: Any) -> Call:
    return path or {}, body, query


def company(p: Procore, body: Any = None, **query: Any) -> Call:
    return call({"company_id": p.company.id}, body, **query)


def project(p: Procore, body: Any = None, **more: Any) -> Call:
    return call({"project_id": p.bridge.id, **more}, body)


def of_project(p: Procore, **query: Any) -> Call:
    return call(None, None, project_id=p.bridge.id, **query)


def card(p: Procore, body: Any = None) -> Call:
    p.world.edit_timecard(p.dana.id, found := p.enter().id, {"hours": "7.75"})
    return call({"company_id": p.company.id, "id": found}, body)


def project_card(p: Procore, body: Any = None) -> Call:
    return project(p, body, id=p.enter(location_id=first(p, "location", p.bridge.id)).id)


def first(p: Procore, table: str, project_id: int) -> int:
    return next(each.id for each in p.world.state.tables[table] if each.project_id == project_id)


def written(p: Procore, **more: Any) -> dict[str, Any]:
    return {"project_id": p.bridge.id, "timecard_entry": p.fields(**more)}


def flat(p: Procore, **more: Any) -> dict[str, Any]:
    return {"project_id": p.bridge.id, **p.fields(**more)}


def signature(p: Procore) -> int:
    path = f"/rest/v1.0/companies/{p.company.id}/timesheets/signatures"
    answer = p.api.post(path, {"signature": {"data": "x", "user_id": p.dana.id}})
    return int(answer.json()["id"])


def sheet(p: Procore) -> int:
    path = f"/rest/v1.0/projects/{p.bridge.id}/timesheets"
    return int(p.api.post(path, {"timesheet": {"date": "2026-11-16"}}).json()["id"])


def configuration(p: Procore) -> int:
    path = f"/rest/v1.0/companies/{p.company.id}/app_configurations"
    return int(p.api.post(path, configuration_body(p)).json()["id"])


def configuration_body(p: Procore) -> dict[str, Any]:
    installation = p.world.installation(p.company.id)
    assert installation is not None
    return {
        "app_installation_id": installation.id,
        "company_id": p.company.id,
        "instance_configuration": {},
        "title": "Timesite",
        "project_ids": [p.bridge.id],
    }


def v1_hook(p: Procore) -> dict[str, Any]:
    return {
        "project_id": p.bridge.id,
        "hook": {
            "api_version": "v2",
            "namespace": "timesite",
            "destination_url": "https://time.example/hook",
        },
    }


def hook(p: Procore, body: Any = None, **query: Any) -> Call:
    return call({"hook_id": p.hook(p.bridge)["id"]}, body, **query)


def trigger_id(p: Procore) -> int:
    return next(each.id for each in p.world.state.triggers)


def scope(p: Procore, **more: Any) -> dict[str, Any]:
    return {"project_id": p.bridge.id, **more}


def delivered(p: Procore, **query: Any) -> Call:
    """A hook with one failed and one successful delivery."""
    found = p.hook(p.bridge)["id"]
    p.enter()
    for outcome in (503, 204):
        for outgoing in p.world.due_deliveries():
            p.world.delivered(outgoing.id, outcome)
        p.clock.advance(2)
    return call({"hook_id": found}, None, **query)


V2_HOOK = {
    "payload_version": "v4.0",
    "namespace": "timesite",
    "destination_url": "https://time.example/hook",
    "destination_headers": {"Authorization": "Bearer secret"},
}
V2_TRIGGER = {"resource_name": "Projects", "event_type": "create"}


def v2_hook(p: Procore) -> str:
    path = f"/rest/v2.0/companies/{p.company.id}/webhooks/hooks"
    return str(p.api.post(path, V2_HOOK).json()["data"]["id"])


def v2(p: Procore, body: Any = None, name: str = "hook_id", **more: Any) -> Call:
    return call({"company_id": p.company.id, name: v2_hook(p), **more}, body)


def v2_trigger(p: Procore) -> tuple[str, str]:
    found = v2_hook(p)
    path = f"/rest/v2.0/companies/{p.company.id}/webhooks/hooks/{found}/triggers"
    return found, str(p.api.post(path, V2_TRIGGER).json()["data"]["id"])


def v2_delivered(p: Procore) -> Call:
    p.world.set_switches(timecard_triggers="company")
    found = v2_hook(p)
    path = f"/rest/v2.0/companies/{p.company.id}/webhooks/hooks/{found}/triggers"
    p.api.post(path, {"resource_name": "Timecard Entries", "event_type": "create"})
    p.enter()
    for outgoing in p.world.due_deliveries():
        p.world.delivered(outgoing.id, 200)
    return call({"company_id": p.company.id, "hook_id": found})


def v2_trigger_call(p: Procore) -> Call:
    found, key = v2_trigger(p)
    return call({"company_id": p.company.id, "hook_id": found, "id": key})


def v2_trigger_bulk(p: Procore) -> Call:
    found, key = v2_trigger(p)
    return call({"company_id": p.company.id, "hook_id": found}, [key])


def sub_job(p: Procore) -> Call:
    return call({"id": first(p, "sub_job", p.hospital.id)}, None, project_id=p.hospital.id)


def crowded(p: Procore, **query: Any) -> Call:
    """Cards of every sort: plain, approved, with sub job, start and stop, running, deleted."""
    p.enter(description="Pour, north pier")
    p.world.set_approval(p.dana.id, [p.enter().id], "approved")
    found = first(p, "sub_job", p.hospital.id)
    p.enter(p.hospital, sub_job_id=found, cost_code_id=p.cost_code(p.hospital, 0, found).id)
    p.enter(p.mill, time_in="2026-11-16T14:00:00Z", time_out="2026-11-16T22:30:00Z", lunch_time="30")
    p.enter(p.mill, clock_in_time="2026-11-16T14:00:00Z")
    p.world.delete_timecard(p.dana.id, p.enter().id)
    return company(p, None, **query)


def split(p: Procore) -> dict[str, Any]:
    return written(p, hours="9.5", set_timecard_time_type_automatically=True, origin_id=500318)


CALLS: dict[str, Callable[[Procore], Call]] = {
    # who am I, and where
    "RestV10MeGet": lambda p: call(),
    "RestV10CompaniesGet": lambda p: call(),
    "RestV10CompaniesCompanyIdMeGet": company,
    "RestV11CompaniesCompanyIdMeGet": company,
    "RestV12CompaniesCompanyIdMeGet": company,
    "RestV13CompaniesCompanyIdMeGet": company,
    # projects and rights
    "RestV10ProjectsGet": lambda p: call(company_id=p.company.id),
    "RestV11ProjectsGet": lambda p: call(company_id=p.company.id),
    "RestV10CompaniesCompanyIdProjectsGet": company,
    "RestV10ProjectsIdGet": lambda p: call({"id": p.bridge.id}, None, company_id=p.company.id),
    "RestV10ProjectsProjectIdToolsGet": project,
    "RestV10ToolsGet": of_project,
    "RestV10SettingsPermissionsGet": lambda p: call(company_id=p.company.id),
    "RestV10CompaniesCompanyIdPermissionTemplatesGet": company,
    "RestV10ProjectsProjectIdPermissionTemplatesGet": project,
    # installations
    "RestV10AppInstallationsGet": lambda p: call(company_id=p.company.id),
    "RestV10AppInstallationsIdGet": lambda p: call(
        {"id": configuration_body(p)["app_installation_id"]}, None, company_id=p.company.id
    ),
    "RestV10CompaniesCompanyIdAppConfigurationsGet": lambda p: company(p, configuration(p) and None),
    "RestV10CompaniesCompanyIdAppConfigurationsPost": lambda p: company(p, configuration_body(p)),
    "RestV10CompaniesCompanyIdAppConfigurationsIdGet": lambda p: call(
        {"company_id": p.company.id, "id": configuration(p)}
    ),
    "RestV10CompaniesCompanyIdAppConfigurationsIdPatch": lambda p: call(
        {"company_id": p.company.id, "id": configuration(p)}, {"title": "Timesheets"}
    ),
    # directory
    "RestV10CompaniesCompanyIdPeopleGet": company,
    "RestV10CompaniesCompanyIdPeopleInactiveGet": company,
    "RestV10ProjectsProjectIdPeopleGet": project,
    "RestV13CompaniesCompanyIdUsersGet": company,
    "RestV13CompaniesCompanyIdUsersIdGet": lambda p: call({"company_id": p.company.id, "id": p.dana.id}),
    "RestV10CompaniesCompanyIdUsersGet": company,
    "RestV10CompaniesCompanyIdUsersInactiveGet": company,
    "RestV10ProjectsProjectIdUsersGet": project,
    "RestV10CompaniesCompanyIdUsersUserIdProjectAssignmentsGet": lambda p: call(
        {"company_id": p.company.id, "user_id": p.frank.id}
    ),
    # codes and settings
    "RestV10CostCodesGet": of_project,
    "RestV10CostCodesIdGet": lambda p: call({"id": p.cost_code(p.bridge).id}, None, project_id=p.bridge.id),
    "RestV10ProjectsProjectIdTimesheetsScopedCostCodesGet": project,
    "RestV10SubJobsGet": lambda p: call(project_id=p.hospital.id),
    "RestV10SubJobsIdGet": sub_job,
    "RestV10LineItemTypesGet": lambda p: call(company_id=p.company.id),
    "RestV10LineItemTypesIdGet": lambda p: call(
        {"id": p.company.labor_line_item_type_id}, None, company_id=p.company.id
    ),
    "RestV10TimecardTimeTypesGet": of_project,
    "RestV10CompaniesCompanyIdTimecardTimeTypesGet": company,
    "RestV10ProjectsProjectIdLocationsGet": project,
    "RestV10ProjectsProjectIdCrewsGet": project,
    "RestV10CompaniesCompanyIdWorkClassificationsGet": company,
    "RestV10ProjectsProjectIdWorkClassificationsGet": project,
    "RestV10CompanyConfigurationGet": lambda p: call(company_id=p.company.id),
    "RestV10CompaniesCompanyIdRoundingConfigurationGet": company,
    "RestV10CompaniesCompanyIdTimesheetsTimesheetToBudgetConfigurationGet": company,
    # time cards of the company
    "RestV10CompaniesCompanyIdTimecardEntriesGet": lambda p: crowded(
        p, **{"filters[include_in_progress]": True}
    ),
    "RestV10CompaniesCompanyIdTimecardEntriesPost": lambda p: company(p, split(p)),
    "RestV10CompaniesCompanyIdTimecardEntriesIdGet": card,
    "RestV10CompaniesCompanyIdTimecardEntriesIdPatch": lambda p: card(p, written(p, hours="7.5")),
    "RestV10CompaniesCompanyIdTimecardEntriesIdDelete": card,
    "RestV10CompaniesCompanyIdTimecardEntriesIdChangeHistoryGet": card,
    # many at once
    "RestV10CompaniesCompanyIdTimesheetsGet": crowded,
    "RestV10CompaniesCompanyIdTimesheetsPost": lambda p: company(
        p, {"timecard_entries": [flat(p, hours=8, origin_id=1), flat(p, hours="2.5", origin_id=2)]}
    ),
    "RestV10CompaniesCompanyIdTimesheetsPatch": lambda p: company(
        p, {"updates": [{"id": p.enter().id}, {"id": p.enter().id}], "approval_status": "approved"}
    ),
    "RestV11ProjectsProjectIdProjectTimecardEntriesBulkCreatePost": lambda p: project(
        p, {"timecard_entries": [flat(p, origin_id="500318"), flat(p)]}
    ),
    # time cards of a project, and the older forms
    "RestV10ProjectsProjectIdTimecardEntriesGet": lambda p: (
        *project_card(p)[:2],
        {"log_date": "2026-11-16"},
    ),
    "RestV10ProjectsProjectIdTimecardEntriesPost": lambda p: project(p, {"timecard_entry": p.fields()}),
    "RestV10ProjectsProjectIdTimecardEntriesIdGet": project_card,
    "RestV10ProjectsProjectIdTimecardEntriesIdPatch": lambda p: project_card(
        p, {"timecard_entry": {"hours": "3.0"}}
    ),
    "RestV10ProjectsProjectIdTimecardEntriesIdDelete": project_card,
    "RestV10ProjectsProjectIdTimecardEntriesIdSignPatch": lambda p: project_card(
        p, {"signature_id": signature(p)}
    ),
    "RestV10ProjectsProjectIdTimecardEntriesIdRemoveSignaturePatch": project_card,
    "RestV10TimecardEntriesGet": lambda p: of_project(p, start_date=p.enter().date),
    "RestV10TimecardEntriesPost": lambda p: call({}, written(p)),
    "RestV10TimecardEntriesIdGet": lambda p: call({"id": p.enter().id}, None, project_id=p.bridge.id),
    "RestV10TimecardEntriesIdPatch": lambda p: call({"id": p.enter().id}, written(p, hours="1.0")),
    "RestV10TimecardEntriesIdDelete": lambda p: call({"id": p.enter().id}, None, project_id=p.bridge.id),
    "RestV11ProjectsProjectIdProjectTimecardEntriesPost": lambda p: project(p, p.fields()),
    "RestV11ProjectsProjectIdProjectTimecardEntriesIdPatch": lambda p: project_card(p, {"hours": "2.0"}),
    # sheets and signatures
    "RestV10ProjectsProjectIdTimesheetsGet": lambda p: project(p, p.enter(timesheet_id=sheet(p)) and None),
    "RestV10ProjectsProjectIdTimesheetsPost": lambda p: project(p, {"timesheet": {"date": "2026-11-16"}}),
    "RestV10ProjectsProjectIdTimesheetsIdGet": lambda p: project(p, id=sheet(p)),
    "RestV10ProjectsProjectIdTimesheetsUpdateApprovalPatch": lambda p: project(
        p, {"timesheets": [{"id": sheet(p), "status": "approved"}]}
    ),
    "RestV10CompaniesCompanyIdTimesheetsSignaturesPost": lambda p: company(
        p, {"signature": {"data": "x", "user_id": p.dana.id}}
    ),
    "RestV10CompaniesCompanyIdTimesheetsSignaturesIdGet": lambda p: call(
        {"company_id": p.company.id, "id": signature(p)}
    ),
    "RestV10ProjectsProjectIdTimesheetsSignaturesPost": lambda p: project(
        p, {"signature": {"data": "x", "user_id": p.dana.id}}
    ),
    # webhooks v1.0
    "RestV10WebhooksHooksGet": lambda p: call(None, p.hook(p.bridge) and None, project_id=p.bridge.id),
    "RestV10WebhooksHooksPost": lambda p: call({}, v1_hook(p)),
    "RestV10WebhooksHooksIdPatch": lambda p: call({"id": p.hook(p.bridge)["id"]}, v1_hook(p)),
    "RestV10WebhooksHooksIdDelete": lambda p: call({"id": p.hook(p.bridge)["id"]}),
    "RestV10WebhooksHooksHookIdTriggersGet": hook,
    "RestV10WebhooksHooksHookIdTriggersPost": lambda p: hook(
        p, scope(p, api_version="v2", trigger={"resource_name": "Sub Jobs", "event_type": "create"})
    ),
    "RestV10WebhooksHooksHookIdTriggersBulkPost": lambda p: hook(
        p, scope(p, api_version="v2", triggers=[{"resource_name": "Cost Codes", "event_type": "update"}])
    ),
    "RestV10WebhooksHooksHookIdTriggersBulkDelete": lambda p: (
        {"hook_id": p.hook(p.bridge)["id"]},
        scope(p, triggers=[trigger_id(p)]),
        {},
    ),
    "RestV10WebhooksHooksHookIdTriggersIdDelete": lambda p: call(
        {"hook_id": p.hook(p.bridge)["id"], "id": trigger_id(p)}
    ),
    "RestV10WebhooksHooksHookIdDeliveriesGet": delivered,
    "RestV10WebhooksResourcesGet": of_project,
    "RestV10WebhooksResourcesApiVersionsGet": of_project,
    # webhooks v2.0
    "RestV20CompaniesCompanyIdWebhooksHooksGet": lambda p: company(p, v2_hook(p) and None),
    "RestV20CompaniesCompanyIdWebhooksHooksPost": lambda p: company(p, V2_HOOK),
    "RestV20CompaniesCompanyIdWebhooksHooksIdGet": lambda p: v2(p, name="id"),
    "RestV20CompaniesCompanyIdWebhooksHooksIdPatch": lambda p: v2(p, {"status": "disabled"}, name="id"),
    "RestV20CompaniesCompanyIdWebhooksHooksIdDelete": lambda p: v2(p, name="id"),
    "RestV20CompaniesCompanyIdWebhooksHooksHookIdTriggersGet": lambda p: v2_trigger_call(p),
    "RestV20CompaniesCompanyIdWebhooksHooksHookIdTriggersPost": lambda p: v2(p, V2_TRIGGER),
    "RestV20CompaniesCompanyIdWebhooksHooksHookIdTriggersBulkPost": lambda p: v2(p, [V2_TRIGGER]),
    "RestV20CompaniesCompanyIdWebhooksHooksHookIdTriggersBulkDelete": v2_trigger_bulk,
    "RestV20CompaniesCompanyIdWebhooksHooksHookIdTriggersIdDelete": v2_trigger_call,
    "RestV20CompaniesCompanyIdWebhooksHooksHookIdDeliveriesGet": v2_delivered,
    "RestV20CompaniesCompanyIdWebhooksResourcesGet": lambda p: company(p, None, payload_version="v4.0"),
}
