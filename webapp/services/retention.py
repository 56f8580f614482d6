"""The daily purge of what is old (R36): in short transactions, so that nobody waits for it."""

from __future__ import annotations

from datetime import timedelta

from webapp import wiring
from webapp.store import retention
from webapp.store.session import transaction


def purge(company_id: int) -> int:
    """How many rows went."""
    now, config = wiring.clock().now(), wiring.config()
    messages = now - timedelta(days=config.keep_messages_days)
    raw_answers = now - timedelta(days=config.keep_raw_answers_days)
    total = 0
    for forget, before in (
        (retention.purge_messages, messages),
        (retention.purge_events, messages),
        (retention.purge_raw_answers, raw_answers),
    ):
        count = 1
        while count:
            with transaction(company_id) as session:
                count = forget(session, before)
            total += count
    return total
