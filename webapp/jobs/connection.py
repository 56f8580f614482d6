"""Doors to what keeps connections whole: hooks of new projects, removals still owed, sign-ins that ran out."""

from __future__ import annotations

from webapp import wiring
from webapp.services import connection, removals, sign_in


def verify_hooks(company_id: int) -> None:
    connection.verify_hooks(company_id)


def retry_removals(_: int) -> None:
    removals.retry(wiring.clock().now())


def purge_sign_ins(_: int) -> None:
    sign_in.purge()
