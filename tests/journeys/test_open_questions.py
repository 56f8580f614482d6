"""Where Procore's documents leave a question open, the app is right in each position of the stand-in's switch for it.

One row per switch and position; most of them run on one site after another, for connecting takes the most time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from procore_sandbox.model import Switches
from procore_sandbox.model.switches import CHOICES
from tests.journeys.question_rows import ROWS, Row
from tests.journeys.shared_sites import DEFAULTS, SharedSites
from tests.routes.visitor import Visitor, start
from webapp.errors import NeedsAttention

BY_BROWSER = {"callback_in_fragment", "denied_consent"}
"""Nothing of these crosses in records: they have tests of their own below."""


@pytest.fixture(scope="module")
def sites(sqlite_template: Path) -> Iterator[SharedSites]:
    with ExitStack() as held:
        yield SharedSites(sqlite_template, held)


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_the_app_is_right_in_each_position(row: Row, sites: SharedSites) -> None:
    """D3, D4, D6, D9, D44, D47, D48, D103, D104, D106, R8, R10, R17, R21, R22: see each journey."""
    if row.is_fresh:
        site = sites.new(Switches(**row.switches))
        with site.app.app_context():
            row.journey(site)
        return
    with sites.borrowed(**row.switches) as site:
        row.journey(site)


def test_where_webhooks_of_version_2_tell_nothing_of_time_cards_connecting_says_so(
    sites: SharedSites,
) -> None:
    """R3, question 10: they know hooks of the company only; nothing is left half-connected."""
    with pytest.raises(NeedsAttention, match="no webhooks for time cards"):
        sites.new(Switches(hook_api="v2.0", timecard_triggers="project"))


def test_the_code_is_taken_from_the_fragment(sites: SharedSites) -> None:
    """R2, callback_in_fragment: servers never see a fragment, so a page of ours posts it back."""
    with sites.borrowed(callback_in_fragment=True) as site:
        tab = Visitor(site)
        asked = site.world.authorization_request(start(tab))
        address = urlsplit(site.world.allow(asked, site.dana.id))
        assert (address.query, "data-fragment" in tab.get(address.path).text) == ("", True)
        assert tab.post(address.path, dict(parse_qsl(address.fragment))).status_code == 303


def test_a_consent_that_is_denied_without_a_word_ends_in_words_of_ours(sites: SharedSites) -> None:
    """R2, question 16: neither code nor error comes back; the page says so, and nobody is signed in."""
    with sites.borrowed(denied_consent="nothing") as site:
        tab = Visitor(site)
        address = urlsplit(site.world.deny(site.world.authorization_request(start(tab))))
        page = tab.get(f"{address.path}?{address.query}")
        assert (page.status_code, "Nothing happens?" in page.text) == (200, True)
        assert "Sign in with Procore" in tab.get("/").text


def test_every_position_of_every_switch_is_in_the_table() -> None:
    """Numbers have no list of positions: one other than the default is enough."""
    shown = {(name, value) for row in ROWS for name, value in row.positions.items()}
    for each in fields(Switches):
        if each.name in BY_BROWSER:
            continue
        positions = CHOICES.get(each.name, (True, False) if isinstance(each.default, bool) else ())
        wanted = {(each.name, value) for value in positions if value != DEFAULTS[each.name]}
        assert wanted <= shown, each.name
        assert any(name == each.name for name, _ in shown), each.name
