"""Who sees what: company, level and projects are Procore's word, asked again (R2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fixtures.site import Site
from tests.routes.visitor import Visitor, framed
from webapp.services import connection, directory
from webapp.store.models import Company, Member
from webapp.store.session import system

DANA, FOREMAN, STRANGER = "Dana Ortiz", "Frank Weber", "Sam Stranger"
SETTINGS = "/settings/data-sync/procore"


@pytest.fixture
def dana(site: Site) -> Visitor:
    return framed(site, DANA, site.theirs.id)


def companies(site: Site) -> list[str]:
    with site.app.app_context(), system(is_readonly=True) as session:
        return sorted(company.name for company in session.query(Company))


def site_id(site: Site) -> int:
    return connection.procore_id_to_id(site.theirs.id)


def members(site: Site) -> list[Member]:
    with site.app.app_context(), system(is_readonly=True) as session:
        return session.query(Member).all()


def connect(site: Site) -> None:
    with site.app.app_context():
        connection.connect(site.theirs.id, site.theirs.name, by="test")
        directory.refresh(site_id(site))


def test_an_administrators_first_look_makes_the_company_known(site: Site, dana: Visitor) -> None:
    """R2."""
    assert companies(site) == ["Acme Builders"]
    assert "Connect to Procore" in dana.get("/").text


def test_a_foreman_of_a_company_that_is_not_set_up_reads_whom_to_ask(site: Site) -> None:
    """R2: and leaves no trace of the company here."""
    page = framed(site, FOREMAN).get("/")
    assert page.status_code == 403
    assert "Ask an administrator of Acme Builders" in page.text
    assert companies(site) == []


def test_a_foreman_sees_the_projects_that_procore_lists_for_them_and_no_settings(site: Site) -> None:
    """R2."""
    connect(site)
    foreman = framed(site, FOREMAN)
    assert foreman.get("/").status_code == 200
    (member,) = members(site)
    listed = {p.id for p in site.world.projects(site.theirs.id, site.world.user_named(FOREMAN).id)}
    assert set(member.procore_project_ids) == listed
    assert not member.is_admin
    for answer in (foreman.get(SETTINGS), foreman.change("send", "on"), foreman.post(SETTINGS, {})):
        assert answer.status_code == 403
        assert "Only administrators" in answer.text


def test_a_person_is_linked_to_their_own_user_or_gets_one(site: Site) -> None:
    """R2, R13: so that they can enter their own time."""
    connect(site)
    framed(site, FOREMAN)
    (member,) = members(site)
    assert member.user_id is not None


def test_the_company_of_the_address_is_only_a_hint(site: Site, dana: Visitor) -> None:
    """R2: of a foreign company nothing is shown, not even whether it is here."""
    connect(site)
    stranger = framed(site, STRANGER)
    page = stranger.get(f"/?company_id={site.theirs.id}")
    unknown = stranger.get("/?company_id=123456")
    assert page.status_code == unknown.status_code == 403
    assert "Acme" not in page.text
    assert "not a member" in page.text
    assert "Acme" not in stranger.get("/").text


def test_membership_is_asked_again_after_fifteen_minutes(site: Site, dana: Visitor) -> None:
    """R2."""
    site.forget_calls()
    site.clock.advance(14 * 60)
    dana.get("/")
    assert site.calls() == 0
    site.clock.advance(2 * 60)
    dana.get("/")
    assert site.calls() > 0


def test_a_refusal_by_procore_ends_the_session(site: Site, dana: Visitor) -> None:
    """R2."""
    site.world.revoke_tokens(service=False)
    site.clock.advance(16 * 60)
    assert "Sign in with Procore" in dana.get("/").text
    assert "Sign in with Procore" in dana.get("/").text
    assert members(site) == []


def test_a_member_who_left_the_company_is_signed_out_of_it(site: Site, dana: Visitor) -> None:
    """R2."""
    site.world.add_fault(effect="refuse", status=404, path="/rest/v1.3/companies", times=1)
    site.clock.advance(16 * 60)
    page = dana.get("/")
    assert page.status_code == 403
    assert "Acme" not in page.text
    assert members(site) == []
    assert "Sign in with Procore" in dana.get("/").text
    assert site.world.authorized_people() == []  # tokens of people who left are revoked


def test_where_the_app_is_not_installed_the_page_says_how_to_install_it(site: Site, dana: Visitor) -> None:
    """R8."""
    site.world.uninstall(site.theirs.id)
    site.world.add_fault(effect="refuse", status=403, path="/rest/v1.0/settings/permissions")
    site.clock.advance(16 * 60)
    page = dana.get("/")
    assert page.status_code == 403
    assert "App Management" in page.text


def test_the_level_is_asked_before_every_change_of_settings(site: Site) -> None:
    """R2: a level withdrawn a minute ago counts."""
    connect(site)
    dana = framed(site, DANA, site.theirs.id)
    user = site.world.user_named(DANA)
    site.world.state.users.put(replace(user, is_admin=False, levels={**user.levels, "admin": "None"}))
    assert dana.get(SETTINGS).status_code == 200
    answer = dana.change("send", "on")
    assert answer.status_code == 403


def test_while_procore_does_not_answer_nobody_is_let_in_anew_and_the_page_says_so(
    site: Site, dana: Visitor
) -> None:
    """R2."""
    site.world.add_fault(effect="refuse", status=503)
    site.clock.advance(16 * 60)
    page = dana.get("/")
    assert page.status_code == 503
    assert "Procore is busy" in page.text
    site.world.clear_faults()
    site.clock.advance(3600)
    assert dana.get("/").status_code == 200


def test_a_page_of_one_company_does_not_change_another(site: Site, dana: Visitor) -> None:
    """A second window may have switched the company meanwhile."""
    answer = dana.change("send", "on", page_company="999")
    assert answer.status_code == 409
    assert "switched to another company" in answer.text


def test_a_page_that_needs_a_sign_in_keeps_the_way_back(site: Site) -> None:
    answer = Visitor(site).get(SETTINGS)
    assert (answer.status_code, answer.location) == (302, "/auth/sign-in?next=/settings/data-sync/procore")


def test_a_fragment_whose_session_ended_sends_the_whole_page_to_the_sign_in(site: Site) -> None:
    answer = Visitor(site).get("/", HX_Request="true")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/auth/sign-in")
