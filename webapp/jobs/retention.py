"""Door to the daily purge of what is old."""

from __future__ import annotations

from webapp.services import retention


def purge(company_id: int) -> None:
    retention.purge(company_id)
