"""`python -m procore_sandbox`: reads the arguments, wires the parts together, serves until it is told to stop."""

import argparse
import signal
import sys
from random import SystemRandom
from threading import Thread

from .http.app import create_app
from .http.sandbox import Sandbox
from .http.server import Server
from .model import AppRegistration, DrivenClock, World
from .model.state import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from .sender import Sender
from .storage import SqliteStorage

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


def parser() -> argparse.ArgumentParser:
    """Every option has a default that fits `make demo`."""
    options = argparse.ArgumentParser(
        prog="python -m procore_sandbox",
        description="A local stand-in for Procore: sign-in, REST API, webhooks, faults, and its pages.",
    )
    options.add_argument("--host", default="localhost", help="address to listen on (default: %(default)s)")
    options.add_argument(
        "--port", type=int, default=8001, help="port; 0 picks a free one (default: %(default)s)"
    )
    options.add_argument(
        "--database",
        default="instance/procore_sandbox.sqlite3",
        metavar="FILE",
        help="SQLite file that keeps everything, or :memory: (default: %(default)s)",
    )
    options.add_argument(
        "--app-url", default="http://127.0.0.1:8000", help="base address of the app (default: %(default)s)"
    )
    options.add_argument("--app-name", default="Timesite", help="name of the app (default: %(default)s)")
    options.add_argument("--client-id", default=DEMO_CLIENT_ID, help="(default: %(default)s)")
    options.add_argument("--client-secret", default=DEMO_CLIENT_SECRET, help="(default: %(default)s)")
    options.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        help="registered redirect address, may be repeated (default: <app-url>/auth/callback)",
    )
    options.add_argument(
        "--installed", action="store_true", help="install the app in the first company at the start"
    )
    options.add_argument("--seed-empty", action="store_true", help="start without companies and people")
    return options


def build(arguments: argparse.Namespace) -> tuple[Sandbox, SqliteStorage | None]:
    """The World with its storage, its clock and its lock."""
    storage = None if arguments.database == ":memory:" else SqliteStorage(arguments.database)
    app = AppRegistration(
        client_id=arguments.client_id,
        client_secret=arguments.client_secret,
        url=arguments.app_url.rstrip("/"),
        name=arguments.app_name,
        redirect_uris=tuple(arguments.redirect_uri),
    )
    clock = DrivenClock()
    world = World(clock, SystemRandom(), app=app, storage=storage, is_seeded=not arguments.seed_empty)
    companies = world.companies()
    if arguments.installed and companies and world.installation(companies[0].id) is None:
        world.install(companies[0].id)
    return Sandbox(world, clock), storage


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT."""
    given = parser().parse_args(arguments)
    sandbox, storage = build(given)
    hosts = LOOPBACK if given.host in LOOPBACK else ()
    server = Server(create_app(sandbox, hosts=hosts), given.host, given.port)
    sender = Sender(sandbox)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: Thread(target=server.stop, daemon=True).start())
    sender.start()
    sys.stdout.write(f"Procore stand-in: http://{given.host}:{server.port} (app: {given.app_url})\n")
    sys.stdout.flush()
    server.serve()
    sender.stop()
    with sandbox.world():
        if storage is not None:
            storage.close()
    return 0
