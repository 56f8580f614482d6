"""Procore withdraws what it had permitted: what it touches pauses, one alert, nothing is lost, it goes on by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from webapp.services import connection, directory, schedule, sync
from webapp.store.models import Company, ParkedProject, WriteRow
from webapp.store.session import reading, system

QUARTER = 15 * 60


def alerts(caplog: pytest.LogCaptureFixture, event: str) -> int:
    return sum(event in record.getMessage() for record in caplog.records)


def company(site: Site) -> Company:
    with system(is_readonly=True) as session:
        return session.get_one(Company, site.company_id)


def calls(site: Site, status: int) -> int:
    """How many answers Procore gave with this status."""
    return sum(call.status == status for call in site.world.state.calls)


def held(site: Site) -> dict[str | None, int]:
    keys = [link.reason_key for link in site.links()]
    return {key: keys.count(key) for key in set(keys)}


def work(site: Site) -> None:
    site.deliver()
    sync.drain()


@pytest.fixture
def refusing(sqlite_site: Site) -> Site:
    """Both directions on; Procore says 403 where it does not permit a project."""
    sqlite_site.world.set_switches(unpermitted_project_status=403)
    sqlite_site.connect(send=True)
    sqlite_site.write("1.0", project=0)
    sqlite_site.write("1.0", project=2)
    sqlite_site.settle()
    return sqlite_site


# ---- a project ---------------------------------------------------------------------------------------


def test_a_project_that_is_refused_holds_its_own_records_alone(
    refusing: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """R8, D101: others pass, one call and one alert for however many records."""
    site = refusing
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    site.forget_calls()
    for number in range(6):
        site.write(f"{number}.0", project=2 * (number % 2))
        work(site)
    assert held(site) == {None: 5, f"permission:{site.projects[0].id}": 3}
    assert calls(site, 403) == 1
    assert alerts(caplog, "project_paused") == 1
    assert company(site).state == "connected"


def test_a_parked_project_is_asked_every_quarter_of_an_hour_then_hourly(refusing: Site) -> None:
    """D101: one call at a time, however much waits for it."""
    site = refusing
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    for _ in range(5):
        site.write("2.0", project=0)
    work(site)
    site.forget_calls()
    for _ in range(4 * 3):
        site.clock.advance(QUARTER + 1)
        work(site)
    assert 11 <= calls(site, 403) <= 12
    site.clock.advance(3600)
    work(site)
    site.forget_calls()
    for _ in range(4 * 6):
        site.clock.advance(QUARTER + 1)
        work(site)
    assert 5 <= calls(site, 403) <= 7


def test_a_project_that_is_given_back_goes_on_with_all_that_waited(
    refusing: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """R8: by itself, and nothing is lost."""
    site = refusing
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    for _ in range(5):
        site.write("2.0", project=0)
    work(site)
    site.world.give_back_project(site.theirs.id, site.projects[0].id)
    site.clock.advance(QUARTER + 1)
    site.settle()
    assert held(site) == {None: 7}
    assert len(site.cards()) == 7
    with system(is_readonly=True) as session:
        assert session.query(ParkedProject).count() == 0
    assert alerts(caplog, "project_resumed") == 1


def test_a_timesheet_that_is_moved_to_a_refused_project_waits_alone(refusing: Site) -> None:
    """D101: others of the project that it comes from go on. Given back, it goes there."""
    site = refusing
    moved, other = site.write("8.0", person=3), site.write("4.0", person=5)
    there = site.write("2.0", project=2)
    site.settle()
    site.world.withdraw_project(site.theirs.id, site.projects[2].id)
    [to] = [sheet for sheet in site.timesheets() if sheet.id == there]
    site.rewrite(moved, project_id=to.project_id, project_item_id=to.project_item_id)
    work(site)
    site.rewrite(other, hours=Decimal(5))
    work(site)
    assert held(site) == {f"permission:{site.projects[2].id}": 1, None: 4}
    assert Decimal(5) in [card.hours for card in site.cards()]
    site.world.give_back_project(site.theirs.id, site.projects[2].id)
    site.clock.advance(QUARTER + 1)
    site.settle()
    assert held(site) == {None: 5}


def test_an_edit_of_a_card_in_a_refused_project_waits_for_it_too(sqlite_site: Site) -> None:
    """D101: updates and deletions as well as creates."""
    site = sqlite_site
    site.connect(send=True)
    edited, erased = site.write("1.0", project=0), site.write("2.0", project=0)
    site.settle()
    project = site.projects[0].id
    site.world.add_fault(
        effect="refuse", method="PATCH", status=403, body="No permission", project_id=project
    )
    site.world.add_fault(effect="refuse", method="DELETE", status=403, body="No permission")
    site.rewrite(edited, hours=3)
    site.erase(erased)
    work(site)
    assert held(site) == {f"permission:{project}": 2}
    assert calls(site, 403) == 1
    site.world.clear_faults()
    site.clock.advance(QUARTER + 1)
    site.settle()
    assert [float(card.hours) for card in site.cards()] == [3.0]


@pytest.fixture
def with_lost_answer(sqlite_site: Site) -> tuple[Site, int, int]:
    """The answer to an update of ours was lost, and both sides are equal all the same: the site, the timesheet of that
    update, another one in another project."""
    site = sqlite_site
    site.connect(send=True)
    mine, other = site.write("8.0", project=0), site.write("2.0", project=2, person=5)
    site.settle()
    site.world.add_fault(effect="lose_answer", method="PATCH", times=1)
    site.rewrite(mine, hours=7)
    site.settle()
    assert (held(site), to_be_audited(site)) == ({None: 2}, 1)
    site.clock.advance(3600)
    return site, mine, other


def to_be_audited(site: Site) -> int:
    with reading(site.company_id) as session:
        return session.query(WriteRow).filter_by(audit="lost").count()


@pytest.mark.parametrize("status", [403, 404])
def test_a_withdrawn_project_stops_nobody_while_one_of_its_cards_is_to_be_audited(
    with_lost_answer: tuple[Site, int, int], status: int
) -> None:
    """R8, D101, D102: the card cannot be seen, so its history is not asked for; given back, it goes on."""
    site, mine, other = with_lost_answer
    site.world.set_switches(unpermitted_project_status=status)
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    site.rewrite(mine, description="by the gate")
    site.rewrite(other, description="at the pier")
    site.forget_calls()
    for _ in range(6):
        work(site)
        site.clock.advance(QUARTER + 1)
    assert company(site).state == "connected"
    assert held(site) == {"cannot_be_seen": 1, None: 1}
    assert calls(site, status) == 0
    assert {card.description for card in site.cards()} == {None, "at the pier"}
    site.world.give_back_project(site.theirs.id, site.projects[0].id)
    site.settle()
    assert (held(site), to_be_audited(site)) == ({None: 2}, 0)
    assert {card.description for card in site.cards()} == {"by the gate", "at the pier"}


@pytest.mark.parametrize("status", [403, 404])
def test_a_history_that_is_refused_is_looked_into_later_and_holds_nobody_back(
    with_lost_answer: tuple[Site, int, int], status: int
) -> None:
    """D9, D101, invariant 3: one call for each look at that card, until Procore answers."""
    site, mine, other = with_lost_answer
    site.world.add_fault(effect="refuse", path="*change_history*", status=status, body="No permission")
    site.rewrite(mine, description="by the gate")
    site.rewrite(other, description="at the pier")
    site.settle()
    assert company(site).state == "connected"
    assert (held(site), to_be_audited(site)) == ({None: 2}, 1)
    assert {card.description for card in site.cards()} == {"by the gate", "at the pier"}
    asked = calls(site, status)
    site.clock.advance(3600)
    work(site)
    assert calls(site, status) == asked
    site.world.clear_faults()
    site.rewrite(mine, hours=6)
    site.settle()
    assert (held(site), to_be_audited(site)) == ({None: 2}, 0)


# ---- the company -------------------------------------------------------------------------------------


def test_a_company_that_is_refused_pauses_with_one_alert(
    sqlite_site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """R8, D101: not one for each record, and Procore is left alone."""
    site = sqlite_site
    site.connect(send=True)
    site.world.withdraw_permission(site.theirs.id, "Timecard")
    for number in range(20):
        site.enter(f"{number}.0")
        site.write("1.0", person=4 + number)
    site.forget_calls()
    for _ in range(20):
        work(site)
        sync.sweep_company(site.company_id)
        site.clock.advance(20)
    assert company(site).state == "paused"
    assert calls(site, 403) == 1
    assert alerts(caplog, "connection_paused") == 1
    assert company(site).paused_reason in caplog.text


@pytest.mark.parametrize("how", ["permission", "uninstalled"])
def test_a_paused_company_goes_on_by_itself_and_nothing_is_lost(
    sqlite_site: Site, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """R8: probed every 15 minutes; no attempt was counted meanwhile."""
    site = sqlite_site
    site.connect(send=True)
    if how == "permission":
        site.world.withdraw_permission(site.theirs.id, "Timecard")
    else:
        site.world.uninstall(site.theirs.id)
    site.enter()
    site.write("1.0")
    work(site)
    for _ in range(7):
        site.clock.advance(QUARTER)
        probed(site)
    assert company(site).state == "paused"
    if how == "permission":
        site.world.give_back_permission(site.theirs.id, "Timecard")
    else:
        site.world.install(site.theirs.id, user_id=site.dana.id)
    site.clock.advance(QUARTER)
    assert probed(site)
    sync.sweep_company(site.company_id)
    site.settle()
    assert company(site).state == "connected"
    assert {link.state for link in site.links()} == {"in_sync"}
    assert len(site.cards()) == len(site.timesheets()) == 2
    assert (alerts(caplog, "connection_paused"), alerts(caplog, "connection_resumed")) == (1, 1)


def probed(site: Site) -> bool:
    """What the worker's look does about paused companies. Whether they go on."""
    return all(sync.probe(company_id) for company_id in schedule.companies_to_probe())


def test_a_paused_company_is_asked_every_quarter_of_an_hour_then_hourly(sqlite_site: Site) -> None:
    """D101."""
    site = sqlite_site
    site.connect()
    site.world.withdraw_permission(site.theirs.id, "Timecard")
    site.enter()
    work(site)
    tried = 0
    times = []
    for minute in range(9 * 60):
        site.clock.advance(60)
        if schedule.companies_to_probe():
            probed(site)
            tried += 1
            times.append(minute + 1)
    assert times[:3] == [15, 30, 45]
    assert times[-1] - times[-2] == 60
    assert 16 <= tried <= 22


def test_a_pause_blames_no_record(sqlite_site: Site) -> None:
    """D105, M18: attempts count only what a record did itself, so many pauses set none aside."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.deliver()
    for _ in range(12):
        site.world.withdraw_permission(site.theirs.id, "Timecard")
        sync.drain()
        assert company(site).state == "paused"
        site.world.give_back_permission(site.theirs.id, "Timecard")
        site.clock.advance(3601)
        assert probed(site)
    site.settle()
    assert [link.state for link in site.links()] == ["in_sync"]


def test_a_service_account_that_is_refused_for_good_pauses_with_its_cause(
    sqlite_site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """D100: refreshed once; still 401: paused, one alert, resumed by itself."""
    site = sqlite_site
    site.connect()
    fault = site.world.add_fault(effect="refuse", path="/rest/", status=401)
    for _ in range(3):
        site.enter()
        site.world.due_deliveries(site.clock.now())
    site.forget_calls()
    site.clock.advance(60)
    for _ in range(5):
        work(site)
    assert company(site).state == "paused"
    assert calls(site, 401) <= 2
    assert alerts(caplog, "connection_paused") == 1
    site.world.remove_fault(fault.id)
    site.clock.advance(QUARTER)
    assert probed(site)
    site.settle()
    assert len(site.timesheets()) == 3


# ---- permitted projects lost -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 404])
def test_an_update_of_the_app_that_loses_its_projects_looks_like_no_deletion(
    sqlite_site: Site, status: int
) -> None:
    """D102: an empty project list, an empty time card list and 404s delete nothing, on either side."""
    site = sqlite_site
    site.world.set_switches(unpermitted_project_status=status)
    site.connect(send=True)
    cards = [site.enter(f"{n}.0", project=2 * (n % 2)) for n in range(4)]
    mine = site.write("5.0", person=6)
    site.settle()
    permitted = [p.id for p in site.projects[:-1]]
    site.world.update_app(site.theirs.id)
    site.edit(cards[0].id, hours="2.5")
    site.rewrite(mine, hours=6)
    for _ in range(6):
        directory.refresh_all(site.company_id)
        sync.sweep_company(site.company_id)
        work(site)
        site.clock.advance(QUARTER + 1)
    assert len(site.timesheets()) == 5
    assert len(site.cards()) == 5
    assert "failed" not in {link.state for link in site.links()}
    site.world.permit_projects(site.theirs.id, permitted)
    connection.verify_hooks(site.company_id)
    assert schedule.companies_to_sweep() == [site.company_id]
    sync.sweep_company(site.company_id)
    site.clock.advance(QUARTER)
    site.settle()
    assert {link.state for link in site.links()} == {"in_sync"}
    assert sorted(float(t.hours) for t in site.timesheets()) == [1.0, 2.0, 2.5, 3.0, 6.0]
    assert sorted(float(c.hours) for c in site.cards()) == [1.0, 2.0, 2.5, 3.0, 6.0]


@pytest.mark.parametrize("hooks", ["company", "project"])
def test_a_project_that_was_away_between_two_looks_is_caught_up_with(sqlite_site: Site, hooks: str) -> None:
    """R8, R26: withdrawn and given back while nobody looked. No event told of its cards, and no sweep listed them; the
    next look at the permitted projects lets the sweep begin at the look before."""
    site = sqlite_site
    site.world.set_switches(timecard_triggers=hooks)
    site.connect(send=True)
    changed, gone = site.enter("1.0"), site.enter("2.0")
    site.settle()
    connection.verify_hooks(site.company_id)
    site.clock.advance(600)
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    site.edit(changed.id, hours="1.5")
    site.world.delete_timecard(site.dana.id, gone.id)
    site.enter("3.0")
    sweep_for(site, 1200)
    site.world.give_back_project(site.theirs.id, site.projects[0].id)
    sweep_for(site, 600)
    assert sorted(str(t.hours) for t in site.timesheets()) == ["1", "2"], "nothing tells of it yet"
    connection.verify_hooks(site.company_id)
    sweep_for(site, 600)
    assert sorted(str(t.hours) for t in site.timesheets()) == ["1.5", "3"]
    assert {link.state for link in site.links()} == {"in_sync"}


def test_a_look_at_the_permitted_projects_costs_no_sweep(sqlite_site: Site) -> None:
    """R8: one call; the sweep that is due next begins at the look before, not earlier, and costs two calls as ever."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    looks = []
    for _ in range(3):
        site.clock.advance(3600)
        sync.sweep_company(site.company_id)
        looks.append(site.clock.now())
        site.forget_calls()
        connection.verify_hooks(site.company_id)
        assert site.calls() == 1
        assert schedule.companies_to_sweep() == []
    assert (company(site).updated_cursor, company(site).deleted_cursor) == (looks[1], looks[1])
    site.forget_calls()
    sync.sweep_company(site.company_id)
    assert site.calls() == 2


def sweep_for(site: Site, seconds: int) -> None:
    """A sweep every five minutes; whatever events come are delivered."""
    for _ in range(seconds // 300):
        site.clock.advance(300)
        sync.sweep_company(site.company_id)
        work(site)
