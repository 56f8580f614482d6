"""The launcher of the embedded Redis: one server per directory, nothing lost, nothing else touched."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from devtools import embedded_redis

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    embedded_redis.stop(tmp_path)


def start_in_another_process(directory: Path) -> str:
    command = [sys.executable, "-m", "devtools.embedded_redis", "--dir", str(directory)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def process_id(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def test_eight_simultaneous_starts_give_one_server(directory: Path) -> None:
    """R35: several processes of one demo or test run may start it at once."""
    with ThreadPoolExecutor(8) as pool:
        urls = set(pool.map(start_in_another_process, [directory] * 8))
    assert len(urls) == 1


def test_data_survive_kill_9(directory: Path) -> None:
    """R35: what was accepted is there after the server died without warning."""
    address, _ = embedded_redis.ensure(directory)
    with redis.Redis.from_url(address.url) as client:
        client.set("kept", "yes")
    server = process_id(address.url)
    os.kill(server, signal.SIGKILL)

    revived, is_started_here = embedded_redis.ensure(directory)

    assert is_started_here
    assert process_id(revived.url) != server
    with redis.Redis.from_url(revived.url) as client:
        assert client.get("kept") == b"yes"


def test_a_killed_server_comes_back_at_its_old_address(directory: Path) -> None:
    """R35: processes that hold the address find it there again; one that lives is left alone."""
    address, _ = embedded_redis.ensure(directory)
    assert not embedded_redis.revive(directory)
    killed = embedded_redis.process_of(directory)
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()

    assert embedded_redis.revive(directory)

    assert embedded_redis.running(directory) == address
    assert process_id(address.url) != killed.pid


def test_it_listens_on_loopback_only_and_wants_its_password(directory: Path) -> None:
    """R35: nobody else on the machine or the network can put jobs into the queue."""
    address, _ = embedded_redis.ensure(directory)
    with redis.Redis.from_url(address.url) as client:
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
    with (
        redis.Redis(host="127.0.0.1", port=address.port, retry=None) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    assert (directory / "server.json").stat().st_mode & 0o077 == 0


def test_a_given_redis_url_is_used_and_left_alone(directory: Path, redis_url: str) -> None:
    """R35: REDIS_URL, when set, is the one that is used."""
    with embedded_redis.embedded_redis(directory / "unused", {"REDIS_URL": redis_url}) as url:
        assert url == redis_url
    assert not (directory / "unused").exists()
    assert process_id(redis_url)


def test_a_server_that_another_process_started_is_left_running(directory: Path) -> None:
    """R35: it stops only what it started."""
    theirs = start_in_another_process(directory)
    with embedded_redis.embedded_redis(directory, {}) as url:
        assert url == theirs
    assert embedded_redis.running(directory)


def test_its_own_server_is_stopped_at_the_end(tmp_path: Path) -> None:
    """R35: Ctrl-C stops all of it."""
    with embedded_redis.embedded_redis(tmp_path, {}) as url:
        assert process_id(url)
    assert embedded_redis.running(tmp_path) is None
