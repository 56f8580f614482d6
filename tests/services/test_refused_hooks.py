"""A hook that Procore refuses costs only itself (R4, R8, R31e, D9)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.jobs import connection as jobs
from webapp.services import connection, hook_care
from webapp.store.models import Company
from webapp.store.session import system

HOOKS = "/rest/v1.0/webhooks/hooks"
HOUR, OLD = 3600, 91 * 86400


@pytest.fixture
def site(make_app: MakeApp, sqlite_url: str) -> Iterator[Site]:
    """Three of six projects are permitted, each with its hook."""
    app = make_app(DATABASE_URL=sqlite_url)
    with app.app_context():
        made = Site(app)
        made.world.set_switches(timecard_triggers="project")
        made.world.install(made.theirs.id, project_ids=ids(made)[:3], user_id=made.dana.id)
        made.company_id = connection.connect(made.theirs.id, "Acme", by="test").company_id
        hour(made)
        yield made


def ids(site: Site) -> list[int]:
    return [project.id for project in site.projects]


def hour(site: Site) -> None:
    jobs.verify_hooks(site.company_id)
    site.clock.advance(HOUR)


def secrets(site: Site) -> dict[int, str | None]:
    """By project, what its hook at Procore sends."""
    hooks = [hook for hook in site.world.hooks() if hook.company_id == site.theirs.id]
    return {hook.project_id or 0: hook.authorization for hook in hooks}


def remove(site: Site, project_id: int) -> None:
    """Somebody does, in Procore."""
    hook = next(hook for hook in site.world.hooks() if hook.project_id == project_id)
    site.world.state.hooks.drop(hook.id)


def refuse(site: Site, project_id: int, method: str | None = None, status: int = 403) -> None:
    site.world.add_fault(
        effect="refuse", status=status, body="No permission", method=method, path=f"{HOOKS}*",
        project_id=project_id,
    )  # fmt: skip


def refused(site: Site) -> int:
    """Calls since the last look."""
    count = sum(row.count for row in site.world.call_counts() if row.status >= 400)
    site.forget_calls()
    return count


def unseen(site: Site) -> list[int | None]:
    found = hook_care.findings(site.company_id)
    return [hook.procore_project_id for hook in found if hook.finding == hook_care.UNSEEN]


@pytest.mark.parametrize("status", [403, 404])
def test_the_secret_of_a_project_that_was_withdrawn_holds_up_no_other_hook(site: Site, status: int) -> None:
    """R4, R8: it is not asked about; the others have new secrets, and one that somebody removed is made again."""
    site.world.set_switches(unpermitted_project_status=status)
    away, lost, well = ids(site)[:3]
    site.world.withdraw_project(site.theirs.id, away)
    site.clock.advance(OLD)
    before = secrets(site)
    remove(site, lost)
    site.forget_calls()
    hour(site)
    assert refused(site) == 0
    assert secrets(site)[lost]
    assert secrets(site)[well] != before[well]
    site.world.give_back_project(site.theirs.id, away)
    hour(site)
    assert secrets(site)[away] != before[away]


@pytest.mark.parametrize("status", [403, 404, 422])
def test_a_secret_that_procore_does_not_take_costs_only_that_hook(site: Site, status: int) -> None:
    """R4, D9: it is told, and tried again."""
    bad, lost, well = ids(site)[:3]
    refuse(site, bad, "PATCH", status)
    site.clock.advance(OLD)
    before = secrets(site)
    remove(site, lost)
    hour(site)
    assert secrets(site)[lost]
    assert secrets(site)[well] != before[well]
    assert secrets(site)[bad] == before[bad]
    assert unseen(site) == [bad]
    site.world.clear_faults()
    hour(site)
    assert secrets(site)[bad] != before[bad]


@pytest.mark.parametrize("status", [403, 404, 422])
def test_a_new_project_where_procore_refuses_hooks_costs_only_itself(site: Site, status: int) -> None:
    """R4, D9: another new project has its hook, and one that somebody removed is made again. It is told, up to a day
    after Procore lets it be made."""
    lost, bad, good = ids(site)[0], *ids(site)[3:5]
    site.world.permit_projects(site.theirs.id, ids(site)[:5])
    refuse(site, bad, status=status)
    remove(site, lost)
    hour(site)
    assert set(secrets(site)) == {*ids(site)[:3], good}
    assert unseen(site) == [bad]
    site.world.clear_faults()
    hour(site)
    assert set(secrets(site)) == set(ids(site)[:5])
    site.clock.advance(24 * HOUR)
    hour(site)
    assert unseen(site) == []


def test_where_procore_refuses_hooks_few_are_tried_at_once_and_all_in_turn(site: Site) -> None:
    """R8, D9: Procore counts refused calls. After two the rest waits for the next look, and comes first in it."""
    new = ids(site)[3:]
    site.world.permit_projects(site.theirs.id, ids(site))
    for project_id in new:
        refuse(site, project_id)
    site.forget_calls()
    for told in (2, 3):
        hour(site)
        assert refused(site) == 2
        assert len(unseen(site)) == told


def test_where_procore_takes_no_secret_few_are_tried_at_once_and_all_in_turn(site: Site) -> None:
    """R4, R8, D9."""
    for project_id in secrets(site):
        refuse(site, project_id, "PATCH")
    site.clock.advance(OLD)
    site.forget_calls()
    for told in (2, 3):
        hour(site)
        assert refused(site) == 2
        assert len(unseen(site)) == told


def test_what_procore_says_of_the_company_still_pauses_it(site: Site) -> None:
    """R8: a refused sign-in is not about one hook."""
    site.world.permit_projects(site.theirs.id, ids(site))
    site.world.add_fault(effect="refuse", status=401, path=f"{HOOKS}*")
    hour(site)
    with system(is_readonly=True) as session:
        assert session.get_one(Company, site.company_id).state == "paused"
