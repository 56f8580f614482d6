"""A disconnect in the midst of other work with Procore leaves nothing behind (R7), on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.jobs import connection as jobs
from webapp.services import connection, directory
from webapp.store.connections import CONNECTION_DATA
from webapp.store.models import Company
from webapp.store.session import system

PROJECTS = ("GET", "/rest/v1.1/projects")
HOOK, TRIGGERS = ("POST", "/rest/v1.0/webhooks/hooks"), ("POST", "/triggers/bulk")
PEOPLE = ("GET", "/people")


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    """One hook of the company."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        made = Site(app)
        made.world.set_switches(timecard_triggers="company")
        made.connect()
        yield made


def disconnect_after(site: Site, method: str, path: str) -> None:
    """Dana disconnects while the answer to the next such call is on its way."""
    call, waiting = site.world.call, [True]

    def meanwhile(asked: str, asked_path: str, *rest: Any) -> Any:
        answer = call(asked, asked_path, *rest)
        if waiting and asked == method and asked_path.endswith(path):
            waiting.pop()
            connection.disconnect(site.company_id, by="test")
        return answer

    site.world.call = meanwhile  # type: ignore[assignment,method-assign]  # somebody else is here, too


def left(site: Site) -> dict[str, int]:
    """What is still stored of the connection, and at Procore."""
    with system(is_readonly=True) as session:
        assert session.get_one(Company, site.company_id).state == "disconnected"
        rows = {
            table.__name__: session.scalars(select(func.count()).select_from(table)).one()
            for table in CONNECTION_DATA
        }
    hooks = [hook for hook in site.world.hooks() if hook.company_id == site.theirs.id]
    return {name: count for name, count in (rows | {"hooks at Procore": len(hooks)}).items() if count}


@pytest.mark.parametrize("moment", [PROJECTS, HOOK, TRIGGERS])
def test_no_hook_is_made_for_a_company_that_is_disconnected_meanwhile(
    site: Site, moment: tuple[str, str]
) -> None:
    """R4, R7: whatever the hourly look waits for, and then nothing tells of cards any more."""
    for hook in list(site.world.state.hooks):
        site.world.state.hooks.drop(hook.id)
    disconnect_after(site, *moment)
    jobs.verify_hooks(site.company_id)
    site.enter()
    site.deliver()
    assert left(site) == {}


@pytest.mark.parametrize("moment", [PROJECTS, PEOPLE])
def test_no_person_is_kept_that_was_read_while_the_company_was_disconnected(
    site: Site, moment: tuple[str, str]
) -> None:
    """R7: people's addresses are erased for good."""
    disconnect_after(site, *moment)
    directory.refresh(site.company_id)
    assert left(site) == {}
