"""What Procore holds and Timesite has no place for survives every update that is sent: D49, D46, R16."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from procore_sandbox.model.records import Timecard as TheirCard
from tests.fixtures.site import Site
from webapp.services import projects, timesheet_history
from webapp.services.projects import LinkTarget
from webapp.store.models import ProjectItem, Task, User
from webapp.store.session import transaction

KEPT = (
    "work_classification_id",
    "location_id",
    "crew_id",
    "line_item_type_id",
    "timesheet_id",
    "origin_id",
    "origin_data",
    "approval_status",
    "signature_id",
)


def dressed(site: Site, card_id: int) -> TheirCard:
    """Dana fills in everything that only Procore knows, and the worker signs."""
    state, place = site.world.state, site.projects[0].id
    site.edit(
        card_id,
        work_classification_id=next(
            c.id for c in state.work_classifications if c.company_id == site.theirs.id
        ),
        location_id=next(each.id for each in state.locations if each.project_id == place),
        crew_id=next(each.id for each in state.crews if each.project_id == place),
        line_item_type_id=[each.id for each in state.line_item_types if each.company_id == site.theirs.id][
            -1
        ],
        origin_data="erp:7",
    )
    return site.world.sign_timecard(site.dana.id, card_id)


def other_values(site: Site, key: int) -> dict[str, dict[str, Any]]:
    """One change for each merge unit, in our ids."""
    site.write("1.0", person=6, date=date(2026, 11, 20))
    now = site.clock.now()
    with transaction(site.company_id) as session:
        item_of_now = session.scalars(select(ProjectItem)).first()
        assert item_of_now is not None
        codes = [
            c
            for c in site.world.state.cost_codes
            if c.project_id == site.projects[0].id and c.sub_job_id is None
        ]
        item = ProjectItem(
            project_id=item_of_now.project_id, code=codes[1].full_code, name="x", created_at=now
        )
        task = session.scalars(select(Task).where(Task.name == "Overtime")).first()
        task = task or Task(name="Overtime", created_at=now)
        session.add_all([item, task])
        session.flush()
        user = session.scalars(select(User).order_by(User.id.desc())).first()
        assert user is not None
        return {
            "date": {"date": date(2026, 11, 17)},
            "time": {"hours": Decimal("6.25")},
            "person": {"user_id": user.id},
            "time_type": {"task_id": task.id},
            "cost_code": {"project_item_id": item.id},
            "billable": {"billable": False},
            "description": {"description": None},
        }


def test_no_update_touches_what_it_does_not_change(sqlite_site: Site) -> None:
    """D49: each unit in turn, and all together; classification, location, cost type, crew, sheet and data stay."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0", description="Pour")
    site.settle()
    [card] = site.cards()
    held = {name: getattr(dressed(site, card.id), name) for name in KEPT}
    assert None not in (
        held["work_classification_id"],
        held["location_id"],
        held["crew_id"],
        held["signature_id"],
    )
    site.settle()
    for unit, change in other_values(site, key).items():
        before = len(site.world.state.changes_of_card[card.id])
        site.rewrite(key, **change)
        site.settle()
        after = site.world.state.timecards.get(card.id)
        assert after is not None
        assert {name: getattr(after, name) for name in KEPT} == held, unit
        assert len(site.world.state.changes_of_card[card.id]) == before + 1, unit
    assert {row.state for row in site.links()} == {"in_sync"}
    final = site.world.state.timecards.get(card.id)
    assert final is not None
    assert (final.date, final.hours, final.billable) == (date(2026, 11, 17), Decimal("6.25"), False)
    assert not final.description


def test_an_update_carries_date_and_project_as_they_were_read(sqlite_site: Site) -> None:
    """D49: the contract requires both; a date that Procore changed meanwhile is not put back."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.edit(card.id, date="2026-11-19")
    site.rewrite(key, hours=Decimal(5))
    site.settle()
    [card], sheet = site.cards(), next(s for s in site.timesheets() if s.id == key)
    assert (card.date, card.hours) == (date(2026, 11, 19), 5)
    assert (sheet.date, sheet.hours) == (date(2026, 11, 19), 5)


@pytest.mark.parametrize("billable", [True, False])
@pytest.mark.parametrize("start_stop", [False, True])
def test_billable_is_always_said_on_a_create(sqlite_site: Site, billable: bool, start_stop: bool) -> None:
    """D49: the API's default is not the screen's; in bulk and singly."""
    site = sqlite_site
    site.connect(send=True)
    if start_stop:
        moment = site.clock.now()
        ours = projects.create(site.company_id, "Yard", site.projects[1].project_number)
        projects.link(site.company_id, ours.id, LinkTarget(site.projects[1].id))
        site.write(
            None, project=1, billable=billable, start=moment, stop=moment.replace(hour=22), lunch_minutes=30
        )
    else:
        site.write("8.0", billable=billable)
    site.settle()
    assert [card.billable for card in site.cards()] == [billable]


def test_a_signed_card_is_sent_only_what_really_differs_and_history_says_so(sqlite_site: Site) -> None:
    """D46: a change and its undoing send nothing; a real one is noted, as the signature was for other values."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.world.sign_timecard(site.dana.id, card.id)
    site.settle()
    site.forget_calls()
    site.rewrite(key, hours=Decimal(7))
    site.rewrite(key, hours=Decimal("8.001"))
    site.settle()
    assert [row for row in site.world.call_counts() if row.method == "PATCH"] == []
    site.rewrite(key, hours=Decimal(7))
    site.settle()
    lines = timesheet_history.of(site.actor(), key)
    assert [line.changes["signed"]["from"] for line in lines if line.action == "sent"] == [True]
    site.rewrite(key, description="x")
    unsigned = site.write("2.0", person=5)
    site.settle()
    site.rewrite(unsigned, hours=Decimal(3))
    site.settle()
    assert [line for line in timesheet_history.of(site.actor(), unsigned) if line.action == "sent"] == []
