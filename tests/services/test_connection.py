"""Connecting and disconnecting: all of it or nothing of it (R3, R4, R6, R7, R14), on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count as numbers_from

import pytest
from sqlalchemy import func, select

from procore_sandbox.model.records import Hook as TheirHook
from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.errors import InvalidInput, LeaseLost, PermissionMissing, ProcoreUnavailable
from webapp.services import api_keys, connection, directory, hook_setup, removals
from webapp.services.hook_setup import NoTriggers
from webapp.services.inspection import NotInstalledThere
from webapp.store import leases
from webapp.store.models import (
    ApiKey,
    Company,
    Hook,
    HookSecret,
    Link,
    Message,
    ProcoreProject,
    Project,
    Removal,
    Task,
    TemplateRow,
    Timesheet,
    TimesheetChange,
    User,
)
from webapp.store.session import StoreSession, system, transaction

numbers = numbers_from(1)
HOOKS = "/rest/v1.0/webhooks/hooks"


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        made = Site(app)
        made.world.install(made.theirs.id, user_id=made.dana.id)
        yield made


def connect(site: Site, **switches: bool) -> connection.Connected:
    done = connection.connect(site.theirs.id, "Acme Builders", by="test", **switches)
    site.company_id = done.company_id
    return done


def ours(site: Site) -> list[TheirHook]:
    """The hooks at Procore that point at us."""
    return [hook for hook in site.world.hooks() if hook.company_id == site.theirs.id]


def count(session: StoreSession, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def company() -> Company:
    with system(is_readonly=True) as session:
        return session.scalars(select(Company)).one()


def is_empty(*tables: type) -> bool:
    with system(is_readonly=True) as session:
        return not any(count(session, table) for table in tables)


def test_where_procore_offers_triggers_per_project_every_permitted_project_gets_one_hook(site: Site) -> None:
    """R4."""
    connect(site)
    installation = site.world.installation(site.theirs.id)
    assert installation is not None
    permitted = installation.permitted_project_ids
    assert sorted(hook.project_id or 0 for hook in ours(site)) == sorted(permitted)
    kinds = {
        (trigger.hook_id, trigger.resource_name, trigger.event_type) for trigger in site.world.state.triggers
    }
    assert kinds == {
        (hook.id, "Timecard Entries", verb) for hook in ours(site) for verb in ("create", "update", "delete")
    }


def test_where_procore_offers_triggers_for_the_company_one_hook_does(site: Site) -> None:
    """R4: asked, not assumed."""
    site.world.set_switches(timecard_triggers="company")
    connect(site)
    (hook,) = ours(site)
    assert hook.project_id is None
    assert company().hook_scope == "company"


def test_what_procore_sends_by_a_new_hook_is_let_in_by_its_own_secret(site: Site) -> None:
    """R4: only the hash is kept, one secret for each hook."""
    connect(site)
    card = site.enter()
    assert site.deliver() == 1
    with system(is_readonly=True) as session:
        assert session.scalars(select(Link.procore_id)).all() == [card.id]
        hashes = session.scalars(select(HookSecret.secret_hash)).all()
    secrets = [hook.authorization for hook in ours(site)]
    assert len(set(secrets)) == len(secrets) == len(set(hashes)) == len(ours(site))
    assert not set(secrets) & set(hashes)


def test_a_new_company_receives_does_not_send_and_starts_now(site: Site) -> None:
    """R6, R9, R14."""
    connect(site)
    row = company()
    assert (row.state, row.receive, row.send) == ("connected", True, False)
    assert row.connected_at == row.updated_cursor == row.deleted_cursor == site.clock.now()
    with system(is_readonly=True) as session:
        rows = session.execute(select(TemplateRow.time_type, TemplateRow.task).order_by(TemplateRow.position))
        assert [tuple(row) for row in rows] == [(n, n) for n in connection.STANDARD_TIME_TYPES]
        assert set(session.scalars(select(Task.name))) == set(connection.STANDARD_TIME_TYPES)


def test_the_caller_may_choose_the_directions(site: Site) -> None:
    """R9."""
    connect(site, receive=False, send=True)
    assert (company().receive, company().send) == (False, True)


def test_connecting_twice_changes_nothing(site: Site) -> None:
    """R4."""
    first = connect(site)
    before, hooks = company().connected_at, ours(site)
    site.clock.advance(60)
    second = connect(site)
    assert (first.is_new, second.is_new) == (True, False)
    assert (company().connected_at, ours(site)) == (before, hooks)


def test_a_lost_answer_never_leaves_two_hooks_for_one_thing(site: Site) -> None:
    """R4."""
    site.world.add_fault(effect="lose_answer", method="POST", path=HOOKS, times=1)
    connect(site)
    places = [hook.project_id for hook in ours(site)]
    assert len(places) == len(set(places)) == 5
    site.enter()
    site.deliver()
    assert not is_empty(Link)


def test_a_hook_of_an_attempt_that_died_is_replaced_not_doubled(site: Site) -> None:
    """R4: its secret is unknown to us, so it goes."""
    site.world.add_fault(effect="refuse", status=500, path=f"{HOOKS}/*/triggers*")
    site.world.add_fault(effect="refuse", status=500, method="DELETE", path=HOOKS)
    with pytest.raises(ProcoreUnavailable):
        connect(site)
    (left,) = ours(site)
    site.world.clear_faults()
    connect(site)
    places = [hook.project_id for hook in ours(site)]
    assert len(places) == len(set(places)) == 5
    assert left.id not in {hook.id for hook in ours(site)}
    assert is_empty(Removal)


@pytest.mark.parametrize(
    "fault",
    [
        {"effect": "refuse", "status": 503, "path": "/rest/v1.0/webhooks/resources"},
        {"effect": "refuse", "status": 500, "method": "POST", "path": "*/triggers/bulk"},
        {"effect": "lose_request", "method": "POST", "path": "*/triggers/bulk"},
        {"effect": "refuse", "status": 503, "path": "/rest/v1.0/companies"},
    ],
)
def test_a_failure_leaves_nothing_half_connected(site: Site, fault: dict[str, object]) -> None:
    """R3."""
    site.world.add_fault(**fault)
    with pytest.raises(ProcoreUnavailable):
        connect(site)
    assert company().state == "disconnected"
    assert is_empty(Hook, HookSecret, TemplateRow, Removal)
    assert ours(site) == []


def test_what_cannot_be_taken_back_now_is_owed_and_taken_back_later(site: Site) -> None:
    """R3."""
    site.world.add_fault(effect="refuse", status=503, method="DELETE", path=HOOKS)
    site.world.add_fault(effect="refuse", status=500, method="POST", path="*/triggers/bulk")
    with pytest.raises(ProcoreUnavailable):
        connect(site)
    assert len(ours(site)) == 1
    assert not is_empty(Removal)
    site.world.clear_faults()
    site.clock.advance(301)
    assert removals.retry(site.clock.now()) == 1
    assert ours(site) == []
    assert is_empty(Removal)


def test_a_company_without_the_app_is_told_how_to_install_it(site: Site) -> None:
    """R3: and so is a wrong id."""
    site.world.uninstall(site.theirs.id)
    for wrong in (site.theirs.id, 123):
        with pytest.raises(NotInstalledThere, match="App Management"):
            connection.connect(wrong, "Acme", by="test")


def test_a_missing_permission_is_named_with_what_to_do_about_it(site: Site) -> None:
    """R1, R3."""
    site.world.withdraw_permission(site.theirs.id, "Webhooks API")
    with pytest.raises(PermissionMissing, match=r"Webhooks is None, needed is Standard.*App Management"):
        connect(site)
    assert ours(site) == []


class WithoutTriggers:
    """Procore as a company meets it where webhooks for time cards are not on offer."""

    def hooks(self, procore_company_id: int, priority: object) -> WithoutTriggers:
        return self

    def offered(self, project_id: int | None) -> frozenset[str]:
        return frozenset({"create"})


def test_without_all_three_triggers_for_time_cards_nothing_is_connected(site: Site) -> None:
    """R3, R4."""
    site.app.extensions["procore"] = WithoutTriggers()
    with pytest.raises(NoTriggers, match="Ask Procore's support"):
        hook_setup.scope_offered(site.theirs.id, [1])


@pytest.mark.parametrize("number, name", [(0, "Acme"), (2**63, "Acme"), (5, "   ")])
def test_what_cannot_be_a_company_is_refused_before_procore_is_asked(
    site: Site, number: int, name: str
) -> None:
    """R3."""
    with pytest.raises(InvalidInput):
        connection.connect(number, name, by="test")
    assert site.calls() == 0


def test_a_project_that_is_permitted_later_gets_its_hook(site: Site) -> None:
    """R4."""
    connect(site)
    everything = [project.id for project in site.projects]
    site.world.permit_projects(site.theirs.id, everything)
    assert connection.verify_hooks(site.company_id) == 1
    assert connection.verify_hooks(site.company_id) == 0
    assert sorted(hook.project_id or 0 for hook in ours(site)) == sorted(everything)


def test_a_secret_is_renewed_and_the_old_one_stays_valid_for_thirteen_hours(site: Site) -> None:
    """R4: events under way still carry it."""
    connect(site)
    old = {hook.authorization for hook in ours(site)}
    site.clock.advance(91 * 86400)
    connection.verify_hooks(site.company_id)
    new = {hook.authorization for hook in ours(site)}
    assert not old & new
    assert all(is_let_in(site, secret) for secret in (*old, *new))
    site.clock.advance(13 * 3600 + 1)
    assert not any(is_let_in(site, secret) for secret in old)
    assert all(is_let_in(site, secret) for secret in new)
    connection.verify_hooks(site.company_id)
    assert {hook.authorization for hook in ours(site)} == new


def test_a_lost_answer_while_a_secret_is_renewed_loses_no_event(site: Site) -> None:
    """R4: until Procore has confirmed, both are valid; then it is tried again."""
    site.world.set_switches(timecard_triggers="company")
    connect(site)
    (before,) = ours(site)
    old = before.authorization
    site.clock.advance(91 * 86400)
    site.world.add_fault(effect="lose_answer", method="PATCH", path=HOOKS, times=1)
    with pytest.raises(ProcoreUnavailable):
        connection.verify_hooks(site.company_id)
    (lost,) = ours(site)
    assert is_let_in(site, lost.authorization)
    assert is_let_in(site, old)
    between = lost.authorization
    site.clock.advance(3600)
    connection.verify_hooks(site.company_id)
    (hook,) = ours(site)
    assert hook.authorization not in (old, between)
    site.clock.advance(14 * 3600)
    assert is_let_in(site, hook.authorization)
    assert not is_let_in(site, old)
    assert not is_let_in(site, between)


def is_let_in(site: Site, authorization: str | None) -> bool:
    event = {"id": 1, "ulid": f"ulid-{next(numbers)}", "resource_name": "Projects", "event_type": "create"}
    answer = site.app.test_client().post(
        "/webhooks/procore", json=event, headers={"Authorization": authorization or ""}
    )
    return answer.status_code == 204


def test_a_paused_company_that_is_connected_again_goes_on(site: Site) -> None:
    """R8."""
    connect(site)
    with system() as session:
        row = session.get_one(Company, site.company_id)
        row.state, row.paused_reason = "paused", "Procore refused permission."
    assert not connect(site).is_new
    assert company().state == "connected"


def test_a_second_connect_changes_only_the_switches_that_it_names(site: Site) -> None:
    """R9."""
    connect(site)
    connect(site, send=True)
    assert (company().receive, company().send) == (True, True)
    connect(site, receive=False)
    assert (company().receive, company().send) == (False, True)


@pytest.fixture
def worked(site: Site) -> Site:
    """Connected both ways, with a card received, a timesheet sent, a key and a person signed in."""
    connect(site, send=True)
    directory.refresh(site.company_id)
    site.enter()
    site.settle()
    site.write()
    site.settle()
    api_keys.create(site.theirs.id, "test", "admin")
    return site


def test_disconnecting_removes_the_hooks_and_erases_all_connection_data(worked: Site) -> None:
    """R7."""
    connection.disconnect(worked.company_id, by="test")
    assert ours(worked) == []
    assert is_empty(Hook, HookSecret, Link, Message, ProcoreProject, ApiKey, Removal)
    assert (company().state, company().connected_at) == ("disconnected", None)
    with system(is_readonly=True) as session:
        assert not any(session.scalars(select(Project.procore_project_id)))
        assert not any(session.scalars(select(User.procore_person_id)))
        assert not any(session.scalars(select(Task.procore_time_type_id)))


def test_timesheets_and_their_history_survive_a_disconnect(worked: Site) -> None:
    """R7: they are the company's own; so do the cards in Procore."""
    with system(is_readonly=True) as session:
        before = (count(session, Timesheet), count(session, TimesheetChange))
    cards = len(worked.cards())
    connection.disconnect(worked.company_id, by="test")
    with system(is_readonly=True) as session:
        assert (count(session, Timesheet), count(session, TimesheetChange)) == before
    assert before[0] == cards == 2


def test_another_companys_data_survives_a_disconnect(worked: Site) -> None:
    """R7, tenant isolation."""
    with system() as session:
        other = Company(procore_company_id=77, name="Other", created_at=worked.clock.now(), state="connected")
        session.add(other)
        session.flush()
        session.add(Link(company_id=other.id, procore_id=1, created_at=worked.clock.now()))
        session.add(
            Project(company_id=other.id, name="P", procore_project_id=9, created_at=worked.clock.now())
        )
    connection.disconnect(worked.company_id, by="test")
    with system(is_readonly=True) as session:
        assert count(session, Link) == 1
        assert session.scalars(select(Project.procore_project_id).where(Project.name == "P")).all() == [9]


def test_a_worker_that_is_at_it_cannot_commit_after_the_disconnect(worked: Site) -> None:
    """R7: work stops at once."""
    with transaction(worked.company_id) as session:
        lease = leases.claim(session, worked.company_id, "worker", worked.clock.now())
    assert lease is not None
    connection.disconnect(worked.company_id, by="test")
    with pytest.raises(LeaseLost), transaction(worked.company_id) as session:
        leases.hold(session, lease, worked.clock.now())


def test_what_procore_does_not_confirm_is_retried_for_thirty_days(worked: Site) -> None:
    """R7: one removal row."""
    worked.world.add_fault(effect="refuse", status=503, method="DELETE", path=HOOKS)
    connection.disconnect(worked.company_id, by="test")
    assert len(ours(worked)) == 5
    with system(is_readonly=True) as session:
        assert count(session, Removal) == 1
    assert removals.retry(worked.clock.now() + timedelta(minutes=6)) == 0
    worked.world.clear_faults()
    assert removals.retry(worked.clock.now() + timedelta(minutes=12)) == 1
    assert ours(worked) == []


def test_while_procore_does_not_answer_a_disconnect_does_not_wait_for_every_hook(worked: Site) -> None:
    """R7: the first call that gets no answer is the last."""
    worked.world.add_fault(effect="refuse", status=503)
    worked.forget_calls()
    connection.disconnect(worked.company_id, by="test")
    assert {call.route for call in worked.world.call_counts()} == {"/rest/v1.0/webhooks/hooks/{id}"}
    assert sum(call.count for call in worked.world.call_counts()) == 1
    assert company().state == "disconnected"


def test_what_is_refused_for_good_does_not_hold_up_the_rest(worked: Site) -> None:
    """R7."""
    worked.world.add_fault(effect="refuse", status=422, method="DELETE", path=HOOKS, times=1)
    connection.disconnect(worked.company_id, by="test")
    assert len(ours(worked)) == 1
    assert removals.retry(worked.clock.now() + timedelta(minutes=6)) == 1
    assert ours(worked) == []


def test_after_thirty_days_nothing_is_owed_any_more(worked: Site) -> None:
    """R7."""
    worked.world.add_fault(effect="refuse", status=503, method="DELETE", path=HOOKS)
    connection.disconnect(worked.company_id, by="test")
    removals.retry(worked.clock.now() + timedelta(days=30, minutes=1))
    assert is_empty(Removal)


@pytest.mark.parametrize("status", [403, 404])
def test_a_hook_that_procore_will_not_show_us_counts_as_removed(worked: Site, status: int) -> None:
    """R7."""
    worked.world.add_fault(effect="refuse", status=status, method="DELETE", path=HOOKS)
    connection.disconnect(worked.company_id, by="test")
    assert is_empty(Removal)


def test_connecting_again_starts_from_then_and_owes_nothing(worked: Site) -> None:
    """R6, R7, D32."""
    worked.world.add_fault(effect="refuse", status=503, method="DELETE", path=HOOKS)
    connection.disconnect(worked.company_id, by="test")
    worked.world.clear_faults()
    worked.clock.advance(3600)
    connect(worked)
    assert company().connected_at == worked.clock.now()
    assert is_empty(Removal)
    assert len(ours(worked)) == 5
    removals.retry(worked.clock.now() + timedelta(hours=1))
    assert len(ours(worked)) == 5
