"""Who sees what: permitted projects, assigned projects, other companies, tools."""

from tests.sandbox.cast import Procore


def project_ids(answer_rows: list[dict[str, int]]) -> set[int]:
    return {each["id"] for each in answer_rows}


def test_the_service_account_sees_the_permitted_projects_only(procore: Procore) -> None:
    """R1, R8."""
    seen = project_ids(procore.api.get("/rest/v1.1/projects", company_id=procore.company.id).json())
    assert len(seen) == 5
    assert procore.vault.id not in seen


def test_cards_of_a_project_that_is_not_permitted_are_not_there(procore: Procore) -> None:
    """D102: not visible is 404, and absent from lists."""
    card = procore.enter(procore.vault)
    assert procore.api.get(f"{procore.cards_path}/{card.id}").status == 404
    assert procore.api.get(procore.cards_path).json() == []


def test_the_switch_makes_it_403() -> None:
    procore = Procore(unpermitted_project_status=403)
    answer = procore.api.get(f"/rest/v1.0/projects/{procore.vault.id}", company_id=procore.company.id)
    assert answer.status == 403


def test_withdrawing_a_project_hides_it_and_giving_it_back_shows_it(procore: Procore) -> None:
    """R8."""
    path = f"/rest/v1.0/projects/{procore.bridge.id}"
    procore.world.withdraw_project(procore.company.id, procore.bridge.id)
    assert procore.api.get(path, company_id=procore.company.id).status == 404
    assert procore.world.request_log()[0].cause == "project withdrawn"
    procore.world.give_back_project(procore.company.id, procore.bridge.id)
    assert procore.api.get(path, company_id=procore.company.id).status == 200


def test_withdrawing_a_permission_forbids_what_needs_it(procore: Procore) -> None:
    """R8, D101."""
    procore.world.withdraw_permission(procore.company.id, "Timecard")
    answer = procore.api.get(procore.cards_path)
    assert (answer.status, "Timecard" in answer.json()["message"]) == (403, True)
    assert procore.world.request_log()[0].cause == "permission withdrawn"
    procore.world.give_back_permission(procore.company.id, "Timecard")
    assert procore.api.get(procore.cards_path).status == 200


def test_an_update_of_the_app_loses_the_permitted_projects(procore: Procore) -> None:
    procore.world.update_app(procore.company.id)
    assert procore.api.get("/rest/v1.1/projects", company_id=procore.company.id).json() == []


def test_the_service_account_is_only_where_the_app_is_installed(procore: Procore) -> None:
    """R3: wrong id and app not installed are told apart."""
    api = procore.api
    assert [each["id"] for each in api.get("/rest/v1.0/companies").json()] == [procore.company.id]
    api.company_id = procore.stranger.id
    assert api.get("/rest/v1.0/me").status == 403
    api.company_id = 4711
    assert api.get("/rest/v1.0/me").status == 404


def test_an_administrator_has_level_admin_on_the_admin_tool(procore: Procore) -> None:
    """R2."""
    api = procore.as_person(procore.dana)
    tools = api.get("/rest/v1.0/settings/permissions", company_id=procore.company.id).json()["tools"]
    levels = {each["friendly_name"]: each["user_access_level"]["name"] for each in tools}
    assert levels["Admin"] == "Admin"


def test_a_foreman_has_no_admin_right_and_sees_two_projects(procore: Procore) -> None:
    """R2."""
    api = procore.as_person(procore.frank)
    tools = api.get("/rest/v1.0/settings/permissions", company_id=procore.company.id).json()["tools"]
    levels = {each["friendly_name"]: each["user_access_level"]["name"] for each in tools}
    assert levels["Admin"] == "None"
    seen = project_ids(api.get("/rest/v1.1/projects", company_id=procore.company.id).json())
    assert seen == {procore.bridge.id, procore.mill.id}
    assert api.get(procore.cards_path).status == 403


def test_someone_of_another_company_sees_nothing_of_this_one(procore: Procore) -> None:
    """R2."""
    procore.world.install(procore.stranger.id)
    api = procore.as_person(procore.sam)
    assert [each["id"] for each in api.get("/rest/v1.0/companies").json()] == [procore.stranger.id]
    api.company_id = procore.company.id
    assert api.get("/rest/v1.1/projects", company_id=procore.company.id).status == 404
    assert api.get(procore.cards_path).status == 404


def test_a_header_of_one_company_does_not_open_the_path_of_another(procore: Procore) -> None:
    procore.world.install(procore.stranger.id)
    path = f"/rest/v1.0/companies/{procore.stranger.id}/timecard_entries"
    assert procore.api.get(path).status == 404


def test_a_card_of_another_company_cannot_be_reached_by_its_id(procore: Procore) -> None:
    procore.world.install(procore.stranger.id)
    card, api = procore.enter(), procore.api
    api.company_id = procore.stranger.id
    path = f"/rest/v1.0/companies/{procore.stranger.id}/timecard_entries/{card.id}"
    assert api.get(path).status == 404
    assert api.delete(path).status == 404


def test_a_tool_that_is_off_in_a_project_forbids_its_cards(procore: Procore) -> None:
    procore.bridge.tools_off.append("Timesheets")
    body = {"project_id": procore.bridge.id, "timecard_entry": procore.fields()}
    assert procore.api.post(procore.cards_path, body).status == 403


def test_a_person_needs_no_header_for_me_and_companies(procore: Procore) -> None:
    api = procore.as_person(procore.dana)
    api.company_id = None
    assert api.get("/rest/v1.0/me").json()["id"] == procore.dana.id
    assert api.get("/rest/v1.0/companies").status == 200
    assert api.get("/rest/v1.0/me", company_id=procore.company.id).status == 400


def test_the_company_header_is_not_asked_for_where_the_switch_is_off() -> None:
    procore = Procore(company_header_enforced=False)
    api = procore.api
    api.company_id = None
    assert api.get(procore.cards_path).status == 200


def test_the_seeded_directory_has_the_hard_cases(procore: Procore) -> None:
    """D60 to D63: two of one name, five without e-mail, one inactive; ids beyond 32 bits."""
    path = f"/rest/v1.0/companies/{procore.company.id}/people"
    active, inactive = procore.api.get(path).json(), procore.api.get(f"{path}/inactive").json()
    assert (len(active), len(inactive)) == (39, 1)
    names = [(each["first_name"], each["last_name"]) for each in active]
    assert len(names) - len(set(names)) == 1
    assert sum(each["contact"]["email"] is None for each in active) == 5
    assert all(2**32 < each["id"] < 2**53 for each in active)
