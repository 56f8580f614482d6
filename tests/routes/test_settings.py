"""Settings → Data Sync → Procore, and Disconnect (R1, R3, R5, R7, R9)."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from tests.fixtures.site import Site
from tests.routes.visitor import Visitor, framed
from webapp.services import connection, directory, settings
from webapp.store.models import Company, Link
from webapp.store.session import system, transaction
from webapp.sync.holds import switch_off

PROCORE = "/settings/data-sync/procore"
DISCONNECT = "/settings/import-timesheets/disconnect"


@pytest.fixture
def dana(site: Site) -> Visitor:
    return framed(site, "Dana Ortiz", site.theirs.id)


@pytest.fixture
def connected(site: Site, dana: Visitor) -> Visitor:
    """Dana, after connecting; the shown pop-up is gone."""
    connect(dana, site.theirs.id)
    dana.get(PROCORE)
    with site.app.app_context():
        site.company_id = connection.procore_id_to_id(site.theirs.id)
    return dana


def connect(visitor: Visitor, company_id: object, name: str = "Acme Builders") -> TestResponse:
    return visitor.post(PROCORE, {"procore_company_id": str(company_id), "name": name})


def state(site: Site) -> str:
    with site.app.app_context(), system(is_readonly=True) as session:
        return session.query(Company).filter_by(procore_company_id=site.theirs.id).one().state


def now(site: Site) -> settings.SyncSettings:
    with site.app.app_context():
        return settings.read(site.company_id)


def is_checked(page: str, name: str) -> bool:
    found = re.search(rf'id="{name}"\s+role="switch"\s+aria-checked="(true|false)"', page)
    assert found is not None
    return found[1] == "true"


def test_the_form_is_filled_in_from_the_page_that_embeds_the_app(site: Site, dana: Visitor) -> None:
    """R3: and stays editable."""
    page = dana.get(PROCORE).text
    assert re.search(rf'<input[^>]*name="procore_company_id"[^>]*value="{site.theirs.id}"', page)
    assert re.search(r'<input[^>]*name="name"[^>]*value="Acme Builders"', page)


def test_connecting_says_so_once(site: Site, dana: Visitor) -> None:
    """R3."""
    answer = connect(dana, site.theirs.id)
    assert (answer.status_code, answer.location) == (303, PROCORE)
    assert "Successfully connected to Procore" in dana.get(PROCORE).text
    assert "Successfully connected" not in dana.get(PROCORE).text
    assert state(site) == "connected"


@pytest.mark.parametrize("company_id", ["", "abc", "-1", "12345678901234567890"])
def test_what_is_no_company_id_is_said_beside_the_field(site: Site, dana: Visitor, company_id: str) -> None:
    """R3."""
    answer = connect(dana, company_id)
    assert answer.status_code == 422
    assert 'id="procore_company_id-error"' in answer.text
    assert state(site) == "disconnected"


def test_nobody_connects_a_company_that_they_do_not_administer(site: Site, dana: Visitor) -> None:
    """R2, R3: the number is a wish like any other."""
    stranger = site.world.user_named("Sam Stranger")
    site.world.install(stranger.company_id, user_id=stranger.id)
    answer = connect(dana, stranger.company_id)
    assert answer.status_code == 422
    assert "does not list you as an administrator" in answer.text
    assert not [hook for hook in site.world.hooks() if hook.company_id == stranger.company_id]


@pytest.mark.parametrize(
    "fault, words",
    [
        ({"status": 503, "path": "/rest/v1.0/webhooks*"}, "Procore is busy"),
        ({"status": 403, "path": "/rest/v1.1/projects"}, "not installed"),
    ],
)
def test_a_failure_is_told_on_the_page_in_plain_words(
    site: Site, dana: Visitor, fault: dict[str, object], words: str
) -> None:
    """R3."""
    site.world.add_fault(effect="refuse", **fault)
    answer = connect(dana, site.theirs.id)
    assert words in answer.text
    assert 'action="/settings/data-sync/procore"' in answer.text
    assert state(site) == "disconnected"


def test_permissions_and_projects_are_shown_line_by_line(site: Site, dana: Visitor) -> None:
    """R1: asked of Procore, green or red with what to do."""
    site.world.withdraw_permission(site.theirs.id, "Webhooks API")
    part = dana.get(f"{PROCORE}/inspection", HX_Request="true").text
    assert "<html" not in part
    assert re.search(r'class="good">.*?Timecard: Admin', part, re.S)
    assert re.search(r'class="bad">.*?Webhooks: None.*?needed is Standard.*?App Management', part, re.S)
    assert "5 projects permitted" in part
    assert "Harbour Bridge" in part
    assert "Secret Vault" not in part


def test_without_javascript_the_inspection_is_a_whole_page(dana: Visitor) -> None:
    """R1."""
    page = dana.get(f"{PROCORE}/inspection").text
    assert "<html" in page
    assert "projects permitted" in page


def test_an_app_that_is_not_installed_is_a_red_line(site: Site, dana: Visitor) -> None:
    """R1."""
    site.world.uninstall(site.theirs.id)
    assert "not installed" in dana.get(f"{PROCORE}/inspection").text


def test_a_switch_works_without_javascript(site: Site, connected: Visitor) -> None:
    """R5."""
    answer = connected.change("send_only_linked", "on")
    assert (answer.status_code, answer.location) == (303, PROCORE)
    assert is_checked(connected.get(PROCORE).text, "send_only_linked")


def test_a_switch_is_saved_without_a_reload(site: Site, connected: Visitor) -> None:
    """R5: only the switches come back, as they are now."""
    answer = connected.change("receive_only_linked", "on")
    part = connected.post(
        f"{PROCORE}/settings", {"setting": "receive_only_linked", "value": "off"}, HX_Request="true"
    )
    assert answer.status_code == 303
    assert part.status_code == 200
    assert part.text.strip().startswith('<li class="card" id="switches"')
    assert not is_checked(part.text, "receive_only_linked")
    assert now(site).receive_only_linked is False


@pytest.mark.parametrize(
    "setting", ["receive_only_linked", "receive_project_per_sub_job", "send", "send_only_linked"]
)
def test_each_switch_changes_itself_alone(site: Site, connected: Visitor, setting: str) -> None:
    """R5."""
    before = now(site).as_json()
    connected.change(setting, "on")
    assert now(site).as_json() == before | {setting: True}
    connected.change(setting, "off")
    assert now(site).as_json() == before


@pytest.mark.parametrize("rule", settings.CONFLICT_RULES)
def test_the_rule_for_conflicts_is_chosen(site: Site, connected: Visitor, rule: str) -> None:
    """R23."""
    connected.change("conflict_rule", rule)
    assert now(site).conflict_rule == rule


@pytest.mark.parametrize("setting, value", [("name", "on"), ("send", "maybe"), ("conflict_rule", "mine")])
def test_what_is_no_setting_changes_nothing(site: Site, connected: Visitor, setting: str, value: str) -> None:
    """R5."""
    before = now(site)
    assert connected.change(setting, value).status_code == 422
    assert now(site) == before


@pytest.fixture
def held_back(site: Site, connected: Visitor) -> Visitor:
    """Sending is off; two timesheets were entered meanwhile, and one card of both sides was edited here."""
    with site.app.app_context():
        directory.refresh(site.company_id)
        site.enter()
        site.settle()
        (sheet,) = site.timesheets()
        site.write("2.0")
        site.write("3.0")
        site.rewrite(sheet.id, description="changed while off")
        site.settle()
    return connected


def suppressed(site: Site) -> int:
    with site.app.app_context(), system(is_readonly=True) as session:
        return session.query(Link).filter_by(reason_key=switch_off("send").key).count()


def reasons(site: Site) -> list[str | None]:
    with site.app.app_context():
        return [link.reason_key for link in site.links()]


def test_switching_on_asks_what_to_do_with_what_changed_meanwhile(site: Site, held_back: Visitor) -> None:
    """R9: how many there were, and nothing is saved yet."""
    assert suppressed(site) == 3
    page = held_back.change("send", "on")
    assert page.status_code == 200
    assert "3 records changed in Timesite" in re.sub(r"\s+", " ", page.text)
    assert now(site).send is False


def test_starting_from_now_sends_nothing_of_before(site: Site, held_back: Visitor) -> None:
    """R9: today's differences are listed as excluded: before switch."""
    held_back.change("send", "on", since="now")
    with site.app.app_context():
        site.settle()
        assert len(site.cards()) == 1
        assert [link.state for link in site.links()] == ["excluded"] * 3
        site.write("4.0")
        site.settle()
        assert len(site.cards()) == 2
    assert reasons(site) == ["before_switch"] * 3 + [None]


def test_what_never_crossed_before_the_switch_does_not_cross_when_it_is_edited(
    site: Site, held_back: Visitor
) -> None:
    """R9."""
    held_back.change("send", "on", since="now")
    with site.app.app_context():
        site.settle()
        linked, *unlinked = site.timesheets()
        site.rewrite(unlinked[0].id, description="edited later")
        site.rewrite(linked.id, description="a record of both sides goes on")
        site.settle()
        (card,) = site.cards()
        assert card.description == "a record of both sides goes on"


def test_syncing_since_it_was_off_sends_what_changed_meanwhile(site: Site, held_back: Visitor) -> None:
    """R9."""
    held_back.change("send", "on", since="off")
    with site.app.app_context():
        site.settle()
        assert len(site.cards()) == 3
        assert {link.state for link in site.links()} == {"in_sync"}


def test_a_paused_company_can_be_tried_again_now(site: Site, connected: Visitor) -> None:
    """R8."""
    with site.app.app_context(), system() as session:
        company = session.get_one(Company, site.company_id)
        company.state, company.paused_reason = "paused", "Procore refused permission."
    page = connected.get(PROCORE).text
    assert "The sync is paused: Procore refused permission." in page
    site.world.add_fault(effect="refuse", status=403, path="/rest/v1.1/projects", times=1)
    connected.post(f"{PROCORE}/resume")
    assert state(site) == "paused"
    assert "still refuses" in connected.get(PROCORE).text
    connected.post(f"{PROCORE}/resume")
    assert state(site) == "connected"
    assert "goes on" in connected.get(PROCORE).text


def test_disconnecting_is_asked_to_confirm(site: Site, connected: Visitor) -> None:
    """R7."""
    page = connected.get(DISCONNECT)
    assert "Timesheets and their history stay" in page.text
    assert state(site) == "connected"


def test_disconnecting_ends_everybodys_session(site: Site, connected: Visitor) -> None:
    """R7: people's tokens are revoked."""
    other = framed(site, "Frank Weber", site.theirs.id)
    assert other.get("/").status_code == 200
    answer = connected.post(DISCONNECT)
    assert (answer.status_code, answer.location) == (303, "/auth/sign-in")
    assert "is disconnected from Procore" in connected.get("/auth/sign-in").text
    assert state(site) == "disconnected"
    for visitor in (connected, other):
        assert "Sign in with Procore" in visitor.get("/").text
    assert site.world.authorized_people() == []


def test_the_switch_of_one_company_is_not_anothers(site: Site, connected: Visitor) -> None:
    """Tenant isolation."""
    with site.app.app_context():
        with system() as session:
            other = Company(
                procore_company_id=5, name="Other", created_at=site.clock.now(), state="connected"
            )
            session.add(other)
            session.flush()
        connected.change("send", "on")
        with transaction(other.id) as session:
            assert session.get_one(Company, other.id).send is False
