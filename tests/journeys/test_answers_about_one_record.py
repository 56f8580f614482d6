"""What Procore says about one record stays with that record: D103, D106, D29, R25, R36."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.fixtures.site import Site
from webapp import wiring
from webapp.errors import UnreadableAnswer
from webapp.procore.fields import card_of
from webapp.procore.raw import kept
from webapp.services import retention, sync
from webapp.store.due import records
from webapp.store.models import Event, Link, Message, RawAnswer
from webapp.store.session import reading
from webapp.sync.scope import out_of_scope

ONE_CARD = "/rest/v1.0/companies/*/timecard_entries/*"


def raw_answers(site: Site) -> list[RawAnswer]:
    with reading(site.company_id) as session:
        return list(session.scalars(select(RawAnswer)))


@pytest.mark.parametrize("status", [409, 422])
def test_a_refusal_fails_with_procores_words_and_is_not_tried_again(sqlite_site: Site, status: int) -> None:
    """D103, R25, D9: for days; until something changes. Others pass."""
    site = sqlite_site
    site.connect(send=True)
    key, other = site.write("8.0"), site.write("4.0", person=5)
    site.settle()
    site.world.add_fault(effect="refuse", status=status, method="PATCH", path=ONE_CARD, times=1)
    site.rewrite(key, hours=Decimal(7))
    site.settle()
    failed = next(row for row in site.links() if row.timesheet_id == key)
    assert failed.state == "failed"
    assert failed.reason_key == "refused"
    assert (failed.reason_text or "").startswith("Procore: ")
    [told] = site.messages("failed")
    assert told.reason_text == failed.reason_text
    site.rewrite(other, hours=Decimal(3))
    site.settle()
    site.forget_calls()
    site.clock.advance(timedelta(days=3).total_seconds())
    site.settle()
    assert [row for row in site.world.call_counts() if row.method == "PATCH"] == []
    site.rewrite(key, hours=Decimal(6))
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [3, 6]
    assert {row.state for row in site.links()} == {"in_sync"}


@pytest.mark.parametrize("field", ["hours", "project", "date"])
def test_a_card_that_lacks_what_is_needed_fails_alone(field: str) -> None:
    """D106: with what is missing; the raw row is kept for a look, without secrets."""
    row = {
        "id": 7,
        "date": "2026-11-16",
        "project": {"id": 5},
        "hours": "8.0",
        "access_token": "abc",
        "origin_id": 9,
    }
    with pytest.raises(UnreadableAnswer) as told:
        card_of(row | {field: "?" if field != "project" else None})
    assert told.value.missing == field
    assert told.value.origin_id == 9
    assert '"id": 7' in (told.value.raw or "")
    assert "abc" not in (told.value.raw or "")


@pytest.mark.parametrize(
    "answer, secret",
    [
        ({"client_secret": "s3cret", "deep": [{"Authorization": "Bearer s3cret"}]}, "s3cret"),
        (b"<p>Authorization: Bearer s3cret</p>", "s3cret"),
        ('{"refresh_token": "s3cret", "hours": 1', "s3cret"),
        ("api_key=s3cret&x=1", "s3cret"),
        ({"procore_signature": {"id": 1, "url": "s3cret"}}, "s3cret"),
    ],
)
def test_a_raw_answer_is_kept_without_secrets_and_bounded(answer: Any, secret: str) -> None:
    """D106, invariant 9."""
    assert secret not in kept(answer)
    assert len(kept("x" * 1_000_000)) <= 16_000


def test_html_instead_of_json_fails_the_record_and_is_kept_for_a_look(sqlite_site: Site) -> None:
    """D106: and Retry, or a change, goes on."""
    site = sqlite_site
    site.connect()
    card = site.enter("8.0")
    site.world.add_fault(effect="html", method="GET", path="/rest/v1.0/companies/*/timecard_entries", times=8)
    site.deliver()
    sync.drain()
    [row] = site.links()
    assert (row.state, row.reason_key) == ("failed", "unreadable")
    [answer] = raw_answers(site)
    assert "<" in answer.body
    assert answer.link_id == row.id
    site.world.clear_faults()
    site.edit(card.id, hours="7.0")
    site.settle()
    assert [sheet.hours for sheet in site.timesheets()] == [7]


def test_html_when_our_new_card_is_read_back_needs_no_person(sqlite_site: Site) -> None:
    """D106, R21: Procore's answer to the create named the card; it is read again soon."""
    site = sqlite_site
    site.connect(send=True)
    site.write("8.0")
    site.world.add_fault(effect="html", method="GET", path="/rest/v1.0/companies/*/timecard_entries", times=1)
    site.settle(webhooks=False)
    [row] = site.links()
    [card] = site.cards()
    assert (row.procore_id, row.state) == (card.id, "in_sync")


def test_equipment_is_left_out(sqlite_site: Site) -> None:
    """D29: a card that names a machine is excluded by its rule; a person's card is not."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    row = {
        "id": 7,
        "date": "2026-11-16",
        "project": {"id": 5},
        "hours": "8.0",
        "created_at": "2026-11-16T15:00:00Z",
    }
    for machine in ({"equipment": {"id": 3}}, {"equipment_id": 3}, {"managed_equipment_id": "3"}):
        card = card_of(row | machine)
        [record] = _records(site)
        reason = out_of_scope(record, card, wiring.store_for(site.company_id).settings())
        assert reason is not None
        assert (reason.key, reason.state) == ("equipment", "excluded")
    assert not card_of(row | {"equipment": None, "equipment_id": None}).facts.is_equipment


def _records(site: Site) -> list[Any]:
    with reading(site.company_id) as session:
        return records(session, list(session.scalars(select(Link))))


def test_what_is_old_is_purged_and_what_is_open_is_not(sqlite_site: Site) -> None:
    """R36: messages and events after 400 days, raw answers after 30; timesheets and what waits stay."""
    site = sqlite_site
    site.connect(send=True)
    site.enter("8.0")
    site.settle()
    per_diem = next(t for t in site.world.state.time_types if t.time_type == "Per Diem")
    site.enter(timecard_time_type_id=per_diem.id)
    site.settle()
    assert retention.purge(site.company_id) == 0
    site.clock.advance(timedelta(days=401).total_seconds())
    assert retention.purge(site.company_id) > 0
    assert [m.state for m in site.messages()] == ["pending"]
    assert len(site.timesheets()) == 1
    with reading(site.company_id) as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 0
        assert session.scalar(select(func.count()).select_from(Message)) == 1
