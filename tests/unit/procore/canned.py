"""Who the tests talk about, and a time card as Procore writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
COMPANY = 4_102_987_000_001
API = "http://localhost:8001"
CARDS = f"{API}/rest/v1.0/companies/{COMPANY}/timecard_entries"


def card(procore_id: int = 1, **fields: Any) -> dict[str, Any]:
    """A time card as the company list writes it."""
    return {
        "id": procore_id,
        "created_at": "2026-11-21T22:41:09Z",
        "date": "2026-11-21",
        "deleted_at": None,
        "description": "Set anchor bolts",
        "billable": True,
        "in_progress": False,
        "hours": "8.5",
        "time_in": None,
        "time_out": None,
        "lunch_time": None,
        "approval_status": "pending",
        "updated_at": "2026-11-21T22:41:09Z",
        "timecard_type": "Regular Time",
        "origin_id": None,
        "cost_code": {"id": 61200417, "name": "Structural Steel"},
        "sub_job": None,
        "created_by": {"id": 8801457, "login": "dana@example.com", "name": "Dana Ortiz"},
        "timecard_time_type": {"id": 9310, "time_type": "Regular Time"},
        "party": {"id": 30554112, "name": "Marcus Bell"},
        "procore_signature": None,
        "project": {"id": 562949953, "name": "2207 - Harbor Street Clinic"},
        "line_item_type_id": 2114,
        **fields,
    }
