"""Hooks are looked after each hour: what somebody changed at Procore is noticed and mended, once (R4, R31e, D4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from procore_sandbox.model.records import Hook as TheirHook
from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.errors import ProcoreUnavailable
from webapp.jobs import connection as jobs
from webapp.services import checks, connection, hook_care, undelivered
from webapp.store.models import Company
from webapp.store.session import system

HOOKS = "/rest/v1.0/webhooks/hooks"
ELSEWHERE = "https://elsewhere.example.com/hooks"


@pytest.fixture(params=["company", "project"])
def site(make_app: MakeApp, sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Connected, at either level, and looked after once."""
    app = make_app(DATABASE_URL=sqlite_url)
    with app.app_context():
        made = Site(app)
        made.world.set_switches(timecard_triggers=request.param)
        made.connect()
        hook_care.look_after(made.company_id)
        made.clock.advance(3600)
        yield made


@pytest.fixture
def whole(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    """One hook of the company, on both databases."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        made = Site(app)
        made.world.set_switches(timecard_triggers="company")
        made.connect()
        hook_care.look_after(made.company_id)
        made.clock.advance(3600)
        yield made


def ours(site: Site) -> list[TheirHook]:
    return [hook for hook in site.world.hooks() if hook.company_id == site.theirs.id]


def hook_of(site: Site) -> TheirHook:
    """The one that tells of the first project."""
    return next(hook for hook in ours(site) if hook.project_id in (None, site.projects[0].id))


def finding(site: Site) -> str | None:
    found = hook_care.findings(site.company_id)
    return found[0].finding if found else None


def hears(site: Site) -> bool:
    """Whether a card that is entered now arrives, without a sweep."""
    before = len(site.timesheets())
    site.enter()
    site.settle()
    return len(site.timesheets()) == before + 1


def places(site: Site) -> list[int | None]:
    return sorted((hook.project_id for hook in ours(site)), key=lambda place: place or 0)


@pytest.mark.parametrize("ids_as_text", [False, True])
def test_a_hook_that_is_well_is_left_alone(site: Site, ids_as_text: bool) -> None:
    """R31e: four calls each, no write; also where Procore writes ids as text."""
    site.world.set_switches(ids_as_text=ids_as_text)
    before = ours(site)
    site.forget_calls()
    assert hook_care.look_after(site.company_id) == hook_care.Cared(0, 0)
    assert ours(site) == before
    methods = {row.method for row in site.world.call_counts()}
    assert methods == {"GET"}
    assert site.calls() <= 4 * len(before) + 2
    assert finding(site) is None


def test_a_hook_that_was_deleted_at_procore_is_made_again(site: Site) -> None:
    """R4, R31e: once, with a secret that lets its events in."""
    before = places(site)
    site.world.state.hooks.drop(hook_of(site).id)
    assert hook_care.look_after(site.company_id).findings == 1
    assert places(site) == before
    assert finding(site) == hook_care.GONE
    assert hears(site)
    assert hook_care.look_after(site.company_id).findings == 0
    assert places(site) == before


def test_a_trigger_that_is_missing_is_made_again(site: Site) -> None:
    """R31e."""
    hook = hook_of(site)
    for trigger in [
        t for t in site.world.state.triggers if t.hook_id == hook.id and t.event_type != "delete"
    ]:
        site.world.state.triggers.drop(trigger.id)
    assert hook_care.look_after(site.company_id).findings == 1
    assert finding(site) == hook_care.NO_TRIGGERS
    kinds = sorted(t.event_type for t in site.world.state.triggers if t.hook_id == hook.id)
    assert kinds == ["create", "delete", "update"]
    assert hears(site)


def test_a_hook_that_points_elsewhere_is_set_right_with_a_new_secret(site: Site) -> None:
    """R31e: whoever got our events so far has our secret."""
    hook = hook_of(site)
    old, hook.destination_url = hook.authorization, ELSEWHERE
    assert hook_care.look_after(site.company_id).findings == 1
    assert finding(site) == hook_care.MOVED
    assert hook_of(site).id == hook.id
    assert hook_of(site).authorization != old
    assert hears(site)


def test_a_hook_that_lost_its_secret_gets_another(site: Site) -> None:
    """R31e."""
    hook_of(site).authorization = None
    assert hook_care.look_after(site.company_id).findings == 1
    assert finding(site) == hook_care.UNSIGNED
    assert hears(site)


def test_a_secret_that_was_changed_at_procore_is_noticed_by_what_we_refuse(site: Site) -> None:
    """R31e: a secret is shown to nobody, but its events come back as failing with 401."""
    hook_of(site).authorization = "Bearer something else"
    site.enter("3.0")
    site.deliver()
    assert site.timesheets() == []
    site.clock.advance(60)
    assert hook_care.look_after(site.company_id).findings == 1
    assert finding(site) == undelivered.REFUSED
    site.clock.advance(60)
    site.settle()
    assert len(site.timesheets()) == 1
    authorization = hook_of(site).authorization
    assert hook_care.look_after(site.company_id).findings == 0
    assert hook_of(site).authorization == authorization


def test_a_second_hook_of_ours_is_removed(site: Site) -> None:
    """R4: the effect of a lost answer may come a minute later."""
    before, hook = places(site), hook_of(site)
    double = TheirHook(
        **{name: getattr(hook, name) for name in TheirHook.__dataclass_fields__}
        | {"id": hook.id + 10**6, "ulid": "X"}
    )
    site.world.state.hooks.put(double)
    assert hook_care.look_after(site.company_id).findings == 1
    assert places(site) == before
    assert hook_of(site).id == hook.id
    assert finding(site) == hook_care.DOUBLED


def test_a_lost_answer_while_a_hook_is_made_again_leaves_one(site: Site) -> None:
    """R4."""
    before = places(site)
    site.world.state.hooks.drop(hook_of(site).id)
    site.world.add_fault(effect="lose_answer", method="POST", path=HOOKS, times=1)
    hook_care.look_after(site.company_id)
    assert places(site) == before
    assert hears(site)


def test_a_failure_while_a_hook_is_made_again_is_made_good_next_time(site: Site) -> None:
    """R31e, D105."""
    before = places(site)
    site.world.state.hooks.drop(hook_of(site).id)
    site.world.add_fault(effect="refuse", status=503, method="POST", path=HOOKS, times=1)
    with pytest.raises(ProcoreUnavailable):
        hook_care.look_after(site.company_id)
    site.clock.advance(3600)
    assert hook_care.look_after(site.company_id).made == 1
    assert places(site) == before
    assert hears(site)


def test_a_hook_that_procore_switched_off_is_made_again(whole: Site) -> None:
    """R31e: webhooks v2.0 tell it, of a company's hooks."""
    (hook,) = ours(whole)
    hook.status = "disabled"
    assert hook_care.look_after(whole.company_id).findings == 1
    (again,) = ours(whole)
    assert (again.status, again.id != hook.id) == ("active", True)
    assert finding(whole) == hook_care.DISABLED
    assert hears(whole)


def test_connecting_again_after_a_hook_is_gone_leaves_one(whole: Site) -> None:
    """R4: the button, then the hourly look."""
    whole.world.state.hooks.drop(ours(whole)[0].id)
    connection.connect(whole.theirs.id, "Acme", by="test")
    hook_care.look_after(whole.company_id)
    connection.connect(whole.theirs.id, "Acme", by="test")
    assert len(ours(whole)) == 1
    assert hears(whole)


def test_a_finding_is_shown_for_a_day_after_all_is_well(whole: Site) -> None:
    """R31."""
    ours(whole)[0].authorization = None
    for _ in range(24):
        hook_care.look_after(whole.company_id)
        assert finding(whole) == hook_care.UNSIGNED
        whole.clock.advance(3600)
    hook_care.look_after(whole.company_id)
    assert finding(whole) is None


def test_a_project_that_is_withdrawn_is_not_asked_about(make_app: MakeApp, sqlite_url: str) -> None:
    """R8: Procore counts refused calls."""
    with make_app(DATABASE_URL=sqlite_url).app_context() as context:
        site = Site(context.app)
        site.connect()
        site.world.withdraw_project(site.theirs.id, site.projects[0].id)
        site.clock.advance(3600)
        site.forget_calls()
        hook_care.look_after(site.company_id)
        assert {row.status for row in site.world.call_counts()} == {200}


def test_while_the_permission_for_webhooks_is_withdrawn_few_calls_are_refused(site: Site) -> None:
    """R8: told once a look, and well again with the permission."""
    site.world.withdraw_permission(site.theirs.id, "Webhooks API")
    site.forget_calls()
    hook_care.look_after(site.company_id)
    assert sum(row.count for row in site.world.call_counts() if row.status == 403) <= 3
    assert finding(site) == hook_care.UNSEEN
    site.world.give_back_permission(site.theirs.id, "Webhooks API")
    site.clock.advance(25 * 3600)
    hook_care.look_after(site.company_id)
    assert hook_care.look_after(site.company_id).findings == 0


def test_a_hook_that_cannot_be_mended_does_not_keep_others_from_it(
    make_app: MakeApp, sqlite_url: str
) -> None:
    """D9: for hooks, too."""
    with make_app(DATABASE_URL=sqlite_url).app_context() as context:
        site = Site(context.app)
        site.connect()
        broken, other = sorted(ours(site), key=lambda hook: hook.id)[:2]
        site.world.add_fault(effect="refuse", status=422, path=f"{HOOKS}/{broken.id}/*")
        for trigger in [t for t in site.world.state.triggers if t.hook_id == other.id]:
            site.world.state.triggers.drop(trigger.id)
        hook_care.look_after(site.company_id)
        assert len([t for t in site.world.state.triggers if t.hook_id == other.id]) == 3
        assert {row.finding for row in hook_care.findings(site.company_id)} == {
            hook_care.UNSEEN, hook_care.NO_TRIGGERS
        }  # fmt: skip


# ---- what Procore could not deliver ----------------------------------------------------------------------


def outage(site: Site, hours: float) -> None:
    """Our endpoint is away; Procore tries, in vain."""
    until = site.clock.now() + timedelta(hours=hours)
    while site.clock.now() < until:
        for one in site.world.due_deliveries(site.clock.now()):
            site.world.delivered(one.id, 503, "")
        site.clock.advance(600)
    site.world.due_deliveries(site.clock.now())


def cursor(site: Site) -> datetime | None:
    with system(is_readonly=True) as session:
        return session.get_one(Company, site.company_id).updated_cursor


def test_what_procore_gave_up_is_found_again_at_once(whole: Site) -> None:
    """D4, R31e: the cursor goes back to the first lost event, and its days are checked, whatever the sweep has seen."""
    began = whole.clock.now()
    card = whole.enter("3.0")
    outage(whole, 13)
    connection.verify_hooks(whole.company_id)  # the look at the projects, which goes back to the look before
    with system() as session:
        row = session.get_one(Company, whole.company_id)
        row.updated_cursor = row.deleted_cursor = row.swept_at = whole.clock.now()
    jobs.verify_hooks(whole.company_id)
    assert cursor(whole) is not None
    assert abs((cursor(whole) or began) - began) < timedelta(seconds=2)
    assert finding(whole) == undelivered.DISCARDED.format(count=1)
    found = checks.last_of(whole.company_id)
    assert found is not None
    assert (found.asked_by, found.missing_here) == (undelivered.BY_DISCARDED, 1)
    assert found.from_date <= (card.date or began.date()) <= found.to_date
    whole.settle(webhooks=False)
    assert [row.hours for row in whole.timesheets()] == [Decimal(3)]


def test_what_was_made_good_is_not_made_good_again(whole: Site) -> None:
    """R31e: once for each loss."""
    whole.enter("3.0")
    outage(whole, 13)
    hook_care.look_after(whole.company_id)
    whole.settle(webhooks=False)
    first = checks.last_of(whole.company_id)
    whole.clock.advance(3600)
    hook_care.look_after(whole.company_id)
    assert checks.last_of(whole.company_id) == first
    whole.enter("4.0")
    outage(whole, 13)
    hook_care.look_after(whole.company_id)
    assert checks.last_of(whole.company_id) != first


def test_a_check_that_breaks_off_is_made_next_time(whole: Site) -> None:
    """D105: nothing is noted as made good before."""
    whole.enter("3.0")
    outage(whole, 13)
    whole.world.add_fault(effect="refuse", status=503, path="*timecard_entries", times=1)
    with pytest.raises(ProcoreUnavailable):
        hook_care.look_after(whole.company_id)
    whole.clock.advance(3600)
    hook_care.look_after(whole.company_id)
    whole.settle(webhooks=False)
    assert len(whole.timesheets()) == 1


def test_deliveries_that_fail_for_now_are_counted_and_told(whole: Site) -> None:
    """R31e: Procore still tries; nothing is lost yet."""
    whole.enter("3.0")
    outage(whole, 1)
    hook_care.look_after(whole.company_id)
    (found,) = hook_care.findings(whole.company_id)
    assert (found.failing, found.finding) == (1, undelivered.FAILING.format(count=1))
    whole.settle()
    whole.clock.advance(3600)
    hook_care.look_after(whole.company_id)
    assert hook_care.findings(whole.company_id)[0].failing == 0


def test_a_company_that_is_not_connected_is_left_alone(whole: Site) -> None:
    """R7, R8."""
    with system() as session:
        session.get_one(Company, whole.company_id).state = "paused"
    whole.forget_calls()
    assert hook_care.look_after(whole.company_id) == hook_care.Cared(0, 0)
    assert whole.calls() == 0
