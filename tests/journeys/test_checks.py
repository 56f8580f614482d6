"""Check now: both sides of any range compared, each difference listed and repaired by the engine (R26, M13)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from procore_sandbox.model.records import Timecard as TheirCard
from tests.fixtures.site import Site
from webapp.errors import Conflict, InvalidInput
from webapp.services import checks, connection
from webapp.services.checks import Result
from webapp.store import checks as rows
from webapp.store.models import Company, Link, Timesheet
from webapp.store.session import reading, system, transaction
from webapp.sync import holds

MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
START_STOP = 1
"""The place of the project that keeps start and stop."""


def check(site: Site, *, repair: bool = False, first: date = MONDAY, last: date = SUNDAY) -> Result:
    return checks.run(site.company_id, first, last, "test", repair=repair)


def counts(result: Result) -> tuple[int, int, int, int, int]:
    return result.equal, result.different, result.missing_here, result.missing_there, result.excluded


def oldest(site: Site) -> TheirCard:
    """Entered there: Monday, 5 hours."""
    return min(site.cards(), key=lambda card: card.id)


def corrupt_ours(site: Site, timesheet_id: int, **values: Any) -> None:
    """In the database, past everything that would notice."""
    with transaction(site.company_id) as session:
        row = session.get_one(Timesheet, timesheet_id)
        for name, value in values.items():
            setattr(row, name, value)


def corrupt_theirs(site: Site, card: TheirCard, **values: Any) -> None:
    """In Procore, without an event; `updated_at` moves only when it is among the values."""
    found = site.world.timecard(card.id)
    assert found is not None
    for name, value in values.items():
        setattr(found, name, value)


@pytest.fixture
def both(site: Site) -> Site:
    """Six records in sync: three entered there, three here."""
    site.connect(send=True)
    for day in range(3):
        site.enter(f"{day + 5}.0", date=f"2026-11-{16 + day}")
    site.settle()
    for day in range(3):
        site.write(f"{day + 1}.25", date=date(2026, 11, 18 + day))
    site.settle()
    return site


def test_when_nothing_differs_every_record_is_equal(both: Site) -> None:
    """R26: on both databases."""
    result = check(both)
    assert counts(result) == (6, 0, 0, 0, 0)
    assert result.do_agree
    assert result.checked_at == both.clock.now()


def test_a_change_that_no_event_told_is_found_listed_and_repaired(both: Site) -> None:
    """R26, R31: the hours of both sides are named; afterwards nothing differs."""
    card = oldest(both)
    corrupt_theirs(both, card, hours=Decimal("2.5"))
    result = check(both, repair=True)
    assert counts(result) == (5, 1, 0, 0, 0)
    (found,) = result.differences
    assert (found["procore_id"], found["kind"]) == (str(card.id), "different")
    assert found["fields"] == {"hours": {"ours": "5.00", "theirs": "2.50"}}
    assert result.marked == 1
    both.settle()
    assert counts(check(both)) == (6, 0, 0, 0, 0)
    assert Decimal("2.5") in {row.hours for row in both.timesheets()}


def test_a_check_alone_writes_and_marks_nothing(both: Site) -> None:
    """R26: repair is asked for."""
    corrupt_theirs(both, oldest(both), hours=Decimal("2.5"))
    check(both)
    assert not any(link.is_dirty for link in both.links())


def test_people_projects_and_codes_are_told_by_name(both: Site) -> None:
    """R26: not by ids that nobody knows."""
    people = [p for p in both.world.state.people if p.company_id == both.theirs.id]
    corrupt_theirs(both, oldest(both), party_id=people[7].id)
    (found,) = check(both).differences
    assert set(found["fields"]) == {"user"}
    assert found["fields"]["user"]["ours"] == f"{people[3].first_name} {people[3].last_name}"
    assert people[7].last_name in found["fields"]["user"]["theirs"]


def test_a_card_that_nobody_told_us_of_is_missing_here_and_comes(both: Site) -> None:
    """R26, D4."""
    both.enter(date="2026-11-19")
    both.world.state.queues.clear()
    result = check(both, repair=True)
    assert counts(result) == (6, 0, 1, 0, 0)
    assert result.differences[0]["timesheet_id"] is None
    both.settle()
    assert counts(check(both)) == (7, 0, 0, 0, 0)


def test_a_timesheet_that_came_past_every_door_is_missing_there_and_goes(both: Site) -> None:
    """R26, M13: a row that was put into the database by hand."""
    now = both.clock.now()
    like = both.timesheets()[-1]
    with transaction(both.company_id) as session:
        session.add(
            Timesheet(
                user_id=like.user_id, project_id=like.project_id, task_id=like.task_id, hours=Decimal(3),
                project_item_id=like.project_item_id, date=MONDAY, created_at=now, updated_at=now, edited_at=now,
            )
        )  # fmt: skip
    result = check(both, repair=True)
    assert counts(result) == (6, 0, 0, 1, 0)
    assert result.differences[0]["procore_id"] is None
    both.settle()
    assert counts(check(both)) == (7, 0, 0, 0, 0)


def test_a_deletion_that_no_event_told_is_repaired(both: Site) -> None:
    """R10, R26."""
    card = oldest(both)
    corrupt_theirs(both, card, deleted_at=both.clock.now(), updated_at=both.clock.now())
    assert counts(check(both, repair=True)) == (5, 0, 0, 1, 0)
    both.settle()
    assert counts(check(both)) == (5, 0, 0, 0, 0)
    assert len(both.timesheets()) == 5


def test_a_record_that_moved_out_of_the_range_on_one_side_differs_in_its_date(both: Site) -> None:
    """D102: what is not in the list is read by its id before it is called missing."""
    card = oldest(both)
    corrupt_theirs(both, card, date=date(2026, 12, 24))
    result = check(both)
    assert counts(result) == (5, 1, 0, 0, 0)
    assert result.differences[0]["fields"] == {"date": {"ours": "2026-11-16", "theirs": "2026-12-24"}}
    elsewhere = check(both, first=date(2026, 12, 1), last=date(2026, 12, 31))
    assert [d["procore_id"] for d in elsewhere.differences] == [str(card.id)]


def test_a_card_that_procore_does_not_show_any_more_is_never_deleted_for_that(both: Site) -> None:
    """D102: it is told as missing there; the engine looks for proof, finds none and waits."""
    card = oldest(both)
    both.world.state.timecards.drop(card.id)
    assert counts(check(both, repair=True)) == (5, 0, 0, 1, 0)
    both.settle()
    assert len(both.timesheets()) == 6
    assert {link.reason_key for link in both.links() if link.procore_id == card.id} == {"cannot_be_seen"}


def test_a_rounding_that_was_agreed_on_is_equal(site: Site) -> None:
    """D47: compared with the two faces of the base; the digests of both sides are the same."""
    site.connect(receive=False, send=True)
    began = datetime(2026, 11, 16, 14, 4, tzinfo=UTC)
    site.write(None, project=START_STOP, start=began, stop=began + timedelta(hours=7, minutes=51))
    site.settle()
    [card], [timesheet] = site.cards(), site.timesheets()
    assert (card.time_in, timesheet.start) == (began.replace(minute=0), began)
    assert counts(check(site)) == (1, 0, 0, 0, 0)
    with reading(site.company_id) as session:
        (day,) = rows.days(session, MONDAY, MONDAY)
    assert (day.our_hours, day.their_hours) == (timesheet.hours, card.hours)
    assert day.our_hours != day.their_hours
    assert day.our_digest == day.their_digest


def test_excluded_records_are_counted_and_are_no_difference(site: Site) -> None:
    """R6, D20: also those older than the connection that were never seen here."""
    site.enter("3.0")
    site.clock.advance(60)
    site.connect(send=True)
    old = site.cards()[0]
    site.clock.advance(60)
    assert counts(check(site)) == (0, 0, 0, 0, 1)
    site.edit(old.id, hours="4.0")
    site.settle()
    assert [link.reason_key for link in site.links()] == ["before_connection"]
    assert counts(check(site)) == (0, 0, 0, 0, 1)
    site.forget_calls()
    check(site)
    assert site.calls() == 1


def test_what_a_rule_holds_stays_a_difference_with_its_reason(site: Site) -> None:
    """Invariant 1: equal, or a hold stands there."""
    site.connect()
    types = [t for t in site.world.state.time_types if t.company_id == site.theirs.id]
    per_diem = site.world.add_record("time_type", site.theirs.id, time_type="Per Diem")
    assert per_diem.id not in {t.id for t in types[:-1]}
    site.enter(timecard_time_type_id=per_diem.id)
    site.settle()
    for _ in range(2):
        assert counts(check(site, repair=True)) == (0, 0, 1, 0, 0)
        site.settle()
    assert [link.state for link in site.links()] == ["waiting"]


def test_what_a_switched_off_direction_may_not_repair_is_excluded_from_then_on(site: Site) -> None:
    """R9, invariant 1: receiving only; our value was changed past every door."""
    site.connect()
    site.enter("8.0")
    site.settle()
    corrupt_ours(site, site.timesheets()[0].id, hours=Decimal(3))
    assert counts(check(site, repair=True)) == (0, 1, 0, 0, 0)
    site.settle()
    assert [link.reason_key for link in site.links()] == ["switch:send"]
    assert counts(check(site)) == (0, 0, 0, 0, 1)
    assert [card.hours for card in site.cards()] == [Decimal(8)]


def test_a_clock_that_still_runs_waits_and_is_no_difference(site: Site) -> None:
    """D29a, R26: told with its reason, also of the last check; nothing is marked for it."""
    site.connect()
    card = site.enter(in_progress=True)
    site.settle()
    told = check(site, repair=True)
    assert (counts(told), told.marked, told.do_agree) == ((0, 0, 0, 0, 0), 0, True)
    reason = {"key": "in_progress", "text": holds.in_progress().text}
    assert told.as_json()["waiting"] == [{"procore_id": str(card.id), "timesheet_id": None, "reason": reason}]
    last = checks.last_of(site.company_id)
    assert last is not None
    assert (last.waiting, last.differences) == (told.waiting, [])
    site.edit(card.id, in_progress=False)
    site.settle()
    told = check(site)
    assert (counts(told), told.waiting) == ((1, 0, 0, 0, 0), [])


def test_a_clock_that_runs_again_on_a_record_in_sync_waits_too(site: Site) -> None:
    """D29a: its hours are not taken before it is clocked out; a day with a running clock does not agree (R31b)."""
    site.connect()
    card = site.enter("3.0")
    site.settle()
    site.edit(card.id, in_progress=True, hours="5.0")
    site.settle()
    told = check(site)
    assert counts(told) == (0, 0, 0, 0, 0)
    assert [each["procore_id"] for each in told.waiting] == [str(card.id)]
    with reading(site.company_id) as session:
        (monday,) = rows.days(session, MONDAY, MONDAY)
    assert monday.different == 1


def test_a_running_clock_of_which_nothing_was_heard_is_missing_here(site: Site) -> None:
    """R26: the repair lists it among what waits."""
    site.connect()
    card = site.enter(in_progress=True)
    assert counts(check(site, repair=True)) == (0, 0, 1, 0, 0)
    site.settle(webhooks=False)
    assert [each["procore_id"] for each in check(site).waiting] == [str(card.id)]


def test_the_digests_of_a_day_are_kept_and_say_whether_it_agrees(both: Site) -> None:
    """R31b: for the certificate; days without a record were compared, too."""
    check(both)
    with reading(both.company_id) as session:
        days = {day.day: day for day in rows.days(session, MONDAY, SUNDAY)}
    assert len(days) == 7
    assert all(day.our_digest == day.their_digest and not day.different for day in days.values())
    assert sum(day.our_records for day in days.values()) == 6
    assert sum(day.their_hours for day in days.values()) == sum((c.hours for c in both.cards()), Decimal(0))
    before = days[MONDAY].our_digest
    corrupt_theirs(both, oldest(both), hours=Decimal("2.5"))
    both.clock.advance(60)
    check(both)
    with reading(both.company_id) as session:
        (monday,) = rows.days(session, MONDAY, MONDAY)
    assert monday.our_digest != monday.their_digest
    assert monday.different == 1
    assert monday.checked_at == both.clock.now()
    assert before not in (monday.our_digest, monday.their_digest)


def test_the_last_result_is_kept(both: Site) -> None:
    """R31."""
    assert checks.last_of(both.company_id) is None
    corrupt_theirs(both, oldest(both), hours=Decimal("2.5"))
    check(both)
    both.clock.advance(60)
    told = check(both, repair=True)
    assert checks.last_of(both.company_id) == told
    connection.disconnect(both.company_id, by="test")
    assert checks.last_of(both.company_id) is None


def test_a_long_range_is_compared_in_pieces_without_gap_or_overlap(both: Site) -> None:
    """R26: any range of dates."""
    assert list(checks.pieces(date(2026, 1, 1), date(2026, 3, 4))) == [
        (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 3, 3)),
        (date(2026, 3, 4), date(2026, 3, 4)),
    ]  # fmt: skip
    card = oldest(both)
    corrupt_theirs(both, card, date=date(2026, 7, 4))
    result = check(both, first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert counts(result) == (5, 1, 0, 0, 0)


def test_a_range_that_cannot_be_is_refused_before_procore_is_asked(both: Site) -> None:
    """R26."""
    both.forget_calls()
    for first, last in ((SUNDAY, MONDAY), (MONDAY - timedelta(days=2000), MONDAY)):
        with pytest.raises(InvalidInput):
            check(both, first=first, last=last)
    with system() as session:
        session.get_one(Company, both.company_id).state = "disconnected"
    with pytest.raises(Conflict):
        check(both)
    assert both.calls() == 0


def test_records_of_equal_content_cost_one_read_of_each_side(sqlite_site: Site) -> None:
    """R26: 2,000 a page; nothing is asked twice."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    site.world.enter_many(site.dana.id, 2500, first_day=MONDAY, days=5)
    site.settle()
    site.forget_calls()
    result = check(site)
    assert counts(result) == (2501, 0, 0, 0, 0)
    assert site.calls() == 2


# ---- exactly those (M13) -------------------------------------------------------------------------------


class Vandal:
    """Corrupts one record at a time, each way at random; says which record is no longer equal."""

    def __init__(self, site: Site, rng: Random) -> None:
        self.site, self.rng = site, rng
        self.links = {link.procore_id: link for link in site.links()}

    def corrupt(self, card: TheirCard) -> None:
        rng, site = self.rng, self.site
        timesheet_id = self.links[card.id].timesheet_id
        assert timesheet_id is not None
        word = f"by hand {rng.random()}"
        day = (
            MONDAY + timedelta(days=(card.date.weekday() + rng.randrange(1, 7)) % 7) if card.date else MONDAY
        )
        match rng.randrange(8):
            case 0:
                corrupt_theirs(site, card, hours=card.hours + Decimal("1.5"))
            case 1:
                corrupt_theirs(site, card, description=word)
            case 2:
                corrupt_theirs(site, card, date=day, updated_at=site.clock.now())
            case 3:
                corrupt_theirs(site, card, deleted_at=site.clock.now(), updated_at=site.clock.now())
            case 4:
                corrupt_ours(site, timesheet_id, hours=card.hours + Decimal("0.5"))
            case 5:
                corrupt_ours(site, timesheet_id, description=word, billable=not card.billable)
            case 6:
                corrupt_ours(site, timesheet_id, date=day)
            case _:
                corrupt_ours(site, timesheet_id, deleted_at=site.clock.now())


def test_exactly_the_corrupted_records_are_found_and_repaired(big: Site) -> None:
    """M13: k random rows on either side, twelve times; calls at most pages and k."""
    for seed in range(12):
        rng = Random(seed)
        victims = rng.sample(sorted(big.cards(), key=lambda card: card.id), k=rng.randrange(1, 6))
        expected = {str(card.id) for card in victims}
        vandal = Vandal(big, rng)
        for card in victims:
            vandal.corrupt(card)
        big.forget_calls()
        before = {link.id: link.generation for link in big.links()}
        result = check(big, repair=True)
        assert {d["procore_id"] for d in result.differences} == expected, (seed, result.differences)
        assert big.calls() <= 1 + len(victims)
        marked = {str(link.procore_id) for link in big.links() if link.generation != before[link.id]}
        assert marked == expected
        big.settle()
        after = check(big)
        assert after.do_agree, (seed, after.differences)
        assert after.equal == len(big.cards()) == len(big.timesheets())
        for _ in range(60 - after.equal):
            big.enter(date="2026-11-17")
        big.settle()


@pytest.fixture
def big(sqlite_site: Site) -> Site:
    site = sqlite_site
    site.connect(send=True)
    for number in range(40):
        site.enter(f"{1 + number % 8}.0", person=3 + number % 9, date=f"2026-11-{16 + number % 5}")
    site.settle()
    site.write_many(20)
    site.settle()
    return site


def test_a_link_that_is_looked_at_already_is_no_obstacle(both: Site) -> None:
    """R26: a check beside a worker that has the company."""
    with transaction(both.company_id) as session:
        for link in session.query(Link):
            link.is_dirty, link.generation = True, link.generation + 1
    assert counts(check(both, repair=True)) == (6, 0, 0, 0, 0)
