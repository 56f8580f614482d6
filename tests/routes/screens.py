"""Acme Builders connected, with its administrator and its foreman in front of the screens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.fixtures.site import Site
from tests.routes.visitor import Visitor, framed
from webapp.services import connection, directory

DANA, FOREMAN, STRANGER = "Dana Ortiz", "Frank Weber", "Sam Stranger"


@dataclass(frozen=True, slots=True)
class Screens:
    site: Site
    dana: Visitor
    foreman: Visitor

    @contextmanager
    def app(self) -> Iterator[Site]:
        """For what happens beside the screens: both sides, the worker."""
        with self.site.app.app_context():
            yield self.site


def open_screens(site: Site, *, send: bool = True) -> Screens:
    with site.app.app_context():
        done = connection.connect(site.theirs.id, site.theirs.name, by="test", receive=True, send=send)
        site.company_id = done.company_id
        directory.refresh(done.company_id)
    return Screens(site, framed(site, DANA, site.theirs.id), framed(site, FOREMAN, site.theirs.id))


def value_of(page: str, name: str) -> str:
    """What a hidden field of the page holds."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def said(page: str) -> str:
    """The page's words without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
