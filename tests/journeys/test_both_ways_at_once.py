"""Cards and timesheets in one batch: what one direction needs to know does not hide what the other needs."""

from __future__ import annotations

from tests.fixtures.site import Site


def test_cards_with_unread_codes_do_not_hold_a_timesheet_of_another_project(site: Site) -> None:
    """R15, R17, D9: both need cost codes that were never read, of two projects; both cross in the same step."""
    site.connect(send=True)
    site.enter("4.0", project=0)
    site.write("3.0", project=2)
    site.settle()
    assert [link.state for link in site.links()] == ["in_sync", "in_sync"]
    assert len(site.cards()) == len(site.timesheets()) == 2
