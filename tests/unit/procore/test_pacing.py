"""Rate limits: Procore's headers lead, all processes obey, and the database is not written per call."""

from datetime import timedelta
from email.utils import format_datetime
from random import Random

import pytest
import requests

from tests.unit.procore.canned import API, COMPANY, START, MakeProcore, Web
from tests.unit.procore.memory import MemoryBudgets
from webapp.clock import ManualClock
from webapp.domain.credentials import SERVICE, Budget, Counted, Priority
from webapp.errors import RateLimited
from webapp.procore.factory import CompanyAtProcore, Procore
from webapp.procore.pacing import Pacer

TYPES = f"{API}/rest/v1.0/companies/{COMPANY}/timecard_time_types"
THEIR_TYPES = f"{API}/rest/v1.0/companies/7/timecard_time_types"
ANA = "user:8801457"
SOON = START + timedelta(seconds=40)


def limits(remaining: int, limit: int = 600, seconds: float = 1000) -> dict[str, str]:
    return {
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Remaining": str(remaining),
        "X-Rate-Limit-Reset": str(int(START.timestamp() + seconds)),
    }


def dated(clock: ManualClock) -> dict[str, str]:
    return {"Date": format_datetime(clock.now().replace(microsecond=0), usegmt=True)}


def knows(budgets: MemoryBudgets, key: str, company: int, budget: Budget) -> None:
    budgets.rows[key, company] = Counted(key, company, budget, START)


def test_a_block_is_obeyed_by_every_process_without_a_call(
    make_procore: MakeProcore, web: Web, budgets: MemoryBudgets
) -> None:
    """D104, invariant 8."""
    web.answer("GET", TYPES, {}, 429, {"Retry-After": "30"})
    with pytest.raises(RateLimited) as first:
        make_procore().company(COMPANY).time_types()
    with pytest.raises(RateLimited) as second:
        make_procore().company(COMPANY).time_types()
    assert first.value.until == second.value.until
    assert len(web.requests()) == 1


def test_at_none_left_nobody_calls_until_the_reset(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """Invariant 8: no call while Procore's headers say that none is left."""
    web.answer("GET", TYPES, [], headers=limits(0, seconds=10))
    company.time_types()
    with pytest.raises(RateLimited) as told:
        company.time_types()
    assert told.value.until > START + timedelta(seconds=10)
    assert len(web.requests()) == 1
    clock.advance(13)
    web.mock.replace("GET", TYPES, json=[], headers=limits(599))
    company.time_types()
    company.time_types()
    assert len(web.requests()) == 3


DAY = timedelta(days=1)
AHEAD = START + DAY


@pytest.mark.parametrize(
    "told",
    [
        Budget(60, 0, AHEAD),
        Budget(600, 5, AHEAD, blocked_until=AHEAD),
        Budget(failures=9, down_until=AHEAD),
    ],
    ids=["none left", "blocked", "down"],
)
@pytest.mark.parametrize("company_id", [COMPANY, 7])
def test_what_a_clock_noted_that_has_been_put_back_stops_nobody(
    company: CompanyAtProcore, web: Web, budgets: MemoryBudgets, told: Budget, company_id: int
) -> None:
    """D104: nobody would call for a day, and so nobody would hear that Procore answers."""
    budgets.rows[SERVICE, company_id] = Counted(SERVICE, company_id, told, AHEAD)
    web.answer("GET", TYPES, [], headers=limits(400))
    company.time_types()
    noted = budgets.rows[SERVICE, COMPANY]
    assert (noted.budget.remaining, noted.budget.failures) == (400, 0)
    assert noted.seen_at == START


def test_after_a_clock_was_put_back_blocks_are_obeyed_as_ever(
    company: CompanyAtProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """D104, invariant 8: Procore's own wait ends before the one that was noted."""
    budgets.block(SERVICE, COMPANY, AHEAD, AHEAD)
    web.answer("GET", TYPES, {}, 429, {"Retry-After": "30"})
    for _ in range(3):
        with pytest.raises(RateLimited) as told:
            company.time_types()
    assert START < told.value.until < START + timedelta(minutes=1)
    assert len(web.requests()) == 1


@pytest.mark.parametrize("header", [{"X-Rate-Limit-Remaining": "0"}, {}])
def test_the_longest_wait_that_procore_may_ask_for_is_believed(
    procore: Procore, web: Web, header: dict[str, str]
) -> None:
    """D104, invariant 8: however much is put on top of it."""
    far = {"Retry-After": "90000", "X-Rate-Limit-Reset": str(int(AHEAD.timestamp()))}
    web.answer("GET", TYPES, {}, 429, far | header)
    for _ in range(2):
        with pytest.raises(RateLimited):
            procore.company(COMPANY).time_types()
    assert len(web.requests()) == 1


# ---- per app, per company, per user ------------------------------------------------------------------


def test_as_long_as_nothing_is_known_a_block_holds_everybody(procore: Procore, web: Web) -> None:
    """Invariant 8 with a count per app; README of the contract, 12.22."""
    web.answer("GET", TYPES, {}, 429, {"Retry-After": "30"})
    with pytest.raises(RateLimited):
        procore.company(COMPANY).time_types()
    with pytest.raises(RateLimited):
        procore.company(7).time_types()
    with pytest.raises(RateLimited):
        procore.pacer.before(ANA, COMPANY)
    assert len(web.requests()) == 1


def test_companies_that_were_seen_to_be_counted_apart_do_not_hold_each_other(
    procore: Procore, web: Web, budgets: MemoryBudgets
) -> None:
    """One had few left when the other had many: that is no one count."""
    web.answer("GET", TYPES, [], headers=limits(30))
    web.answer("GET", TYPES, {}, 429, {"Retry-After": "300"})
    web.answer("GET", THEIR_TYPES, [], headers=limits(590))
    procore.company(COMPANY).time_types()
    procore.company(7).time_types()
    assert budgets.counted_by == "app_company"
    with pytest.raises(RateLimited):
        procore.company(COMPANY).time_types()
    assert procore.company(7).time_types() == []


def test_people_that_were_seen_to_be_counted_apart_do_not_hold_each_other(
    budgets: MemoryBudgets, procore: Procore, web: Web
) -> None:
    """The stand-in's third way to count."""
    budgets.learn("app_company", START)
    knows(budgets, "user:1", COMPANY, Budget(600, 12, SOON))
    web.answer("GET", TYPES, [], headers=limits(599))
    procore.company(COMPANY).time_types()
    assert budgets.counted_by == "app_company_user"


@pytest.mark.parametrize("remaining", [29, 20, 1])
def test_an_answer_that_fits_one_count_proves_nothing(
    procore: Procore, web: Web, budgets: MemoryBudgets, remaining: int
) -> None:
    """Counted per app, the other company's answers say less and less."""
    knows(budgets, SERVICE, COMPANY, Budget(600, 30, SOON))
    web.answer("GET", THEIR_TYPES, [], headers=limits(remaining))
    procore.company(7).time_types()
    assert budgets.counted_by is None


def test_answers_that_overtook_each_other_prove_nothing(
    procore: Procore, web: Web, budgets: MemoryBudgets
) -> None:
    """The other's was counted later and came first."""
    knows(budgets, SERVICE, COMPANY, Budget(600, 30, SOON))
    web.answer("GET", THEIR_TYPES, [], headers=limits(36))
    procore.company(7).time_types()
    assert budgets.counted_by is None


def test_a_window_that_is_about_to_end_proves_nothing(
    procore: Procore, web: Web, budgets: MemoryBudgets
) -> None:
    """Headers have whole seconds: it may be over already."""
    knows(budgets, SERVICE, COMPANY, Budget(100, 3, START + timedelta(seconds=2)))
    web.answer("GET", THEIR_TYPES, [], headers=limits(99, 100, 12))
    procore.company(7).time_types()
    assert budgets.counted_by is None


def test_a_429_out_of_the_blue_while_another_is_blocked_shows_that_the_count_is_shared(
    procore: Procore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """Wrong headers had made us believe otherwise; for an hour nothing is believed again."""
    budgets.learn("app_company", START)
    knows(budgets, SERVICE, COMPANY, Budget(600, 30, SOON, blocked_until=SOON))
    web.answer("GET", THEIR_TYPES, {}, 429, {"Retry-After": "5"})
    web.answer("GET", THEIR_TYPES, [], headers=limits(590))
    with pytest.raises(RateLimited):
        procore.company(7).time_types()
    assert budgets.counted_by == "app"
    clock.advance(45)
    knows(budgets, SERVICE, COMPANY, Budget(600, 30, SOON + timedelta(hours=2)))
    procore.company(7).time_types()
    assert budgets.counted_by == "app"
    clock.advance(3600)
    procore.company(7).time_types()
    assert budgets.counted_by == "app_company"


# ---- who goes first ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left, may",
    [
        (30, {Priority.FIRST, Priority.BACKLOG, Priority.BACKGROUND}),
        (24, {Priority.FIRST, Priority.BACKLOG}),
        (9, {Priority.FIRST}),
    ],
)
def test_what_nobody_waits_for_stops_first(
    left: int, may: set[Priority], budgets: MemoryBudgets, clock: ManualClock
) -> None:
    """D104: sweeps leave a quarter, the rest of a backlog a tenth to changes that were just made."""
    knows(budgets, SERVICE, 7, Budget(100, left, SOON))
    pacer = Pacer(budgets, clock, Random(1))
    for priority in Priority:
        if priority in may:
            pacer.before(SERVICE, COMPANY, priority)
            continue
        with pytest.raises(RateLimited) as told:
            pacer.before(SERVICE, COMPANY, priority)
        assert told.value.until > SOON
    clock.advance(41)
    for priority in Priority:
        pacer.before(SERVICE, COMPANY, priority)


def test_of_several_calls_at_once_no_more_are_made_than_are_left(
    budgets: MemoryBudgets, clock: ManualClock
) -> None:
    """Invariant 8: two are left, and neither has its answer when the third wants to go; whoever shares the count."""
    knows(budgets, SERVICE, 7, Budget(600, 2, SOON))
    pacer = Pacer(budgets, clock, Random(1))
    pacer.before(SERVICE, 7)
    pacer.before(SERVICE, COMPANY)
    for company in (7, COMPANY):
        with pytest.raises(RateLimited) as told:
            pacer.before(SERVICE, company)
        assert told.value.until > SOON
    clock.advance(41)
    pacer.before(SERVICE, COMPANY)


# ---- the database ------------------------------------------------------------------------------------


def test_plenty_left_costs_no_write_per_call(
    company: CompanyAtProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """A hundred calls in one window: one note, though Date is cut to whole seconds and the end seems to wobble."""
    web.mock.add_callback("GET", TYPES, lambda request: (200, limits(400) | dated(clock), "[]"))
    for _ in range(100):
        company.time_types()
        clock.advance(0.13)
    assert budgets.writes == 1


def test_windows_that_change_with_every_call_are_noted_every_few_seconds(
    company: CompanyAtProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """The ten-second window moves on and on."""
    web.mock.add_callback(
        "GET", TYPES, lambda request: (200, limits(90, 100, (clock.now() - START).total_seconds() + 10), "[]")
    )
    for _ in range(20):
        company.time_types()
        clock.advance(2)
    assert budgets.writes <= 9


@pytest.mark.parametrize(
    "remaining, limit, is_noted", [(10, 25, True), (11, 25, False), (59, 600, True), (61, 600, False)]
)
def test_when_little_is_left_it_is_shared_at_once(
    company: CompanyAtProcore,
    web: Web,
    clock: ManualClock,
    budgets: MemoryBudgets,
    remaining: int,
    limit: int,
    is_noted: bool,
) -> None:
    """Under a tenth, or ten calls."""
    web.answer("GET", TYPES, [], headers=limits(limit - 1, limit))
    web.answer("GET", TYPES, [], headers=limits(remaining, limit))
    company.time_types()
    company.time_types()
    assert (budgets.budget(SERVICE, COMPANY).remaining == remaining) == is_noted


def test_an_answer_that_was_under_way_does_not_lift_a_block(
    company: CompanyAtProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """Another process's 429 came in between."""
    until = START + timedelta(seconds=30)

    def answer(request: requests.PreparedRequest):
        budgets.block(SERVICE, COMPANY, until, START)
        return 200, limits(5), "[]"

    web.mock.add_callback("GET", TYPES, answer)
    company.time_types()
    assert budgets.budget(SERVICE, COMPANY).blocked_until == until
    with pytest.raises(RateLimited):
        company.time_types()
