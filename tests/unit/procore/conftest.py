"""The adapter against canned answers (`responses`): its own clock, its stores in memory, no waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
import requests
import responses

from tests.fixtures.settings import config_for
from tests.unit.procore.canned import COMPANY, START, MakeProcore, MakeSession, Web
from tests.unit.procore.memory import MemoryBudgets, MemoryKinds, MemoryTokens
from webapp.clock import ManualClock
from webapp.procore.client import READ_RETRIES, new_session
from webapp.procore.factory import CompanyAtProcore, Procore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def tokens() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def budgets() -> MemoryBudgets:
    return MemoryBudgets()


@pytest.fixture
def make_session() -> Iterator[MakeSession]:
    """Real sessions that retry without waiting, closed at the end."""
    made: list[requests.Session] = []

    def make() -> requests.Session:
        made.append(new_session(READ_RETRIES.new(backoff_factor=0)))
        return made[-1]

    yield make
    for session in made:
        session.close()


@pytest.fixture
def kinds() -> MemoryKinds:
    return MemoryKinds()


@pytest.fixture
def make_procore(
    clock: ManualClock,
    tokens: MemoryTokens,
    budgets: MemoryBudgets,
    kinds: MemoryKinds,
    make_session: MakeSession,
) -> MakeProcore:
    """Waiting, unless told otherwise, moves the clock."""

    def make(pause: Callable[[float], None] = clock.advance) -> Procore:
        return Procore(config_for(), clock, tokens, budgets, kinds, Random(7), pause, make_session)

    return make


@pytest.fixture
def procore(make_procore: MakeProcore) -> Procore:
    return make_procore()


@pytest.fixture
def company(procore: Procore) -> CompanyAtProcore:
    return procore.company(COMPANY)


@pytest.fixture
def web(clock: ManualClock) -> Iterator[Web]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        web = Web(mock, clock)
        web.gives_tokens()
        yield web
