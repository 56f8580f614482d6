"""What the daily purge leaves alone: a record that is gone on both sides is known for good (M11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from procore_sandbox.model.deliveries import Outgoing
from tests.fixtures.site import Site
from webapp.services import retention, sync

LONG = timedelta(days=401).total_seconds()


def purge_after_400_days(site: Site) -> None:
    site.clock.advance(LONG)
    assert retention.purge(site.company_id) > 0


def tell(site: Site, events: Sequence[Outgoing]) -> None:
    door = site.app.test_client()
    for one in events:
        secret = {"Authorization": one.authorization or ""}
        assert door.post(urlsplit(one.url).path, data=one.body, headers=secret).status_code == 204
    site.settle()


def test_a_tombstone_outlives_every_retention(site: Site) -> None:
    """R36, M11, D3: what was deleted more than 400 days ago and is brought back in Procore is the same record here."""
    site.connect(send=True)
    card = site.enter("8.0")
    site.settle()
    (before,) = site.links()
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    purge_after_400_days(site)
    (tombstone,) = site.links()
    assert (tombstone.id, tombstone.is_tombstone) == (before.id, True)
    site.world.restore_timecard(site.dana.id, card.id)
    site.settle()
    (after,) = site.links()
    assert (after.id, after.timesheet_id, after.state) == (before.id, before.timesheet_id, "in_sync")
    assert [sheet.id for sheet in site.timesheets()] == [before.timesheet_id]
    assert [each.id for each in site.cards()] == [card.id]


def test_a_late_word_of_a_record_that_we_deleted_long_ago_brings_nothing_back(site: Site) -> None:
    """M11, R22: its events are told again, after the purge has forgotten that it was heard."""
    site.connect(send=True)
    timesheet = site.write("8.0")
    sync.drain()
    site.rewrite(timesheet, hours=Decimal("7.5"))
    sync.drain()
    site.erase(timesheet)
    sync.drain()
    told = site.world.due_deliveries(site.clock.now())
    assert len(told) == 3
    tell(site, told)
    (before,) = site.links()
    purge_after_400_days(site)
    tell(site, told)
    assert (site.timesheets(), site.cards()) == ([], [])
    (after,) = site.links()
    assert (after.id, after.is_tombstone, after.state) == (before.id, True, "in_sync")
