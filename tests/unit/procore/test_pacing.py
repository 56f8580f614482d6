"""Rate limits: Procore's headers lead, all processes obey, and the database is not written per call."""

from datetime import timedelta
from email.utils import format_datetime
from random import Random

import pytest
import requests

from tests.unit.procore.canned import API, COMPANY, START, MakeProcore, Web
from tests.unit.procore.memory import MemoryBudgets
from webapp.clock import ManualClock
from webapp.domain.credentials import SERVICE, Budget
from webapp.errors import RateLimited
from webapp.procore.factory import CompanyAtProcore, Procore
from webapp.procore.pacing import Pacer

TYPES = f"{API}/rest/v1.0/companies/{COMPANY}/timecard_time_types"


def limits(remaining: int, limit: int = 600, seconds: float = 1000) -> dict[str, str]:
    return {
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Remaining": str(remaining),
        "X-Rate-Limit-Reset": str(int(START.timestamp() + seconds)),
    }


def dated(clock: ManualClock) -> dict[str, str]:
    return {"Date": format_datetime(clock.now().replace(microsecond=0), usegmt=True)}


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


def test_a_block_of_one_company_does_not_hold_another(procore: Procore, web: Web) -> None:
    """README of the contract, 12.14: if it counts per app, the other company hears it by its own 429."""
    web.answer("GET", TYPES, {}, 429, {"Retry-After": "30"})
    web.answer("GET", f"{API}/rest/v1.0/companies/7/timecard_time_types", [])
    with pytest.raises(RateLimited):
        procore.company(COMPANY).time_types()
    assert procore.company(7).time_types() == []


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


def test_after_a_block_one_process_tries_first(
    make_procore: MakeProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """A single probe: the others wait for what it hears."""
    budgets.rows[SERVICE, COMPANY] = Budget(blocked_until=START - timedelta(seconds=1))
    one, other = Pacer(budgets, clock, Random(1)), Pacer(budgets, clock, Random(2))
    assert one.before(SERVICE, COMPANY) is not None
    with pytest.raises(RateLimited):
        other.before(SERVICE, COMPANY)


def test_two_that_saw_the_block_end_in_the_same_moment_do_not_both_try(
    clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """Compare-and-set."""
    budgets.rows[SERVICE, COMPANY] = Budget(blocked_until=START + timedelta(milliseconds=500))
    one, other = Pacer(budgets, clock, Random(1)), Pacer(budgets, clock, Random(2))
    for pacer in (one, other):
        with pytest.raises(RateLimited):
            pacer.before(SERVICE, COMPANY)
    clock.advance(0.6)
    assert one.before(SERVICE, COMPANY) is not None
    with pytest.raises(RateLimited):
        other.before(SERVICE, COMPANY)


def test_a_probe_that_never_answers_does_not_block_for_ever(
    clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """D10: its process may have been killed."""
    budgets.rows[SERVICE, COMPANY] = Budget(blocked_until=START - timedelta(seconds=1))
    Pacer(budgets, clock, Random(1)).before(SERVICE, COMPANY)
    clock.advance(11)
    assert Pacer(budgets, clock, Random(2)).before(SERVICE, COMPANY) is not None


def test_a_probe_that_gets_through_opens_for_all(
    company: CompanyAtProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """D104: resumes by itself."""
    budgets.rows[SERVICE, COMPANY] = Budget(blocked_until=START - timedelta(seconds=1))
    web.answer("GET", TYPES, [], headers=limits(500))
    company.time_types()
    assert budgets.rows[SERVICE, COMPANY].blocked_until is None


def test_plenty_left_costs_no_write_per_call(
    company: CompanyAtProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """A hundred calls in one window: one note, though Date is cut to whole seconds and the end seems to wobble."""
    web.mock.add_callback("GET", TYPES, lambda request: (200, limits(400) | dated(clock), "[]"))
    for _ in range(100):
        company.time_types()
        clock.advance(0.13)
    assert budgets.writes == 1
    assert budgets.reads <= 15


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
    assert (budgets.rows[SERVICE, COMPANY].remaining == remaining) == is_noted


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
    assert budgets.rows[SERVICE, COMPANY].blocked_until == until
    with pytest.raises(RateLimited):
        company.time_types()
