"""What was created and deleted before anybody looked leaves one line of history and no record (D7)."""

from __future__ import annotations

from tests.fixtures.site import Site
from webapp.services import ledger, sync


def total(site: Site) -> tuple[int, str]:
    count = ledger.counts(site.company_id)["total"]
    return count.records, str(count.hours)


def test_a_card_that_came_and_went_is_in_no_state_of_the_ledger(site: Site) -> None:
    """D7, R31a: it lives on neither side, so it is not counted; it was counted as in sync."""
    site.connect()
    card = site.enter("8.0")
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    assert total(site) == (0, "0")


def test_a_sweep_over_what_came_and_went_finds_nothing_new(site: Site) -> None:
    """D7, R26: sweeps overlap, so it is seen again; the line of history stays one."""
    site.connect()
    card = site.enter("8.0")
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    for _ in range(2):
        swept = sync.sweep_company(site.company_id)
        assert swept is not None
        site.settle()
    assert swept.marked == 0
    assert [message.action for message in site.messages()] == ["delete"]


def test_a_timesheet_that_came_and_went_is_in_no_state_of_the_ledger(site: Site) -> None:
    """D7, R31a: its hours were counted as in sync."""
    site.connect(send=True)
    site.erase(site.write("8.0"))
    site.settle()
    assert total(site) == (0, "0")
    assert site.cards() == []


def test_one_that_went_and_comes_back_is_received(site: Site) -> None:
    """D3, D7: an undone deletion brings it back, under the same link."""
    site.connect()
    card = site.enter("8.0")
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    site.world.restore_timecard(site.dana.id, card.id)
    site.settle()
    assert [sheet.hours for sheet in site.timesheets()] == [8]
    assert ledger.counts(site.company_id)["total"].records == 1
