"""What is done on both sides in each position of Procore's switches, and what must hold when they come to rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from procore_sandbox.model import Refused
from tests.fixtures.site import Site
from webapp import wiring
from webapp.errors import SignInExpired
from webapp.services import sync
from webapp.store.models import Link, Timesheet

Journey = Callable[[Site], None]
SHIFT = {"time_in": "2026-11-16T14:00:00Z", "time_out": "2026-11-16T22:30:00Z", "lunch_time": "30"}
DAY = (datetime(2026, 11, 16, 13, 0, tzinfo=UTC), datetime(2026, 11, 16, 21, 0, tzinfo=UTC))


# ---- what must hold ------------------------------------------------------------------------------------


def agree(site: Site, count: int) -> None:
    """Both sides hold the same `count` records, one card per timesheet, and nothing waits or failed."""
    cards, ours = {card.id: card for card in site.cards()}, {row.id: row for row in site.timesheets()}
    live = [link for link in site.links() if link.timesheet_id in ours or link.procore_id in cards]
    assert {(link.state, link.reason_key, link.reason_text) for link in live} <= {("in_sync", None, None)}
    pairs = [(ours[link.timesheet_id or 0], cards[link.procore_id or 0]) for link in live]
    assert (len(cards), len(ours), len(pairs)) == (count, count, count)
    for timesheet, card in pairs:
        assert shown(timesheet) == shown(card)
    ids = {link.id for link in live}
    assert [message.reason_text for message in site.messages("failed") if message.link_id in ids] == []


def shown(row: Any) -> tuple[Any, ...]:
    """What both sides have in common, in one form."""
    start, stop = (row.start, row.stop) if isinstance(row, Timesheet) else (row.time_in, row.time_out)
    lunch = row.lunch_minutes or 0
    return row.date, row.hours, start, stop, lunch, row.billable, (row.description or "").strip()


def rest(site: Site) -> None:
    """Settles, and lets time pass for deliveries that Procore holds back."""
    site.settle()
    for _ in range(40):
        due = site.world.next_delivery_at()
        if due is None:
            return
        site.clock.advance(max(1.0, (due - site.clock.now()).total_seconds()))
        site.settle()


def sweep(site: Site) -> None:
    """The next sweep, with no webhook at all."""
    site.world.discard_deliveries()
    site.clock.advance(300)
    sync.sweep_company(site.company_id)
    site.settle(webhooks=False)


# ---- journeys ------------------------------------------------------------------------------------------


def both_ways(site: Site, settle: Callable[[Site], None] = rest) -> None:
    """A card from there and a timesheet from here; each is edited on either side, and deleted on the other."""
    theirs = site.enter("7.5", description="Forms")
    ours = site.write("6.25", description="Pour, north pier")
    settle(site)
    agree(site, 2)
    mine, yours = card_of(site, ours), timesheet_of(site, theirs.id)
    site.edit(theirs.id, hours="5.5", description="Forms, grid C")
    site.rewrite(ours, hours=Decimal("3.75"))
    settle(site)
    agree(site, 2)
    site.edit(mine, description="Pour, south pier")
    site.rewrite(yours, hours=Decimal(4), billable=False)
    settle(site)
    agree(site, 2)
    site.world.delete_timecard(site.dana.id, mine)
    site.erase(yours)
    settle(site)
    agree(site, 0)


def crossing(site: Site, settle: Callable[[Site], None] = rest) -> None:
    """One record each way, deleted on the other side: for what the app hardly reads."""
    theirs, ours = site.enter("7.5"), site.write("6.25")
    settle(site)
    agree(site, 2)
    site.world.delete_timecard(site.dana.id, card_of(site, ours))
    site.erase(timesheet_of(site, theirs.id))
    settle(site)
    agree(site, 0)


def fractions(site: Site) -> None:
    """D47, R17: quarters of an hour arrive whole, whatever the bulk create does to them."""
    for hours, person in (("6.25", 4), ("3.75", 5), ("1.5", 6)):
        site.write(hours, person=person)
    rest(site)
    agree(site, 3)
    assert sorted(card.hours for card in site.cards()) == [Decimal("1.5"), Decimal("3.75"), Decimal("6.25")]
    clear(site)


def signed_out(site: Site) -> None:
    """D100: the service account's token is revoked; a sign-in with a code that is none is refused in plain words."""
    with pytest.raises(SignInExpired):
        wiring.sign_in_person("nonsense")
    site.world.revoke_tokens()
    crossing(site)


def swept(site: Site) -> None:
    """The same, but every webhook is lost."""
    both_ways(site, sweep)


def shifts(site: Site) -> None:
    """A project with start and stop times."""
    theirs = site.enter("0", project=1, **SHIFT)
    ours = site.write(None, project=1, start=DAY[0], stop=DAY[1], lunch_minutes=45)
    rest(site)
    agree(site, 2)
    site.edit(theirs.id, time_out="2026-11-16T20:30:00Z")
    site.rewrite(ours, lunch_minutes=15)
    rest(site)
    agree(site, 2)
    clear(site)


def many(site: Site) -> None:
    """More than a page of each, at once; an answer is lost; one is deleted there while nobody listens."""
    site.world.add_fault(effect="lose_answer", method="POST", path="/timesheets", times=1)
    for number in range(4):
        site.write(f"{number + 1}.5", person=4 + number)
    cards = [site.enter("1.25", person=10 + number).id for number in range(4)]
    rest(site)
    agree(site, 8)
    site.world.delete_timecard(site.dana.id, cards[1])
    site.edit(cards[2], hours="2.5")
    sweep(site)
    agree(site, 7)
    clear(site)


def lost(site: Site) -> None:
    """D6: the answer to a create is lost."""
    site.world.add_fault(effect="lose_answer", method="POST", times=1)
    site.write("6.25")
    rest(site)
    agree(site, 1)
    clear(site)


def facts(site: Site) -> None:
    """What moves no updated_at, or does: approval, signature, sub job; each change is told by an event."""
    card = site.enter("7.5", project=2)
    site.settle()
    sub_job = next(s for s in site.world.state.sub_jobs if s.project_id == site.projects[2].id)
    site.world.sign_timecard(site.dana.id, card.id)
    site.edit(card.id, sub_job_id=sub_job.id)
    site.world.set_approval(site.dana.id, [card.id], "reviewed")
    site.clock.advance(10)
    rest(site)
    [timesheet] = site.timesheets()
    assert (timesheet.approval_status, timesheet.is_signed) == ("reviewed", True)
    assert timesheet.procore_sub_job_id == sub_job.id
    agree(site, 1)
    site.world.set_approval(site.dana.id, [card.id], "pending")
    clear(site)


def restored(site: Site) -> None:
    """D3: a deleted card is there again."""
    card = site.enter("7.5")
    rest(site)
    site.world.delete_timecard(site.dana.id, card.id)
    rest(site)
    agree(site, 0)
    site.clock.advance(200)
    site.world.restore_timecard(site.dana.id, card.id)
    rest(site)
    sweep(site)
    agree(site, 1)
    assert link_of(site, card.id).timesheet_id is not None
    clear(site)


def approved(site: Site) -> None:
    """D44: our edit of an approved card waits with its reason, however Procore would refuse it; it goes when it may."""
    card = site.enter("7.5")
    other = site.enter("2.0", person=5)
    rest(site)
    site.world.set_approval(site.dana.id, [card.id], "approved")
    rest(site)
    site.rewrite(timesheet_of(site, card.id), hours=Decimal(5))
    site.rewrite(timesheet_of(site, other.id), hours=Decimal(3))
    rest(site)
    held = link_of(site, card.id)
    assert (held.state in ("waiting", "failed"), bool(held.reason_text)) == (True, True)
    assert link_of(site, other.id).state == "in_sync"
    site.world.set_approval(site.dana.id, [card.id], "pending")
    patiently(site)
    assert {(c.id, c.hours) for c in site.cards()} == {(card.id, Decimal(5)), (other.id, Decimal(3))}
    assert {link.state for link in site.links()} == {"in_sync"}
    clear(site)


def unknown_people(site: Site) -> None:
    """D60: a worker whose id the directory does not know is never guessed by name; the record waits, and nothing is
    doubled."""
    site.enter("7.5")
    site.write("6.25")
    rest(site)
    patiently(site, until_clean=False)
    assert (len(site.cards()), len(site.timesheets())) == (2, 1)
    assert {link.state for link in site.links()} <= {"waiting", "in_sync"}
    assert all(link.reason_key.startswith("person:") for link in site.links() if link.reason_key)
    site.world.set_switches(party_ids="people")
    clear(site)


def doubled(site: Site) -> None:
    """D103: a card of the same person, day and code is refused with Procore's words, and nothing is doubled."""
    mine = site.write("7.5")
    rest(site)
    again = site.write("2.0")
    rest(site)
    assert len(site.cards()) == 1
    [refused] = [link for link in site.links() if link.timesheet_id == again]
    assert (refused.state, "there already" in (refused.reason_text or "")) == ("failed", True)
    site.rewrite(again, date=date(2026, 11, 17))
    rest(site)
    agree_but_told(site, 2)
    site.erase(mine)
    clear(site)


def partly_refused(site: Site) -> None:
    """D9: one row of a bulk create is refused; the others are made, once each."""
    code = next(c for c in site.world.state.cost_codes if c.project_id == site.projects[3].id)
    site.write("1.5")
    bad = site.write("2.5", project=3, person=6)
    site.settle()
    agree(site, 2)
    worse = site.write("3.5", project=3, person=7)
    site.world.change_record("cost_code", code.id, is_deleted=True)
    good = [site.write("4.5", person=8), site.write("5.5", person=9)]
    rest(site)
    assert sorted(str(card.hours) for card in site.cards()) == ["1.50", "2.50", "4.50", "5.50"]
    states = {link.timesheet_id: link.state for link in site.links()}
    assert [states[key] for key in good] == ["in_sync", "in_sync"]
    assert states[worse] in ("failed", "waiting")
    site.world.change_record("cost_code", code.id, is_deleted=False)
    site.erase(worse)
    site.erase(bad)
    clear(site)


def overtime(site: Site, settle: Callable[[Site], None] = rest) -> None:
    """D47, D48: Procore splits what we send; the parts add up, and both sides hold both."""
    limit = Decimal(site.world.switches.overtime_after_hours)
    site.write("12.5")
    theirs = site.enter("11.0", person=7)
    settle(site)
    agree(site, 4)
    hours = sorted((row.hours or 0 for row in site.timesheets()), reverse=True)
    assert hours == [limit, limit, Decimal("12.5") - limit, 11 - limit]
    site.edit(theirs.id, hours="7.0")
    rest(site)
    agree(site, 4)
    clear(site)


def silent_overtime(site: Site) -> None:
    """No event tells of the parts: the sweep finds them."""
    overtime(site, sweep)


def uninstalled(site: Site) -> None:
    """R8: noticed, paused, and resumed by itself when the app is installed again."""
    card = site.enter("7.5")
    rest(site)
    permitted = site.world.installation(site.theirs.id)
    assert permitted is not None
    site.world.uninstall(site.theirs.id)
    site.rewrite(timesheet_of(site, card.id), hours=Decimal(5))
    sync.drain()
    site.world.install(site.theirs.id, permitted.permitted_project_ids, user_id=site.dana.id)
    for _ in range(3):
        site.clock.advance(1000)
        sync.probe(site.company_id)
        rest(site)
    agree(site, 1)
    clear(site)


def throttled(site: Site) -> None:
    """R17, D104: few calls are allowed; everything gets there, later."""
    site.clock.advance(15)
    crossing(site, patiently)


def patiently(site: Site, *, until_clean: bool = True) -> None:
    for _ in range(60 if until_clean else 2):
        rest(site)
        if not any(link.is_dirty for link in site.links()):
            return
        site.clock.advance(600)
    assert not until_clean, "it never gets through"


# ---- small things --------------------------------------------------------------------------------------


def agree_but_told(site: Site, count: int) -> None:
    """As `agree`, though Activity may still tell what failed before."""
    assert (len(site.cards()), len(site.timesheets())) == (count, count)
    assert {link.state for link in site.links()} == {"in_sync"}


def clear(site: Site) -> None:
    """Everything is deleted, on the side where it can be, so that the next journey starts from nothing."""
    for card in site.cards():
        with suppress(Refused):
            site.world.delete_timecard(site.dana.id, card.id)
    rest(site)
    for timesheet in site.timesheets():
        site.erase(timesheet.id)
    rest(site)
    assert (site.cards(), site.timesheets()) == ([], [])


def card_of(site: Site, timesheet_id: int) -> int:
    [found] = [link.procore_id for link in site.links() if link.timesheet_id == timesheet_id]
    assert found is not None
    return found


def link_of(site: Site, card_id: int) -> Link:
    [found] = [link for link in site.links() if link.procore_id == card_id]
    return found


def timesheet_of(site: Site, card_id: int) -> int:
    found = link_of(site, card_id).timesheet_id
    assert found is not None
    return found
