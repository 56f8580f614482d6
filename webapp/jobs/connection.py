"""Doors to what keeps connections whole: hooks at Procore, removals still owed, sign-ins that ran out."""

from __future__ import annotations

from webapp import wiring
from webapp.jobs.background import background
from webapp.services import hook_care, removals, sign_in, silence


def verify_hooks(company_id: int) -> None:
    with background(verify_hooks, company_id):
        hook_care.look_after(company_id)
    silence.look(company_id)


def retry_removals(_: int) -> None:
    removals.retry(wiring.clock().now())


def purge_sign_ins(_: int) -> None:
    sign_in.purge()
