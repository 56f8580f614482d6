"""How a record stands on both sides, and what becomes of an answer, for tests of both directions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tests.fixtures.site import Site
from webapp.services import conflicts as people
from webapp.services import sync
from webapp.store.models import ClashRow
from webapp.store.session import reading

Break = Callable[[Site, str], None]


def answer_is_lost(site: Site, method: str) -> None:
    """Procore did it."""
    site.world.add_fault(effect="lose_answer", method=method, times=1)


def answer_is_lost_and_it_comes_late(site: Site, method: str) -> None:
    """Procore does it half a minute later."""
    site.world.add_fault(effect="late_effect", method=method, times=1, seconds=30)


def conflicts(site: Site) -> list[str]:
    with reading(site.company_id) as session:
        return [clash.kind for clash in session.query(ClashRow)]


def stands(site: Site) -> tuple[list[Decimal | None], list[Decimal | None]]:
    """Hours here, and in Procore."""
    return [t.hours for t in site.timesheets()], [c.hours for c in site.cards()]


def both_at(site: Site, hours: str) -> None:
    """Now, and after everything that can still come."""
    for _ in range(2):
        assert stands(site) == ([Decimal(hours)], [Decimal(hours)])
        assert conflicts(site) == []
        assert {link.state for link in site.links()} == {"in_sync"}
        site.clock.advance(700)
        sync.sweep_company(site.company_id)
        site.settle()


def kept_ours(site: Site, timesheet: int, card: int) -> None:
    """Deleted there, nine hours here, and a person keeps these: a new card is to be made."""
    site.clock.advance(600)
    site.world.delete_timecard(site.dana.id, card)
    site.rewrite(timesheet, hours=Decimal(9))
    site.settle()
    with reading(site.company_id) as session:
        asked = session.query(ClashRow).one().id
    site.clock.advance(60)
    people.resolve(site.actor(), asked, "ours")
