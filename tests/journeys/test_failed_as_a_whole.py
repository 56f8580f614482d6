"""A step that fails as a whole is repeated record by record, and nothing that it did is done again: D6, D9, R21."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.fixtures.site import Site
from webapp import wiring
from webapp.sync.engine import Engine


class FailsOnce:
    """The company's store, but for one commit after cards were made: it fails in a way that nobody foresaw."""

    def __init__(self, store: Any, procore: Any) -> None:
        self.store, self.procore, self.has_failed = store, procore, False

    def commit(self, lease: Any, outcomes: Any) -> None:
        if any(outcome.base is not None for outcome in outcomes) and not self.has_failed:
            self.has_failed = True
            raise RuntimeError("nobody foresaw this")
        self.store.commit(lease, outcomes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def test_cards_that_were_made_before_the_failure_are_found_and_not_made_again(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Invariant 2: never two cards for a timesheet, not even for the moment until one of them is deleted again."""
    site.connect(send=True)
    for person in (3, 4, 5):
        site.write("7.0", person=person)
    procore = wiring.procore_for(site.theirs.id)
    store = FailsOnce(wiring.store_for(site.company_id), procore)
    with caplog.at_level(logging.WARNING):
        Engine(store, procore, site.clock, site.clock.advance).work("worker")  # type: ignore[arg-type]  # by delegation
    assert store.has_failed
    assert "nobody foresaw this" in caplog.text
    site.settle()
    assert len(site.world.timecards(site.theirs.id)) == 3
    assert [link.state for link in site.links()] == ["in_sync"] * 3
