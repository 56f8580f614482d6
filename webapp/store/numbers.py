"""Our number on a card of Procore: by it the card that a timesheet was sent as is known again (D6)."""

from __future__ import annotations

from hashlib import sha256

from webapp.store.models import Timesheet

NUMBERS = 2**53
"""Below this, so that no JSON reader rounds them."""


def number_of(timesheet: Timesheet) -> int:
    """One for each timesheet; the same whenever it is asked for."""
    what = f"{timesheet.company_id} {timesheet.id} {timesheet.created_at.isoformat()}"
    return int.from_bytes(sha256(what.encode()).digest()) % (NUMBERS - 1) + 1
