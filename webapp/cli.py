"""For operators: flask --app wsgi companies | api-keys | sync. Values on stdout (JSON where it is more than one),
messages on stderr, exit status 0 or not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from flask import Flask
from flask.cli import AppGroup

from webapp.errors import AppError
from webapp.services import api_keys, checks, connection, ledger, sync

P = ParamSpec("P")
R = TypeVar("R")
BY = "command line"

companies_group = AppGroup("companies", help="Companies and their connection to Procore.")
keys_group = AppGroup("api-keys", help="Keys for the REST API.")
sync_group = AppGroup("sync", help="Look at the sync, and move it.")

procore_company_id = click.option(
    "--procore-company-id",
    "procore_id",
    type=click.IntRange(1, 2**63 - 1),
    required=True,
    help="Procore's company id.",
)


def register(app: Flask) -> None:
    for group in (companies_group, keys_group, sync_group):
        app.cli.add_command(group)


def told(command: Callable[P, R]) -> Callable[P, R]:
    """What goes wrong is said in one line on stderr, with exit status 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except AppError as error:
            _fail(f"{error.title}: {error}")

    return wrapped


@companies_group.command("connect")
@procore_company_id
@click.option("--name", required=True, help="The company's name.")
@click.option("--receive/--no-receive", default=None, help="Procore → Timesite; on for a new company.")
@click.option("--send/--no-send", default=None, help="Timesite → Procore; off for a new company.")
@told
def connect(procore_id: int, name: str, receive: bool | None, send: bool | None) -> None:
    """The same as the Connect button."""
    outcome = connection.connect(procore_id, name, BY, receive, send)
    _out(_plain(outcome))
    click.echo("Successfully connected." if outcome.is_new else "It was connected already.", err=True)


@companies_group.command("list")
@told
def list_companies() -> None:
    """Every company, as a JSON list."""
    _out([_plain(company) for company in connection.every_company()])


@companies_group.command("disconnect")
@procore_company_id
@told
def disconnect(procore_id: int) -> None:
    """Remove the hooks, end the keys, erase what came from Procore. Timesheets stay."""
    connection.disconnect(connection.procore_id_to_id(procore_id), BY)
    click.echo("Disconnected. The company's timesheets stay.", err=True)


@keys_group.command("create")
@procore_company_id
@click.option("--label", required=True, help="What the key is for.")
@click.option("--role", type=click.Choice(api_keys.ROLES), default="admin", show_default=True)
@click.option(
    "--days", type=click.IntRange(1, api_keys.LONGEST_DAYS), default=api_keys.DEFAULT_DAYS, show_default=True
)
@told
def create_key(procore_id: int, label: str, role: str, days: int) -> None:
    """Print a new key, this once, alone on stdout."""
    click.echo(api_keys.create(procore_id, label, role, days))
    click.echo("Keep it now: it is not shown again.", err=True)


@keys_group.command("list")
@told
def list_keys() -> None:
    """Every key without its secret, as a JSON list."""
    _out([_plain(key) for key in api_keys.every()])


@keys_group.command("revoke")
@click.argument("key_id", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@told
def revoke_key(key_id: int) -> None:
    """End a key now."""
    api_keys.revoke(key_id)
    click.echo(f"API key {key_id} is revoked.", err=True)


@sync_group.command("ledger")
@procore_company_id
@told
def show_ledger(procore_id: int) -> None:
    """The five counts, in records and hours."""
    _out(ledger.as_json(ledger.counts(connection.procore_id_to_id(procore_id))))


@sync_group.command("sweep")
@procore_company_id
@told
def sweep(procore_id: int) -> None:
    """One sweep now."""
    outcome = sync.sweep_company(connection.procore_id_to_id(procore_id))
    if outcome is None:
        _fail("Another worker has this company just now, or it is not connected. Try again.")
    _out(_plain(outcome))


@sync_group.command("check")
@procore_company_id
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@click.option("--repair", is_flag=True, help="Mark what differs; the worker, or drain, does the rest.")
@told
def check(procore_id: int, first: datetime, last: datetime, repair: bool) -> None:
    """Compare both sides of these days; exit status 1 if anything differs."""
    company_id = connection.procore_id_to_id(procore_id)
    result = checks.run(company_id, first.date(), last.date(), BY, repair=repair)
    _out(result.as_json())
    if not result.do_agree:
        marked = f" {result.marked} records are marked for repair." if repair else ""
        _fail(f"The two sides differ.{marked}")


@sync_group.command("drain")
@click.option("--timeout", type=click.FloatRange(0, 86_400), default=60.0, show_default=True, help="Seconds.")
@told
def drain(timeout: float) -> None:
    """Work until nothing is ready; exit status 0 only then. Needs no Redis."""
    drained = sync.drain(timeout)
    _out({"worked": drained.worked, "waiting": drained.waiting})
    if drained.waiting:
        _fail(f"{drained.waiting} records are still ready.")


def _out(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _fail(text: str) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(1)


def _plain(value: Any) -> Any:
    """A dataclass as JSON: moments in UTC, Procore's ids as text."""
    fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {name: _word(name, field) for name, field in fields.items()}


def _word(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if name.startswith("procore_") and isinstance(value, int):
        return str(value)
    return value
