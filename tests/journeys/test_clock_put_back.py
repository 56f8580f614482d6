"""Our clock was a day ahead for a while and is put right: nothing waits for a day because of it (D101, D104)."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.site import Site
from webapp.services import sync
from webapp.store import overview
from webapp.store.session import reading

DAY = timedelta(days=1)


def work_on(site: Site, hours: int) -> None:
    for _ in range(hours * 4):
        site.deliver()
        sync.drain()
        site.clock.advance(900)


def test_a_rate_limit_is_over_when_procores_window_is(sqlite_site: Site) -> None:
    """D104: what the wrong clock noted is believed neither of the budget, nor of the company, nor of a record."""
    site = sqlite_site
    site.connect(send=True)
    site.write("8.0")
    site.settle()
    site.world.set_switches(hourly_limit=40, spike_limit=1000)
    site.our_clock.ahead = DAY
    for number in range(40):
        site.write("1.0", person=5, description=str(number))
        sync.drain()
    assert "procore_busy" in {link.reason_key for link in site.links()}
    site.our_clock.ahead = timedelta()
    with reading(site.company_id) as session:
        assert overview.blocked_until(session, site.theirs.id, site.our_clock.now()) is None
    work_on(site, hours=2)
    assert {link.state for link in site.links()} == {"in_sync"}
    assert len(site.cards()) == 41


def test_a_project_that_was_refused_is_asked_about_again(sqlite_site: Site) -> None:
    """D101, R8: within the hour."""
    site = sqlite_site
    site.connect(send=True)
    site.write("8.0")
    site.settle()
    place = site.projects[0].id
    site.our_clock.ahead = DAY
    site.world.withdraw_project(site.theirs.id, place)
    site.rewrite(site.write("4.0"), description="while it is withdrawn")
    sync.drain()
    assert {link.reason_key for link in site.links()} == {None, f"permission:{place}"}
    site.our_clock.ahead = timedelta()
    site.world.give_back_project(site.theirs.id, place)
    work_on(site, hours=1)
    assert {link.state for link in site.links()} == {"in_sync"}
    assert len(site.cards()) == 2


def test_a_lost_create_is_sent_again_soon_when_our_clock_is_put_back(sqlite_site: Site) -> None:
    """D6: after 90 s and the lists' lag, not after five hours."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    site.our_clock.ahead = timedelta(hours=5)
    site.write("7.0", person=5)
    site.settle()
    site.world.add_fault(effect="lose_request", method="POST", times=1)
    site.write("8.0")
    sync.drain()
    site.our_clock.ahead = timedelta()
    for _ in range(200):
        site.deliver()
        sync.drain()
        site.clock.advance(10)
    assert len(site.cards()) == 2
