"""Which journey proves that a reason of the catalogue ends: filled by `@releases`, walked by one test."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tests.fixtures.site import Site
from webapp.services import holds
from webapp.store.models import Link
from webapp.sync.catalogue import kind_of

Journey = TypeVar("Journey", bound=Callable[..., None])
PROVEN: dict[str, str] = {}
"""Key of the catalogue → the test that holds a record by it and releases it."""


def releases(*keys: str) -> Callable[[Journey], Journey]:
    def note(journey: Journey) -> Journey:
        PROVEN.update(dict.fromkeys(keys, journey.__name__))
        return journey

    return note


def held_by(site: Site, kind: str) -> Link:
    """The one record that is held by this kind of reason; its cause is listed with a count beforehand."""
    held = [each for each in site.links() if each.reason_key and kind_of(each.reason_key).key == kind]
    assert len(held) == 1, [(each.state, each.reason_key, each.reason_text) for each in site.links()]
    link = held[0]
    assert link.reason_key is not None
    assert holds.count(site.company_id, link.reason_key)[0] == 1
    [cause] = [cause for cause in holds.causes(site.company_id) if cause.key == link.reason_key]
    assert (cause.records, cause.action) == (1, kind_of(link.reason_key).action)
    return link


def assert_released(site: Site, *, links: int = 1) -> None:
    """Everything is in sync on both sides, and no cause is listed any more."""
    ends = [(link.state, link.reason_key, link.reason_text) for link in site.links()]
    assert ends == [("in_sync", None, None)] * links, ends
    assert holds.causes(site.company_id) == []
