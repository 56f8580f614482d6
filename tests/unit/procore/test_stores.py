"""One suite for what the adapter asks of its stores: the tables on both databases, and the twins in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.fixtures.app import MakeApp
from tests.unit.procore.canned import START
from tests.unit.procore.memory import MemoryBudgets, MemoryTokens
from webapp.clock import ManualClock
from webapp.domain.credentials import SERVICE, Budget, StoredTokens, TokenPair
from webapp.extensions import db
from webapp.store.budgets import Budgets
from webapp.store.credentials import Credentials

KINDS = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
PAIR = TokenPair("access-one", "refresh-one", START + timedelta(minutes=90))
SPAN = timedelta(seconds=45)
LATER = START + SPAN
COMPANY = 4_102_987_000_001


@pytest.fixture(params=KINDS)
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any]]:
    if request.param == "memory":
        yield MemoryTokens(), MemoryBudgets()
        return
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    with request.getfixturevalue("make_app")(DATABASE_URL=url).app_context():
        yield Credentials(), Budgets()


@pytest.fixture
def tokens(stores: tuple[Any, Any]) -> Any:
    return stores[0]


@pytest.fixture
def budgets(stores: tuple[Any, Any]) -> Any:
    return stores[1]


def test_a_pair_is_read_back_as_it_was_stored(tokens: Any) -> None:
    """Mechanism 16."""
    assert tokens.read(SERVICE) is None
    tokens.save(SERVICE, PAIR)
    assert tokens.read(SERVICE) == StoredTokens(PAIR)
    tokens.forget(SERVICE)
    assert tokens.read(SERVICE) is None


def test_a_refusal_erases_the_pair_and_a_new_one_the_refusal(tokens: Any) -> None:
    """D100."""
    tokens.save(SERVICE, PAIR)
    tokens.refuse(SERVICE, START)
    assert tokens.read(SERVICE) == StoredTokens(None, START)
    tokens.save(SERVICE, PAIR)
    assert tokens.read(SERVICE) == StoredTokens(PAIR)


def test_the_lock_has_one_holder(tokens: Any) -> None:
    """Invariant 8."""
    assert tokens.lock(SERVICE, "one", ManualClock(START), SPAN)
    assert not tokens.lock(SERVICE, "other", ManualClock(START), SPAN)
    assert tokens.lock("user:1", "other", ManualClock(START), SPAN)


def test_only_the_holder_gives_the_lock_back(tokens: Any) -> None:
    """A process that was thought dead wakes up."""
    tokens.lock(SERVICE, "one", ManualClock(START), SPAN)
    tokens.unlock(SERVICE, "other")
    assert not tokens.lock(SERVICE, "other", ManualClock(START), SPAN)
    tokens.unlock(SERVICE, "one")
    assert tokens.lock(SERVICE, "other", ManualClock(START), SPAN)


def test_a_lock_ends_with_its_time_and_with_a_new_pair(tokens: Any) -> None:
    """D10."""
    tokens.lock(SERVICE, "killed", ManualClock(START), SPAN)
    assert tokens.lock(SERVICE, "next", ManualClock(LATER), SPAN)
    tokens.save(SERVICE, PAIR)
    assert tokens.lock(SERVICE, "third", ManualClock(LATER), SPAN)


def test_a_lock_of_a_clock_that_has_been_put_back_is_over(tokens: Any) -> None:
    """D10: of a process that was killed with it. One that is a little ahead is another machine's."""
    assert tokens.lock(SERVICE, "ahead", ManualClock(START + timedelta(seconds=30)), SPAN)
    assert not tokens.lock(SERVICE, "behind", ManualClock(START), SPAN)
    assert tokens.lock(SERVICE, "killed", ManualClock(LATER + timedelta(days=1)), SPAN)
    assert tokens.lock(SERVICE, "next", ManualClock(START), SPAN)


def test_who_was_stopped_while_asking_takes_nobodys_lock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 8: by the clock of when it asked, the lock that another has taken since would be one of a clock that
    has been put back."""
    clock, have_row = ManualClock(START), Credentials._have_row

    def stopped(credentials: Credentials, key: str) -> None:
        monkeypatch.setattr(Credentials, "_have_row", have_row)
        clock.advance(SPAN.total_seconds() + 5)
        assert Credentials().lock(SERVICE, "other", clock, SPAN)

    monkeypatch.setattr(Credentials, "_have_row", stopped)
    with app.app_context():
        assert not Credentials().lock(SERVICE, "one", clock, SPAN)


def test_a_lock_keeps_the_pair(tokens: Any) -> None:
    """Read again under the lock."""
    tokens.save(SERVICE, PAIR)
    tokens.lock(SERVICE, "one", ManualClock(START), SPAN)
    assert tokens.read(SERVICE).pair == PAIR


def own(budgets: Any, key: str = SERVICE, company: int = COMPANY) -> Budget:
    budget: Budget = budgets.near(key, company, START).own.budget
    return budget


def test_what_headers_said_is_shared(budgets: Any) -> None:
    """Invariant 8."""
    assert own(budgets) == Budget()
    budgets.note(SERVICE, COMPANY, Budget(600, 42, LATER), START)
    budgets.note(SERVICE, COMPANY, Budget(600, 41, LATER), START)
    assert own(budgets) == Budget(600, 41, LATER)
    assert own(budgets, company=COMPANY + 1) == Budget()
    assert own(budgets, key="user:1") == Budget()


def test_the_last_calls_are_taken_one_by_one(budgets: Any) -> None:
    """Invariant 8: what was taken is not given out again by an answer to a call before; a new window is."""
    budgets.note(SERVICE, COMPANY, Budget(600, 2, LATER), START)
    assert [budgets.take(SERVICE, COMPANY) for _ in range(3)] == [True, True, False]
    budgets.note(SERVICE, COMPANY, Budget(600, 1, LATER), START)
    assert (own(budgets).remaining, budgets.take(SERVICE, COMPANY)) == (0, False)
    budgets.note(SERVICE, COMPANY, Budget(600, 599, LATER + timedelta(seconds=10)), START)
    assert own(budgets).remaining == 599
    assert not budgets.take(SERVICE, COMPANY + 1)


def test_those_who_are_low_or_blocked_are_told_to_all(budgets: Any) -> None:
    """Invariant 8: whoever else they share a count with."""
    budgets.note(SERVICE, 1, Budget(600, 149, LATER), START)
    budgets.note(SERVICE, 2, Budget(600, 150, LATER), START)
    budgets.note(SERVICE, 3, Budget(600, 0, START), START - timedelta(seconds=9))
    budgets.block(SERVICE, 4, LATER, START)
    budgets.block(SERVICE, 5, START, START)
    found = budgets.near(SERVICE, COMPANY, START)
    assert {row.company: row.budget for row in found.others} == {
        1: Budget(600, 149, LATER),
        4: Budget(blocked_until=LATER),
    }


def test_a_block_is_never_shortened_nor_lost_by_a_note(budgets: Any) -> None:
    """D104."""
    budgets.block(SERVICE, COMPANY, LATER, START)
    budgets.block(SERVICE, COMPANY, START, START)
    budgets.note(SERVICE, COMPANY, Budget(600, 5, None), START)
    assert own(budgets) == Budget(600, 5, None, LATER)


def test_a_block_by_a_clock_that_has_been_put_back_is_replaced(budgets: Any) -> None:
    """D104: it is believed by nobody."""
    ahead = START + timedelta(days=1)
    budgets.block(SERVICE, COMPANY, ahead + timedelta(seconds=45), ahead)
    budgets.block(SERVICE, COMPANY, LATER, START)
    assert own(budgets).blocked_until == LATER


def test_failures_are_counted_until_an_answer_comes(budgets: Any) -> None:
    """M15."""
    budgets.fail(SERVICE, COMPANY, None)
    budgets.fail(SERVICE, COMPANY, LATER)
    budgets.fail(SERVICE, COMPANY, None)
    assert own(budgets) == Budget(failures=3, down_until=LATER)
    budgets.recover(SERVICE, COMPANY)
    assert own(budgets) == Budget()


def test_one_process_claims_the_probe(budgets: Any) -> None:
    """M15: half open for a single call."""
    budgets.fail(SERVICE, COMPANY, START)
    assert budgets.claim_probe(SERVICE, COMPANY, START, LATER)
    assert not budgets.claim_probe(SERVICE, COMPANY, START, LATER)
    assert own(budgets).down_until == LATER


def test_what_procore_counts_by_is_remembered(budgets: Any) -> None:
    """README of the contract, 12.22."""
    assert budgets.near(SERVICE, COMPANY, START).counted_by is None
    budgets.learn("app_company", START)
    budgets.learn("app", LATER)
    found = budgets.near(SERVICE, COMPANY, START)
    assert (found.counted_by, found.learnt_at, found.others) == ("app", LATER, ())


def test_tokens_are_unreadable_in_the_database(app: Flask) -> None:
    """Invariant 9: no token in any column but the vault's, and there only encrypted."""
    with app.app_context():
        Credentials().save(SERVICE, PAIR)
        rows = db.session.execute(text("SELECT * FROM credentials")).all()
    assert len(rows) == 1
    assert "access-one" not in str(rows)
    assert "refresh-one" not in str(rows)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_of_many_that_ask_at_once_one_gets_the_lock(
    kind: str, request: pytest.FixtureRequest, make_app: MakeApp
) -> None:
    """Mechanism 16: also when the row is not there yet."""
    app = make_app(DATABASE_URL=request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url"))
    won: list[bool] = []
    start = threading.Barrier(8)

    def ask(number: int) -> None:
        with app.app_context():
            start.wait(10)
            won.append(Credentials().lock(SERVICE, f"thread {number}", ManualClock(START), SPAN))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [False] * 7 + [True]
