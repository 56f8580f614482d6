"""A cause that is fixed while a worker has its records in hand: what the worker then holds is looked at again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from tests.journeys.releases import assert_released
from webapp import wiring
from webapp.extensions import db
from webapp.services import conflicts, guard, projects, settings, template, users
from webapp.services.projects import LinkTarget
from webapp.store.marks import mark
from webapp.store.models import ClashRow, Link
from webapp.store.session import reading, transaction
from webapp.store.sync_store import SyncStore
from webapp.sync.batch import Limits
from webapp.sync.engine import Engine


class Meanwhile:
    """The engine's store; right after a step has asked for this, somebody else acts, once."""

    def __init__(self, real: SyncStore, after: str, act: Callable[[], object]) -> None:
        self._real, self._after, self._acts = real, after, [act]

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._real, name)
        if name != self._after:
            return attribute

        def asked(*args: Any, **kwargs: Any) -> Any:
            answer = attribute(*args, **kwargs)
            if self._acts:
                self._acts.pop()()
            return answer

        return asked


def work(site: Site, after: str, act: Callable[[], object]) -> None:
    """One worker, with the act between what it learns and what it stores."""
    site.deliver()
    store = Meanwhile(SyncStore(db.engine, site.company_id, site.clock), after, act)
    procore = wiring.procore_for(site.theirs.id)
    Engine(store, procore, site.clock, site.clock.advance, Limits()).work("slow")  # type: ignore[arg-type]
    assert not store._acts, "the step never asked for it"


def a_time_type_without_a_row(site: Site) -> Callable[[], object]:
    site.connect()
    odd = site.world.add_record("time_type", site.theirs.id, time_type="Per Diem")
    site.enter(timecard_time_type_id=odd.id)
    site.deliver()
    return lambda: template.add(site.company_id, "Per Diem", "Per Diem")


def a_project_that_is_not_linked(site: Site) -> Callable[[], object]:
    site.connect()
    settings.change(site.company_id, {"receive_only_linked": True})
    ours = projects.create(site.company_id, "Tower")
    site.enter()
    return lambda: projects.link(site.company_id, ours.id, LinkTarget(site.projects[0].id))


def a_setting_that_leaves_it_out(site: Site) -> Callable[[], object]:
    site.connect()
    settings.change(site.company_id, {"receive_only_linked": True})
    site.enter()
    return lambda: settings.change(site.company_id, {"receive_only_linked": False})


def a_direction_that_is_off(site: Site) -> Callable[[], object]:
    site.connect(send=False)
    site.write()
    return lambda: settings.change(site.company_id, {"send": True}, since="off")


def a_person_nobody_knows(site: Site) -> Callable[[], object]:
    site.connect(send=True)
    someone = users.create(site.company_id, {"name": "Somebody New"})
    site.write(user_id=someone.id)
    person = [p for p in site.world.state.people if p.company_id == site.theirs.id][5]
    return lambda: users.edit(site.company_id, someone.id, {"procore_person_id": person.id})


@pytest.mark.parametrize(
    "cause",
    [
        a_time_type_without_a_row,
        a_project_that_is_not_linked,
        a_setting_that_leaves_it_out,
        a_direction_that_is_off,
        a_person_nobody_knows,
    ],
)
def test_a_fix_while_a_worker_decides_releases_what_it_then_holds(
    site: Site, cause: Callable[[Site], Callable[[], object]]
) -> None:
    """R14, R19, invariant 1: the record was not held yet when the fix looked for what it releases."""
    fix = cause(site)
    work(site, "dictionary", fix)
    site.settle()
    assert_released(site)


def test_a_decision_about_the_guard_is_not_overtaken(sqlite_site: Site) -> None:
    """D12: a deletion that a worker had in hand is judged by the new count."""
    site = sqlite_site
    site.connect()
    site.set(guard_deletions=2, guard_deletions_percent=10)
    cards = [site.enter("1.0", person=3 + number) for number in range(8)]
    site.settle()
    for card in cards[:4]:
        site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    site.world.delete_timecard(site.dana.id, cards[4].id)
    work(site, "guard", lambda: guard.decide(site.company_id, "receive", "let_through", "Dana Ortiz"))
    site.settle()
    assert_released(site, links=8)
    assert len(site.timesheets()) == 3


def test_a_decision_about_a_conflict_stands_while_a_worker_has_the_record(sqlite_site: Site) -> None:
    """D41, D42: an event made the worker look again; what it saw is what the person decided about."""
    site = sqlite_site
    site.connect(send=True)
    timesheet = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.rewrite(timesheet, hours=Decimal(5))
    site.edit(card.id, hours="6.0")
    site.settle()
    with reading(site.company_id) as session:
        asked = session.query(ClashRow).one().id
    with transaction(site.company_id) as session:
        mark(session.query(Link).one(), "event:update", site.clock.now())
    work(site, "dictionary", lambda: conflicts.resolve(site.actor(), asked, "ours"))
    site.settle()
    assert [c.hours for c in site.cards()] == [t.hours for t in site.timesheets()] == [Decimal(5)]


def test_what_is_left_out_for_good_keeps_its_reason(site: Site) -> None:
    """R6, R11, invariant 6: the step that left it out was overtaken, and the next one knew no reason any more."""
    card = site.enter()
    site.clock.advance(60)
    site.connect()
    site.edit(card.id, hours="3.0")
    work(site, "settings", lambda: template.add(site.company_id, "Per Diem", "Per Diem"))
    site.settle()
    assert [(link.state, link.reason_key) for link in site.links()] == [("excluded", "before_connection")]


def test_what_was_left_out_for_good_keeps_its_reason_when_it_is_looked_at_again(site: Site) -> None:
    """R6, R11, invariant 6: with a reason of the catalogue, after a fix, and while Procore hides its card."""
    card = site.enter()
    site.clock.advance(60)
    site.connect()
    site.edit(card.id, hours="3.0")
    site.settle()
    site.edit(card.id, hours="4.0")
    work(site, "settings", lambda: template.add(site.company_id, "Per Diem", "Per Diem"))
    site.settle()
    ends = [[(link.state, link.reason_key) for link in site.links()]]
    site.edit(card.id, hours="5.0")
    site.deliver()
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    site.settle()
    ends.append([(link.state, link.reason_key) for link in site.links()])
    assert ends == [[("excluded", "before_connection")]] * 2
    assert site.messages("pending") == []
