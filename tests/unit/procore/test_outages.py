"""The circuit breaker: while Procore is away, one call tries every half minute, whoever would like to (M15, D105)."""

from __future__ import annotations

import pytest
import requests

from tests.unit.procore.canned import API, COMPANY, MakeProcore, Web
from tests.unit.procore.memory import MemoryBudgets, MemoryTokens
from webapp.clock import ManualClock
from webapp.domain.credentials import SERVICE
from webapp.errors import ProcoreUnavailable
from webapp.procore.factory import CompanyAtProcore

TYPES = f"{API}/rest/v1.0/companies/{COMPANY}/timecard_time_types"
THEIR_TYPES = f"{API}/rest/v1.0/companies/7/timecard_time_types"


def try_for(company: CompanyAtProcore, clock: ManualClock, seconds: int, every: float = 1.0) -> None:
    """As an impatient engine would."""
    end = clock.now().timestamp() + seconds
    while clock.now().timestamp() < end:
        with pytest.raises(ProcoreUnavailable):
            company.time_types()
        clock.advance(every)


def fail_five_times(company: CompanyAtProcore, web: Web) -> None:
    web.answer("GET", TYPES, {}, 503)
    for _ in range(5):
        with pytest.raises(ProcoreUnavailable):
            company.time_types()


def test_an_hour_of_503_costs_a_probe_every_half_minute(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """M15: at most one in 30 s, once it is known."""
    fail_five_times(company, web)
    clock.advance(1)
    asked = len(web.requests())
    try_for(company, clock, 3600)
    assert 60 <= len(web.requests()) - asked <= 120


def test_a_day_of_it_costs_a_probe_every_five_minutes(
    company: CompanyAtProcore, web: Web, clock: ManualClock
) -> None:
    """D105: for hours or days if need be."""
    web.answer("GET", TYPES, {}, 503)
    try_for(company, clock, 6 * 3600, every=20)
    asked = len(web.requests())
    try_for(company, clock, 24 * 3600, every=20)
    assert 240 <= len(web.requests()) - asked <= 300


@pytest.mark.parametrize("error", [requests.ConnectionError("refused"), requests.ReadTimeout("slow")])
def test_no_answer_at_all_counts_as_a_503_does(
    company: CompanyAtProcore, web: Web, clock: ManualClock, error: Exception
) -> None:
    """D105: connection refused, time-outs."""
    web.answer("GET", TYPES, error)
    try_for(company, clock, 600)
    assert len(web.requests()) <= 5 + 20


def test_all_processes_share_one_probe(make_procore: MakeProcore, web: Web, clock: ManualClock) -> None:
    """M15: half open with one."""
    fail_five_times(make_procore().company(COMPANY), web)
    clock.advance(40)
    for _ in range(6):
        with pytest.raises(ProcoreUnavailable) as told:
            make_procore().company(COMPANY).time_types()
        assert (told.value.retry_after or 0) >= 1
    assert len(web.requests()) == 6


def test_a_probe_that_never_answers_does_not_close_it_for_ever(
    company: CompanyAtProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """D10: its process may have been killed."""
    fail_five_times(company, web)
    clock.advance(40)
    company.api.pacer.before(SERVICE, COMPANY)
    clock.advance(31)
    company.api.pacer.before(SERVICE, COMPANY)


def test_the_first_answer_opens_it_for_all(
    make_procore: MakeProcore, web: Web, clock: ManualClock, budgets: MemoryBudgets
) -> None:
    """M15, R8: resumes by itself."""
    fail_five_times(make_procore().company(COMPANY), web)
    clock.advance(40)
    web.mock.replace("GET", TYPES, json=[])
    for _ in range(3):
        assert make_procore().company(COMPANY).time_types() == []
    assert budgets.budget(SERVICE, COMPANY).failures == 0


def test_another_company_goes_on(make_procore: MakeProcore, web: Web) -> None:
    """M15: one breaker for each."""
    procore = make_procore()
    web.answer("GET", THEIR_TYPES, [])
    fail_five_times(procore.company(COMPANY), web)
    assert procore.company(7).time_types() == []


def test_a_probe_is_one_request(make_procore: MakeProcore, web: Web, clock: ManualClock) -> None:
    """A read is otherwise repeated at once; not while Procore is known to be away."""
    company = make_procore().company(COMPANY)
    web.answer("GET", TYPES, {}, 502)
    with pytest.raises(ProcoreUnavailable):
        company.time_types()
    assert len(web.requests()) == 3
    with pytest.raises(ProcoreUnavailable):
        company.time_types()
    assert len(web.requests()) == 4


def test_a_sign_in_host_that_is_away_is_asked_every_half_minute(
    company: CompanyAtProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """M16, D105: by all companies together."""
    web.mock.remove("POST", f"{API}/oauth/token")
    web.answer("POST", f"{API}/oauth/token", requests.ConnectionError("down"))
    try_for(company, clock, 3600)
    assert len(web.requests("/oauth/token")) <= 5 + 120
    assert web.requests() == []
