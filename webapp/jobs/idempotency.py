"""Door to the purge of old idempotency keys."""

from __future__ import annotations

from webapp.services import idempotency


def purge(_: int) -> None:
    idempotency.purge()
