"""The webhook endpoint: R4, D1, D2, D11."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import event as hooks_of_sqlalchemy

from tests.fixtures.site import Site
from webapp.extensions import db
from webapp.store.models import Event
from webapp.store.session import reading

ADDRESS = "/webhooks/procore"


def post(site: Site, body: Any, authorization: str | None) -> Any:
    headers = {"Authorization": authorization} if authorization else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site.app.test_client().post(ADDRESS, data=data, headers=headers)


def first_event(site: Site) -> tuple[dict[str, Any], str]:
    """An event as the stand-in would send it, and its hook's secret."""
    [sent] = site.world.due_deliveries(site.clock.now())
    assert urlsplit(sent.url).path == ADDRESS
    assert sent.authorization is not None
    return json.loads(sent.body), sent.authorization


def events(site: Site) -> list[Event]:
    with reading(site.company_id) as session:
        return session.query(Event).all()


def test_an_event_is_accepted_once_it_is_stored(site: Site) -> None:
    """R4, D1: copies are counted and worked once, whatever order they come in."""
    site.connect()
    site.enter()
    body, secret = first_event(site)
    assert [post(site, body, secret).status_code for _ in range(3)] == [204, 204, 204]
    [kept] = events(site)
    assert (kept.outcome, kept.copies) == ("marked", 3)
    assert [link.generation for link in site.links()] == [1]


def test_nobody_without_the_hooks_secret_is_heard(site: Site) -> None:
    """R4: nothing of it is stored."""
    site.connect()
    site.enter()
    body, _ = first_event(site)
    assert post(site, body, None).status_code == 401
    assert post(site, body, "Bearer guessed").status_code == 401
    assert events(site) == []


def test_an_event_of_another_company_or_project_is_counted_and_never_processed(site: Site) -> None:
    """R4: a hook speaks only for its own company and project."""
    site.connect()
    site.enter()
    body, secret = first_event(site)
    other = {"company_id": 99, "ulid": "A"}, {"project_id": site.projects[3].id, "ulid": "B"}
    for changes in other:
        assert post(site, {**body, **changes}, secret).status_code == 204
    assert [kept.outcome for kept in events(site)] == ["foreign", "foreign"]
    assert site.links() == []


def test_every_payload_version_is_understood(site: Site) -> None:
    """v4.0 has ids as text and calls the kind a reason."""
    site.connect()
    card = site.enter()
    body, secret = first_event(site)
    v4 = {
        "id": "01KA7W3N5QZB8C2D4E6F8G0H1J", "timestamp": body["timestamp"], "reason": "create",
        "company_id": str(body["company_id"]), "project_id": str(body["project_id"]), "user_id": "1",
        "resource_type": "Timecard Entries", "resource_id": str(card.id),
    }  # fmt: skip
    assert post(site, v4, secret).status_code == 204
    assert [link.procore_id for link in site.links()] == [card.id]


def test_what_is_no_event_is_counted_and_holds_nothing_up(site: Site) -> None:
    """A refusal would pause Procore's queue for this hook; only a body without a bound is refused."""
    site.connect()
    site.enter()
    _, secret = first_event(site)
    for body in (b"", b"[", b"[1]", b"{}", b'{"id": null}', b"[" * 5000):
        assert post(site, body, "Bearer guessed").status_code == 401
        assert post(site, body, secret).status_code == 204
    assert {kept.outcome for kept in events(site)} == {"unreadable"}
    assert site.links() == []
    assert post(site, b"x" * 70_000, secret).status_code == 413


def test_an_event_that_cannot_be_stored_is_asked_for_again(site: Site) -> None:
    """R4: 503, so that Procore keeps it; the next try is stored."""
    site.connect()
    site.enter()
    body, secret = first_event(site)

    def fail(*_: Any) -> None:
        raise db.engine.dialect.dbapi.OperationalError("disk full")  # type: ignore[union-attr]

    hooks_of_sqlalchemy.listen(db.engine, "before_cursor_execute", fail)
    try:
        assert post(site, body, secret).status_code == 503
    finally:
        hooks_of_sqlalchemy.remove(db.engine, "before_cursor_execute", fail)
    assert post(site, body, secret).status_code == 204


def test_redis_away_changes_no_answer(make_site: Any) -> None:
    """D11: the wake-up is lost, the mark is not."""
    site = make_site(REDIS_URL="redis://127.0.0.1:1/0")
    site.connect()
    site.enter()
    body, secret = first_event(site)
    assert post(site, body, secret).status_code == 204
    site.settle()
    assert len(site.timesheets()) == 1
