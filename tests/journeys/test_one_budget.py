"""One budget for all processes and companies, whatever Procore counts calls by (D104, invariant 8, README 12.22)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import requests

from tests.fixtures.neighbour import neighbour_of
from tests.fixtures.site import InProcess, Site
from webapp import wiring
from webapp.domain.credentials import SERVICE
from webapp.errors import RateLimited
from webapp.procore.factory import Procore
from webapp.store.budgets import Budgets
from webapp.store.bulk_kinds import BulkKindStore
from webapp.store.credentials import Credentials

WAYS = ["app", "app_company", "app_company_user"]
SPIKE = 30


class Watching(InProcess):
    """Notes every call that is made although the last answer of that count had said that none is left."""

    def __init__(self, site: Site, key: Callable[[Any], tuple[Any, ...]]) -> None:
        super().__init__(site.world)
        self.site, self.key = site, key
        self.none_until: dict[tuple[Any, ...], float] = {}
        self.broken = 0
        self.answers: Counter[tuple[int, int]] = Counter()

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        if "/oauth/" in (request.url or ""):
            return super().send(request, **more)
        now, key = self.site.clock.now().timestamp(), self.key(request)
        self.broken += now < self.none_until.get(key, 0.0)
        answer = super().send(request, **more)
        self.answers[int(request.headers["Procore-Company-Id"]), answer.status_code] += 1
        if answer.headers.get("X-Rate-Limit-Remaining") == "0":
            self.none_until[key] = float(answer.headers["X-Rate-Limit-Reset"])
        return answer


def counted_by(way: str) -> Callable[[Any], tuple[Any, ...]]:
    def key(request: Any) -> tuple[Any, ...]:
        company, who = request.headers["Procore-Company-Id"], request.headers["Authorization"]
        return {"app": (), "app_company": (company,), "app_company_user": (company, who)}[way]

    return key


def processes(site: Site, watch: Watching, count: int) -> list[Procore]:
    """Adapters that share nothing but the database."""

    def session() -> requests.Session:
        made = requests.Session()
        made.mount("http://", watch)
        made.mount("https://", watch)
        return made

    config, clock = wiring.config(), site.clock
    return [
        Procore(config, clock, Credentials(), Budgets(), BulkKindStore(), Random(n), clock.advance, session)
        for n in range(count)
    ]


@pytest.fixture
def two(sqlite_site: Site) -> tuple[Site, Site]:
    sqlite_site.connect()
    other = neighbour_of(sqlite_site)
    other.connect()
    sqlite_site.clock.advance(60)
    return sqlite_site, other


@pytest.mark.parametrize("way", WAYS)
def test_no_process_calls_while_none_is_left_and_what_is_left_is_used(
    two: tuple[Site, Site], way: str
) -> None:
    """Invariant 8: four processes, one company with many calls, one with few, five minutes of the shorter window."""
    busy, quiet = two
    busy.world.set_switches(rate_limit_by=way, spike_limit=SPIKE)
    watch, rng = Watching(busy, counted_by(way)), Random(3)
    workers = processes(busy, watch, 4)
    refused: Counter[int] = Counter()
    end = busy.clock.now().timestamp() + 300
    while busy.clock.now().timestamp() < end:
        company = (quiet if rng.random() < 0.1 else busy).theirs.id
        try:
            rng.choice(workers).company(company).time_types()
        except RateLimited:
            refused[company] += 1
        busy.clock.advance(rng.uniform(0.05, 0.35))
    assert watch.broken == 0
    assert not any(status == 429 for _, status in watch.answers)
    assert refused[busy.theirs.id] > 100
    used = watch.answers[busy.theirs.id, 200]
    if way == "app":
        used += watch.answers[quiet.theirs.id, 200]
    assert used > 0.7 * 30 * SPIKE
    if way != "app":
        assert refused[quiet.theirs.id] <= 10, "counted apart, it need not wait for the other"


def test_two_calls_at_once_do_not_both_take_the_last_one(two: tuple[Site, Site]) -> None:
    """Invariant 8: one is left and under way when another process wants to call."""
    site, _ = two
    site.world.set_switches(spike_limit=SPIKE)
    watch = Watching(site, counted_by("app"))
    first, second = processes(site, watch, 2)
    for _ in range(SPIKE - 1):
        first.company(site.theirs.id).time_types()
    call, refused = site.world.call, []

    def meanwhile(*asked: Any) -> Any:
        site.world.call = call  # type: ignore[method-assign]  # once
        with pytest.raises(RateLimited) as told:
            second.company(site.theirs.id).time_types()
        refused.append(told.value)
        return call(*asked)

    site.world.call = meanwhile  # type: ignore[assignment,method-assign]  # while it is under way
    first.company(site.theirs.id).time_types()
    assert len(refused) == 1
    assert not any(status == 429 for _, status in watch.answers)


@pytest.mark.parametrize("way", ["app", "app_company"])
def test_what_is_counted_by_is_learnt_from_the_headers(two: tuple[Site, Site], way: str) -> None:
    """README of the contract, 12.22: the other company's next answer shows it."""
    busy, quiet = two
    busy.world.set_switches(rate_limit_by=way, spike_limit=SPIKE)
    procore = wiring.procore()
    for _ in range(SPIKE - 3):
        procore.company(busy.theirs.id).time_types()
    procore.company(quiet.theirs.id).time_types()
    known = Budgets().near(SERVICE, quiet.theirs.id, busy.clock.now()).counted_by
    assert known == (None if way == "app" else "app_company")


def test_a_429_that_comes_all_the_same_holds_every_process(two: tuple[Site, Site]) -> None:
    """D104: wrong or missing headers; the reset lies in the past."""
    busy, _ = two
    watch = Watching(busy, counted_by("app"))
    workers = processes(busy, watch, 3)
    busy.world.add_fault(effect="refuse", path="/rest/", status=429, retry_after=25)
    for _ in range(60):
        for worker in workers:
            for site in two:
                with pytest.raises(RateLimited):
                    worker.company(site.theirs.id).time_types()
        busy.clock.advance(1)
    assert sum(watch.answers.values()) <= 3
