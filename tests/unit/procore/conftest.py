"""The adapter against canned answers (`responses`): its own clock, its stores in memory, no waiting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from random import Random
from typing import Any

import pytest
import requests
import responses

from tests.fixtures.settings import config_for
from tests.unit.procore.canned import API, COMPANY, START
from tests.unit.procore.memory import MemoryBudgets, MemoryTokens
from webapp.clock import ManualClock
from webapp.procore.client import READ_RETRIES, new_session
from webapp.procore.factory import CompanyAtProcore, Procore

MakeProcore = Callable[..., Procore]


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
def make_session() -> Iterator[Callable[[], requests.Session]]:
    """Real sessions that retry without waiting, closed at the end."""
    made: list[requests.Session] = []

    def make() -> requests.Session:
        made.append(new_session(READ_RETRIES.new(backoff_factor=0)))
        return made[-1]

    yield make
    for session in made:
        session.close()


@pytest.fixture
def make_procore(
    clock: ManualClock,
    tokens: MemoryTokens,
    budgets: MemoryBudgets,
    make_session: Callable[[], requests.Session],
) -> MakeProcore:
    """Waiting, unless told otherwise, moves the clock."""

    def make(pause: Callable[[float], None] = clock.advance) -> Procore:
        return Procore(config_for(), clock, tokens, budgets, Random(7), pause, make_session)

    return make


@pytest.fixture
def procore(make_procore: MakeProcore) -> Procore:
    return make_procore()


@pytest.fixture
def company(procore: Procore) -> CompanyAtProcore:
    return procore.company(COMPANY)


class Web:
    """Procore's answers, in the order given, and the requests that came."""

    def __init__(self, mock: responses.RequestsMock, clock: ManualClock) -> None:
        self.mock, self.clock = mock, clock
        self.tokens = 0

    def answer(
        self,
        method: str,
        url: str,
        body: Any = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        sent = body if isinstance(body, (bytes, Exception)) else json.dumps(body).encode()
        date = {"Date": format_datetime(self.clock.now(), usegmt=True)}
        self.mock.add(method, url, body=sent, status=status, headers=date | (headers or {}))

    def gives_tokens(self) -> None:
        """A new service token for each request."""

        def give(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            self.tokens += 1
            body = {"access_token": f"access-{self.tokens}", "token_type": "bearer", "expires_in": 5400}
            if "refresh" in str(request.body) or "authorization_code" in str(request.body):
                body["refresh_token"] = f"refresh-{self.tokens}"
            return 200, {}, json.dumps(body)

        self.mock.add_callback("POST", f"{API}/oauth/token", give)

    def requests(self, path: str = "/rest/") -> list[requests.PreparedRequest]:
        return [call.request for call in self.mock.calls if path in str(call.request.url)]


@pytest.fixture
def web(clock: ManualClock) -> Iterator[Web]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        web = Web(mock, clock)
        web.gives_tokens()
        yield web
