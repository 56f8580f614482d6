"""Directions that are off, and what happens to changes made meanwhile: R9."""

from __future__ import annotations

from decimal import Decimal

from tests.fixtures.site import Site
from webapp.services import settings, sync


def test_changes_made_while_sending_was_off_are_sent_when_asked_for(site: Site) -> None:
    """R9: the number is shown first."""
    site.connect(send=False)
    site.write("8.0")
    site.settle()
    assert settings.changes_while_off(site.company_id, "send") == 1
    settings.change(site.company_id, {"send": True}, since="off")
    site.settle()
    assert len(site.cards()) == 1


def test_starting_from_now_sends_no_older_change_not_even_with_a_newer_one(site: Site) -> None:
    """R9: a received card was edited here while sending was off; only what changes after that is sent."""
    site.connect(send=False)
    site.enter("8.0", description="Forms")
    alone = site.write("4.0")
    site.settle()
    received = next(t for t in site.timesheets() if t.id != alone)
    site.rewrite(received.id, hours=Decimal(6))
    site.settle()
    assert settings.changes_while_off(site.company_id, "send") == 2
    settings.change(site.company_id, {"send": True}, since="now")
    site.settle()
    assert {link.reason_key for link in site.links()} == {"before_switch"}
    site.rewrite(received.id, description="Forms, grid C")
    site.rewrite(alone, hours=Decimal(5))
    site.settle()
    [card] = site.cards()
    assert (card.hours, card.description) == (Decimal(8), "Forms, grid C")


def test_starting_from_now_takes_no_older_change_of_procore(site: Site) -> None:
    """R9, receiving: edits made in Procore while it was off stay there."""
    site.connect(send=False)
    card = site.enter("8.0", description="Forms")
    site.settle()
    site.set(receive=False)
    site.edit(card.id, hours="6.0")
    site.enter("3.0")
    site.settle()
    assert settings.changes_while_off(site.company_id, "receive") == 2
    settings.change(site.company_id, {"receive": True}, since="now")
    site.edit(card.id, description="Forms, grid C")
    site.settle()
    [timesheet] = site.timesheets()
    assert (timesheet.hours, timesheet.description) == (Decimal(8), "Forms, grid C")


def test_starting_from_now_makes_no_older_deletion_of_procore(site: Site) -> None:
    """R9, receiving: the next sweep finds the deleted card again, and the timesheet stays."""
    site.connect()
    card = site.enter("8.0")
    site.settle()
    site.set(receive=False)
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    settings.change(site.company_id, {"receive": True}, since="now")
    sync.sweep_company(site.company_id)
    site.settle()
    assert len(site.timesheets()) == 1
    assert [(link.state, link.reason_key) for link in site.links()] == [("excluded", "before_switch")]
