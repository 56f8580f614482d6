"""A restart keeps everything; an in-memory world keeps nothing."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from procore_sandbox.model import DrivenClock, World
from procore_sandbox.storage import SqliteStorage
from tests.sandbox.cast import MONDAY_NOON, Api, Procore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "procore.sqlite3"


@pytest.fixture
def storage(file: Path) -> Iterator[SqliteStorage]:
    opened = SqliteStorage(str(file))
    yield opened
    opened.close()


def world_in(storage: SqliteStorage) -> World:
    return World(DrivenClock(MONDAY_NOON), Random(3), storage=storage)


def kept(file: Path) -> Iterator[World]:
    """The world as another process would find it."""
    storage = SqliteStorage(str(file))
    yield world_in(storage)
    storage.close()


def fill(world: World) -> Procore:
    """A world with a card, its history, a hook with a waiting event, tokens, a fault and a switch."""
    procore = Procore.around(world)
    procore.world.install(procore.company.id)
    procore.hook(procore.bridge)
    card = procore.enter(description="kept ✓")
    procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "7.25"})
    procore.world.add_fault(effect="refuse", operation="nothing")
    procore.world.set_switches(spike_limit=42)
    return procore


def test_every_record_is_the_same_after_a_restart(storage: SqliteStorage, file: Path) -> None:
    """R35."""
    procore = fill(world_in(storage))
    for world in kept(file):
        for kind, table in procore.world.state.tables.items():
            assert world.state.tables[kind].rows == table.rows, kind
        assert world.switches.spike_limit == 42


def test_work_goes_on_after_a_restart(storage: SqliteStorage, file: Path) -> None:
    """Tokens still work, waiting events are still sent, ids are not drawn twice, history is known."""
    procore = fill(world_in(storage))
    api, highest = procore.api, procore.world.state.next_number
    for world in kept(file):
        again = Api(world, api.token, procore.company.id)
        [row] = again.get(procore.cards_path).json()
        assert row["description"] == "kept ✓"
        assert len(again.get(f"{procore.cards_path}/{row['id']}/change_history").json()) == 1
        assert len(world.due_deliveries()) == 2
        assert world.enter_timecard(procore.dana.id, procore.bridge.id, procore.fields()).id > highest


def test_reset_goes_back_to_the_seed(storage: SqliteStorage, file: Path) -> None:
    world = world_in(storage)
    fill(world)
    world.reset()
    for fresh in (world, *kept(file)):
        assert len(fresh.companies()) == 2
        assert fresh.hooks() == []
        assert fresh.timecards(fresh.companies()[0].id) == []
        assert fresh.switches.spike_limit == 100


def test_an_empty_world_stays_empty() -> None:
    assert World(DrivenClock(MONDAY_NOON), Random(3), is_seeded=False).companies() == []
