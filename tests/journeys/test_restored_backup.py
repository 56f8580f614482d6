"""Yesterday's backup of our database is put back: Procore has gone on, we are as we were (D4, D6)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fixtures.site import Site
from webapp.extensions import db
from webapp.services import sync


@pytest.fixture(params=[False, True], ids=["numbers may repeat", "numbers are unique"])
def site(request: pytest.FixtureRequest, sqlite_site: Site) -> Site:
    state = sqlite_site.world.state
    state.switches = replace(state.switches, origin_id_unique=request.param)
    sqlite_site.connect(send=True)
    sqlite_site.enter("8.0", person=3, description="before")
    sqlite_site.settle()
    return sqlite_site


def backup() -> bytes:
    with (
        closing(sqlite3.connect(str(db.engine.url.database))) as ours,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        ours.backup(copy)
        return copy.serialize()


def put_back(copy: bytes) -> None:
    db.engine.dispose()
    path = Path(str(db.engine.url.database))
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.write_bytes(copy)


def a_day_later(site: Site) -> None:
    for seconds in (86_400, 600, 4000):
        site.clock.advance(seconds)
        sync.sweep_company(site.company_id)
        site.settle()


def both_sides(
    site: Site,
) -> tuple[list[tuple[Decimal | None, str | None]], list[tuple[Decimal, str | None]]]:
    return (
        sorted((s.hours, s.description) for s in site.timesheets()),
        sorted((c.hours, c.description) for c in site.cards()),
    )


def test_what_was_sent_since_the_backup_is_not_sent_again(site: Site) -> None:
    """D6: our number on a card is the same whenever it is asked for, so that the card of then is known again."""
    site.write("4.0", person=5, description="just written")
    copy = backup()
    site.settle()
    put_back(copy)
    a_day_later(site)
    both = [(Decimal(4), "just written"), (Decimal(8), "before")]
    assert both_sides(site) == (both, both)
    assert {link.state for link in site.links() if not link.is_tombstone} == {"in_sync"}


def test_what_was_done_on_both_sides_since_the_backup_comes_back(site: Site) -> None:
    """D4: Procore has what was sent and what was entered there."""
    copy = backup()
    [sheet] = site.timesheets()
    site.rewrite(sheet.id, hours=Decimal(6))
    site.write("4.0", person=5, description="after")
    site.enter("2.0", person=4, description="there")
    site.settle()
    before = both_sides(site)
    put_back(copy)
    a_day_later(site)
    assert both_sides(site) == before


@pytest.mark.parametrize("is_told", [False, True], ids=["swept", "told by a late event, and swept"])
def test_what_was_sent_since_is_not_sent_before_its_card_is_looked_at(site: Site, *, is_told: bool) -> None:
    """D6: the sweep lists more than fits into a batch, and what is to be sent comes first."""
    site.write("4.0", person=5, description="just written")
    copy = backup()
    site.settle(webhooks=not is_told)
    put_back(copy)
    site.clock.advance(600)
    if is_told:
        site.deliver()
    sync.sweep_company(site.company_id)
    sync.work(site.company_id, sync.Turn(batch=1))
    assert [card.description for card in site.world.state.timecards] == ["before", "just written"]
    a_day_later(site)
    both = [(Decimal(4), "just written"), (Decimal(8), "before")]
    assert both_sides(site) == (both, both)
