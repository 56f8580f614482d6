"""What Procore calls the app itself, by which its own lines and events are known: invariant 3, M8."""

from __future__ import annotations

import pytest

from tests.fixtures.site import Site
from webapp.services import directory
from webapp.store.models import Company
from webapp.store.session import system

ME = "/rest/v1.0/me"
SERVICE = "Timesite Service Account"


def own_name(site: Site) -> str | None:
    with system(is_readonly=True) as session:
        return session.get_one(Company, site.company_id).service_user_name


def test_it_is_asked_at_the_connection_and_each_day(sqlite_site: Site) -> None:
    """A name may change."""
    site = sqlite_site
    site.connect()
    assert own_name(site) == SERVICE
    site.set(service_user_name="as it was called", service_user_id=None)
    directory.refresh_all(site.company_id)
    assert own_name(site) == SERVICE


@pytest.mark.parametrize("status", [404, 422])
def test_where_procore_does_not_tell_the_company_is_connected_all_the_same(
    sqlite_site: Site, status: int
) -> None:
    site = sqlite_site
    site.world.add_fault(effect="refuse", status=status, path=ME)
    site.connect()
    assert own_name(site) is None
    site.enter("8.0")
    site.settle()
    assert len(site.timesheets()) == 1
