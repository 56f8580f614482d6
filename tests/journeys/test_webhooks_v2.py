"""Where Procore has webhooks v2.0 alone, and payload v3.0 is the oldest on offer: hooks are known by words, all else is
as ever (R4, question 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from procore_sandbox.model import Switches
from procore_sandbox.model.records import Hook as TheirHook
from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.services import checks, connection, hook_care, undelivered
from webapp.store import hooks as rows
from webapp.store.models import Hook, Removal
from webapp.store.session import reading, system

NEWEST = Switches(hook_api="v2.0", timecard_triggers="company", oldest_payload="v3.0")


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    """Connected both ways and looked after once."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        made = Site(app, NEWEST)
        made.connect(send=True)
        hook_care.look_after(made.company_id)
        made.clock.advance(3600)
        yield made


def ours(site: Site) -> list[TheirHook]:
    return [hook for hook in site.world.hooks() if hook.company_id == site.theirs.id]


def known(site: Site) -> Hook:
    with reading(site.company_id) as session:
        return session.query(Hook).one()


def finding(site: Site) -> str | None:
    hook_care.look_after(site.company_id)
    found = hook_care.findings(site.company_id)
    return found[0].finding if found else None


def hears(site: Site) -> bool:
    """Whether a card arrives by its event."""
    before = len(site.timesheets())
    site.enter("1.0", person=5 + before)
    site.settle()
    return len(site.timesheets()) == before + 1


def test_records_cross_both_ways_by_their_events(site: Site) -> None:
    """R4, R10, R17: create, update and delete, each told by an event in payload v3.0."""
    (hook,) = ours(site)
    assert (hook.api_version, known(site).procore_hook_id) == ("v3.0", hook.ulid)
    card, mine = site.enter("8.0"), site.write("5.0", person=6)
    site.settle()
    site.edit(card.id, hours="6.5")
    site.rewrite(mine, hours=Decimal("4.5"))
    site.settle()
    assert sorted(t.hours or 0 for t in site.timesheets()) == [Decimal("4.5"), Decimal("6.5")]
    assert sorted(c.hours for c in site.cards()) == [Decimal("4.5"), Decimal("6.5")]
    site.world.delete_timecard(site.dana.id, card.id)
    site.erase(mine)
    site.settle()
    assert (site.timesheets(), site.cards()) == ([], [])


def test_connecting_twice_leaves_one_hook(site: Site) -> None:
    """R4: and so does a lost answer."""
    connection.connect(site.theirs.id, "Acme", by="test")
    assert len(ours(site)) == 1
    site.world.state.hooks.drop(ours(site)[0].id)
    site.world.add_fault(effect="lose_answer", method="POST", path="*/webhooks/hooks", times=1, skip=1)
    assert finding(site) == hook_care.GONE
    assert (len(ours(site)), hears(site)) == (1, True)


def test_what_somebody_changed_is_mended(site: Site) -> None:
    """R4, R31e: its secret, its address, its triggers, and whether it is switched on."""
    (hook,) = ours(site)
    hook.authorization = None
    assert (finding(site), hears(site)) == (hook_care.UNSIGNED, True)
    hook.destination_url = "https://elsewhere.example.com/hooks"
    assert (finding(site), hears(site)) == (hook_care.MOVED, True)
    for trigger in [each for each in site.world.state.triggers if each.hook_id == hook.id]:
        site.world.state.triggers.drop(trigger.id)
    assert (finding(site), hears(site)) == (hook_care.NO_TRIGGERS, True)
    ours(site)[0].status = "disabled"
    assert (finding(site), hears(site)) == (hook_care.DISABLED, True)


def test_what_procore_gave_up_delivering_is_looked_for(site: Site) -> None:
    """D4, R31e: v2.0's own words for it."""
    site.enter("3.0")
    until = site.clock.now() + timedelta(hours=13)
    while site.clock.now() < until:
        for one in site.world.due_deliveries(site.clock.now()):
            site.world.delivered(one.id, 503, "")
        site.clock.advance(600)
    site.world.due_deliveries(site.clock.now())
    assert finding(site) == undelivered.DISCARDED.format(count=1)
    found = checks.last_of(site.company_id)
    assert found is not None
    assert (found.asked_by, found.missing_here) == (undelivered.BY_DISCARDED, 1)
    site.settle(webhooks=False)
    assert [row.hours for row in site.timesheets()] == [Decimal(3)]


def test_a_secret_that_grew_old_is_changed_and_a_disconnect_removes_the_hook(site: Site) -> None:
    """R4, R7."""
    before = ours(site)[0].authorization
    site.clock.advance(91 * 24 * 3600)
    connection.verify_hooks(site.company_id)
    assert ours(site)[0].authorization != before
    connection.disconnect(site.company_id, by="test")
    assert ours(site) == []
    with system(is_readonly=True) as session:
        assert session.query(Removal).count() == 0


def test_a_hook_of_version_1_is_replaced_when_that_version_ends(sqlite_site: Site) -> None:
    """R4: one hook afterwards, and events arrive."""
    site = sqlite_site
    site.world.set_switches(timecard_triggers="company")
    site.connect()
    assert (known(site).procore_hook_id or "").isdigit()
    site.world.set_switches(hook_api="v2.0", oldest_payload="v3.0")
    hook_care.look_after(site.company_id)
    assert [hook.ulid for hook in ours(site)] == [known(site).procore_hook_id]
    assert hears(site)
    with reading(site.company_id) as session:
        assert [hook.is_complete for hook in rows.listed(session)] == [True]
