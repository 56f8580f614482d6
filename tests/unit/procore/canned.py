"""Who the tests talk about, a time card as Procore writes it, and a Procore that answers what it is told to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import requests
import responses

from webapp.clock import ManualClock
from webapp.procore.factory import Procore

MakeProcore = Callable[..., Procore]
MakeSession = Callable[[], requests.Session]

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


class Web:
    """Procore's answers, in the order given, and the requests that came."""

    def __init__(self, mock: responses.RequestsMock, clock: ManualClock) -> None:
        self.mock, self.clock = mock, clock
        self.tokens = 0

    def answer(
        self,
        method: str,
        url: str,
        body: Any = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        sent = body if isinstance(body, (bytes, Exception)) else json.dumps(body).encode()
        date = {"Date": format_datetime(self.clock.now(), usegmt=True)}
        told = {"Per-Page": "2000"} if headers is None and isinstance(body, list) else headers or {}
        self.mock.add(method, url, body=sent, status=status, headers=date | told)

    def gives_tokens(self) -> None:
        """A new service token for each request."""

        def give(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            self.tokens += 1
            body = {"access_token": f"access-{self.tokens}", "token_type": "bearer", "expires_in": 5400}
            if "refresh" in str(request.body) or "authorization_code" in str(request.body):
                body["refresh_token"] = f"refresh-{self.tokens}"
            return 200, {}, json.dumps(body)

        self.mock.add_callback("POST", f"{API}/oauth/token", give)

    def requests(self, path: str = "/rest/") -> list[requests.PreparedRequest]:
        return [call.request for call in self.mock.calls if path in str(call.request.url)]
