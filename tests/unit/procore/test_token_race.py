"""Many threads and processes at the moment when a token ends: one request for all of them (M16, invariant 8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import requests
from flask import Flask

from tests.unit.procore.canned import API, COMPANY, START, MakeProcore, Web
from tests.unit.procore.memory import MemoryBudgets, MemoryTokens
from webapp.clock import ManualClock
from webapp.domain.credentials import SERVICE, TokenPair, user_key
from webapp.errors import SignInExpired
from webapp.procore.pacing import Pacer
from webapp.procore.tokens import Tokens
from webapp.store.credentials import Credentials

ANA = user_key(8801457)
MANY = 50
OLD = TokenPair("access-old", "refresh-old", START)


class SlowSignIn:
    """Answers when all others have begun to wait; counts requests, and those that overlap."""

    def __init__(self) -> None:
        self.asked = self.under_way = self.overlaps = 0
        self.waiting, self.may_answer = threading.Semaphore(0), threading.Event()

    def client_credentials(self) -> TokenPair:
        self.asked += 1
        self.under_way += 1
        self.overlaps += self.under_way > 1
        for _ in range(MANY - 1):
            self.waiting.acquire(timeout=10)
        self.may_answer.set()
        self.under_way -= 1
        return TokenPair(f"access-{self.asked}", None, START + timedelta(minutes=90))


def at_once(app: Flask, act: Callable[[Tokens], str | None], sign_in: SlowSignIn) -> list[str | None]:
    """Each with a memory of its own, as 50 processes have; they share the database."""
    found: list[str | None] = []
    start = threading.Barrier(MANY)

    def pause(_: float) -> None:
        sign_in.waiting.release()
        sign_in.may_answer.wait(10)

    def run(number: int) -> None:
        clock, rng = ManualClock(START + timedelta(seconds=1)), Random(number)
        pacer = Pacer(MemoryBudgets(), clock, rng)
        tokens = Tokens(Credentials(), sign_in, pacer, clock, rng, pause)  # type: ignore[arg-type]  # a fake
        with app.app_context():
            start.wait(10)
            found.append(act(tokens))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_fifty_threads_at_expiry_make_one_token_request(app: Flask) -> None:
    """M16."""
    sign_in = SlowSignIn()
    with app.app_context():
        Credentials().save(SERVICE, OLD)
    found = at_once(app, lambda tokens: tokens.access(SERVICE), sign_in)
    assert found == ["access-1"] * MANY
    assert (sign_in.asked, sign_in.overlaps) == (1, 0)


def test_fifty_threads_whose_token_is_refused_make_one_token_request(app: Flask) -> None:
    """D100: refreshed once, under a lock, for all."""
    sign_in = SlowSignIn()
    with app.app_context():
        Credentials().save(SERVICE, TokenPair("access-old", None, START + timedelta(minutes=80)))
    found = at_once(app, lambda tokens: tokens.after_refusal(SERVICE, "access-old"), sign_in)
    assert found == ["access-1"] * MANY
    assert (sign_in.asked, sign_in.overlaps) == (1, 0)


class Killed(BaseException):
    """kill -9."""


class Fragile(MemoryTokens):
    """The process dies with Procore's answer in hand, before it is stored."""

    dies = True

    def save(self, key: str, pair: TokenPair) -> None:
        if self.dies:
            raise Killed
        super().save(key, pair)


def test_a_kill_between_procores_answer_and_the_commit_ends_in_sign_in_again_without_a_loop(
    make_procore: MakeProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """M16, R2: the old refresh token is void; that is found out with one request, by whoever comes next."""
    fragile = Fragile()
    tokens.rows = fragile.rows
    tokens.save(ANA, OLD)
    clock.advance(60)
    dying = make_procore()
    dying.tokens.store = fragile
    with pytest.raises(Killed):
        dying.person(ANA).me()
    clock.advance(46)
    web.mock.remove("POST", f"{API}/oauth/token")
    web.answer("POST", f"{API}/oauth/token", {"error": "invalid_grant"}, 400)
    for _ in range(30):
        with pytest.raises(SignInExpired):
            make_procore().person(ANA).me()
        clock.advance(10)
    assert len(web.requests("/oauth/token")) == 2
    assert web.requests("/rest/") == []


def test_a_kill_with_the_service_accounts_answer_in_hand_costs_one_more_request(
    make_procore: MakeProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """M16: it has nothing that is used only once; the dead process's lock ends by itself."""
    fragile = Fragile()
    tokens.rows = fragile.rows
    dying = make_procore()
    dying.tokens.store = fragile
    with pytest.raises(Killed):
        dying.company(COMPANY).time_types()
    web.answer("GET", f"{API}/rest/v1.0/companies/{COMPANY}/timecard_time_types", [])
    clock.advance(46)
    for _ in range(3):
        make_procore().company(COMPANY).time_types()
    assert web.tokens == 2


def test_a_sign_in_whose_answer_was_lost_is_not_asked_again_with_a_void_token(
    make_procore: MakeProcore, web: Web, clock: ManualClock, tokens: MemoryTokens
) -> None:
    """README of the contract, 2: void even when the answer is lost; Procore then says so, once."""
    tokens.save(ANA, OLD)
    clock.advance(60)
    web.mock.remove("POST", f"{API}/oauth/token")
    answers: list[Any] = [requests.ReadTimeout("slow"), (400, {}, '{"error": "invalid_grant"}')]

    def answer(_: requests.PreparedRequest) -> Any:
        one = answers.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    web.mock.add_callback("POST", f"{API}/oauth/token", answer)
    told = []
    for _ in range(6):
        try:
            make_procore().person(ANA).me()
        except Exception as error:
            told.append(type(error).__name__)
        clock.advance(5)
    assert told == ["ProcoreUnavailable"] + ["SignInExpired"] * 5
    assert answers == []
