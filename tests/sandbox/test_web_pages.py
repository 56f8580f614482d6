"""Every page: it opens, for everybody, without outside help and under a strict policy."""

import re

import pytest

from tests.sandbox.cast import Procore
from tests.sandbox.visitor import Visitor

PATHS = (
    "/",
    "{company}/projects",
    "{cards}",
    "{cards}?deleted=1",
    "{cards}/new",
    "{mill}/new",
    "{hospital}/new",
    "{cards}/{card}",
    "{company}/apps",
    "{company}/apps/timesite",
    "{project}/apps/timesite",
    "{project}/apps/timesite/panel",
    "/faults",
    "/switches",
    "/webhooks",
    "/webhooks?status=discarded",
    "/requests",
    "/requests?only=failed",
    "/health",
    "/oauth/authorize",
)
LIVE = ("/", "{cards}", "/faults", "/webhooks", "/requests", "/health")


@pytest.fixture
def visitor(procore: Procore) -> Visitor:
    """With a card that was changed and deleted, a hook, a failed delivery, and an armed fault."""
    card = procore.enter()
    procore.hook(procore.bridge)
    procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "7.5"})
    for each in procore.world.due_deliveries():
        procore.world.delivered(each.id, 500, "no")
    procore.enter(procore.mill, time_in="07:00", time_out="15:30", hours=None)
    procore.world.add_fault(effect="lose_answer", times=2)
    procore.api.get("/rest/v1.0/nowhere")
    return Visitor(procore)


def address(visitor: Visitor, path: str) -> str:
    procore = visitor.procore
    return path.format(
        company=visitor.company,
        cards=visitor.cards(),
        mill=visitor.cards(procore.mill),
        hospital=visitor.cards(procore.hospital),
        project=visitor.cards().removesuffix("/timecards"),
        card=procore.world.timecards(procore.company.id, project_id=procore.bridge.id)[0].id,
    )


@pytest.mark.parametrize("path", PATHS)
def test_every_page_opens_and_brings_all_it_needs_along(visitor: Visitor, path: str) -> None:
    """R35: no inline script or style, nothing from elsewhere, a policy that would stop either."""
    is_refused = path == "/oauth/authorize"
    page = visitor.open(address(visitor, path), 401 if is_refused else 200)
    for tag, values in page.tags:
        assert not any(name.startswith("on") or name == "style" for name in values), values
        assert tag != "style"
        source = values.get("src", "") if tag != "iframe" else ""
        assert re.match(r"$|/[^/]", source or (values.get("href", "") if tag == "link" else "")), values
    assert len([tag for tag, _ in page.tags if tag == "h1"]) <= 1
    assert "local, not Procore" in page.text


@pytest.mark.parametrize("path", PATHS)
def test_every_page_forbids_other_scripts_and_being_framed(visitor: Visitor, path: str) -> None:
    policy = visitor.client.get(address(visitor, path)).headers["Content-Security-Policy"]
    rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert (rules["default-src"], rules["script-src"], rules["frame-ancestors"]) == (
        "'none'",
        "'self'",
        "'none'",
    )
    has_frame = "/apps/timesite" in path
    assert rules["frame-src"] == ("http://127.0.0.1:8000" if has_frame else "'none'")


@pytest.mark.parametrize("path", PATHS)
def test_every_control_of_a_form_is_named_for_those_who_cannot_see_it(visitor: Visitor, path: str) -> None:
    """Each button has a type; each field sits in a label or is named by one."""
    html = visitor.client.get(address(visitor, path)).text
    named = set(re.findall(r'<label for="([^"]+)"', html))
    outside = re.sub(r"<label\b.*?</label>", "", html, flags=re.DOTALL)
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", outside):
        found = re.search(r'\bid="([^"]+)"', field)
        assert 'type="hidden"' in field or (found and found[1] in named), field
    assert all('type="' in each for each in re.findall(r"<button[^>]*>", html))


@pytest.mark.parametrize("path", [each for each in PATHS if "{" not in each or each == "{company}/projects"])
def test_pages_of_no_project_open_for_a_foreman_too(visitor: Visitor, path: str) -> None:
    visitor.act_as(visitor.procore.frank)
    visitor.open(address(visitor, path), 401 if path == "/oauth/authorize" else 200)


@pytest.mark.parametrize("path", [each for each in PATHS if "{" in each])
def test_someone_of_another_company_opens_none_of_this_one(visitor: Visitor, path: str) -> None:
    """R2."""
    visitor.act_as(visitor.procore.sam)
    visitor.open(address(visitor, path), 404)


def test_a_foreman_sees_the_projects_that_are_theirs(visitor: Visitor) -> None:
    """R2."""
    procore = visitor.procore
    visitor.act_as(procore.frank)
    assert len(visitor.open(f"{visitor.company}/projects").marked("project-row")) == 2
    visitor.open(visitor.cards(procore.hospital), 404)


@pytest.mark.parametrize("path", LIVE)
def test_what_refreshes_itself_comes_alone_and_only_when_it_changed(visitor: Visitor, path: str) -> None:
    """D81 as the stand-in has it: the part, an ETag, then 304."""
    here = address(visitor, path)
    assert f'data-refresh="{here}' in visitor.client.get(here).text
    part = visitor.client.get(here, headers={"X-Fragment": "1"})
    assert "<html" not in part.text
    assert "X-Fragment" in part.vary
    again = visitor.client.get(here, headers={"X-Fragment": "1", "If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304


def test_the_list_of_cards_differs_once_the_app_has_changed_one(visitor: Visitor) -> None:
    """R17: what the app sends appears here."""
    procore = visitor.procore
    [card] = procore.world.timecards(procore.company.id, project_id=procore.bridge.id)
    before = visitor.client.get(visitor.cards(), headers={"X-Fragment": "1"}).headers["ETag"]
    procore.world.clear_faults()
    body = {"project_id": procore.bridge.id, "timecard_entry": {"date": "2026-11-16", "hours": "3.25"}}
    assert procore.api.patch(f"{procore.cards_path}/{card.id}", body).status == 200
    after = visitor.client.get(visitor.cards(), headers={"X-Fragment": "1", "If-None-Match": before})
    assert (after.status_code, "3.25 h" in after.text) == (200, True)


def test_the_menu_marks_where_one_is(visitor: Visitor) -> None:
    html = visitor.client.get(visitor.cards()).text
    assert re.findall(r'aria-current="page"[^>]*>([^<]+)<', html) == ["Projects"]
