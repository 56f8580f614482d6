"""The doors on real sockets: calls, lost answers, sign-in, the sender, the control API."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from random import Random
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from procore_sandbox.http.app import create_app
from procore_sandbox.http.sandbox import Sandbox
from procore_sandbox.http.server import Server
from procore_sandbox.model import AppRegistration, DrivenClock, World
from procore_sandbox.model.deliveries import Outgoing
from procore_sandbox.sender import Sender, attempt
from tests.sandbox.cast import CALLBACK, CREDENTIALS, MONDAY_NOON

Received = tuple[str | None, dict[str, Any]]


class Door:
    """A running stand-in: its address, a session, a frozen clock."""

    def __init__(self) -> None:
        self.clock = DrivenClock(MONDAY_NOON)
        world = World(self.clock, Random(5), app=AppRegistration())
        self.company_id = world.companies()[0].id
        self.bridge_id = world.projects(self.company_id)[0].id
        world.install(self.company_id)
        self.sandbox = Sandbox(world, self.clock)
        self.server = Server(create_app(self.sandbox, hosts=("127.0.0.1",)), "127.0.0.1", 0)
        self.server.start()
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(
            method, self.server.url + path, timeout=10, allow_redirects=False, **options
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.ask(method, f"/sandbox/api{path}", json=body)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        token = self.ask(
            "POST", "/oauth/token", data={"grant_type": "client_credentials", **CREDENTIALS}
        ).json()
        headers = {
            "Authorization": f"Bearer {token['access_token']}",
            "Procore-Company-Id": str(self.company_id),
        }
        return self.ask(method, path, headers=headers, **options)


@pytest.fixture
def door() -> Iterator[Door]:
    opened = Door()
    yield opened
    opened.session.close()
    opened.server.stop()


@pytest.fixture
def receiver() -> Iterator[tuple[str, "Queue[Received]"]]:
    """An address that takes webhooks, and what it was sent. It refuses the first one."""
    received: Queue[Received] = Queue()
    answers = iter([503])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(next(answers, 204))
            self.send_header("Content-Length", "0")
            self.end_headers()
            received.put((self.headers["Authorization"], json.loads(body)))

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", received
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_call_comes_through_with_procores_headers(door: Door) -> None:
    """R35. The Date follows the model's clock."""
    answer = door.api("GET", f"/rest/v1.0/companies/{door.company_id}/timecard_entries?per_page=1")
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["Date"] == "Mon, 16 Nov 2026 12:00:00 GMT"
    assert {"X-Request-Id", "X-Rate-Limit-Remaining", "Total", "Per-Page"} <= answer.headers.keys()


def test_a_lost_answer_closes_the_connection(door: Door) -> None:
    """D6."""
    door.control("POST", "/faults", {"effect": "lose_answer", "path": "/rest/", "times": 1})
    with pytest.raises(requests.ConnectionError):
        door.api("GET", "/rest/v1.0/companies")
    assert door.api("GET", "/rest/v1.0/companies").status_code == 200


def test_a_person_signs_in_by_the_form_and_the_code_is_good(door: Door) -> None:
    """R2."""
    query = {
        "response_type": "code",
        "client_id": CREDENTIALS["client_id"],
        "redirect_uri": CALLBACK,
        "state": "s1",
    }
    assert door.ask("GET", "/oauth/authorize", params=query).status_code == 200
    user_id = door.control("GET", "/state")["companies"][0]["users"][1]["id"]
    answer = door.ask("POST", "/oauth/authorize", data={**query, "user_id": user_id, "decision": "allow"})
    values = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert values["state"] == ["s1"]
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": values["code"][0]}
    assert door.ask("POST", "/oauth/token", data={**form, **CREDENTIALS}).json()["refresh_token"]


def next_after_pauses(door: Door, received: "Queue[Received]") -> Received:
    """The next webhook; the clock jumps over the pauses, however long the sender takes to notice a failure."""
    for _ in range(100):
        door.control("POST", "/clock", {"advance": 5})
        try:
            return received.get(timeout=0.2)
        except Empty:
            continue
    raise AssertionError("nothing was sent again")


def test_webhooks_are_really_sent_and_sent_again_after_a_failure(
    door: Door, receiver: tuple[str, "Queue[Received]"]
) -> None:
    """R4, R10, D1."""
    address, received = receiver
    values = {
        "api_version": "v2",
        "namespace": "timesite",
        "destination_url": address,
        "destination_headers": {"Authorization": "Bearer shared"},
    }
    scope = {"project_id": door.bridge_id}
    hook = door.api("POST", "/rest/v1.0/webhooks/hooks", json={**scope, "hook": values}).json()
    trigger = {"resource_name": "Timecard Entries", "event_type": "create"}
    path = f"/rest/v1.0/webhooks/hooks/{hook['id']}/triggers"
    assert door.api("POST", path, json={**scope, "api_version": "v2", "trigger": trigger}).status_code == 201
    sender = Sender(door.sandbox)
    sender.start()
    try:
        body = {"count": 1, "project_ids": [door.bridge_id]}
        [card_id] = door.control("POST", f"/companies/{door.company_id}/timecards/bulk", body)["ids"]
        first = received.get(timeout=10)
        second = next_after_pauses(door, received)
    finally:
        sender.stop()
    assert first == second
    assert first[0] == "Bearer shared"
    assert (first[1]["event_type"], first[1]["resource_id"]) == ("create", card_id)


def test_a_receiver_that_is_not_there_is_a_failed_attempt() -> None:
    outgoing = Outgoing(1, 1, "http://127.0.0.1:1/", None, b"{}")
    with requests.Session() as session:
        assert attempt(session.post, outgoing) == (None, "", "ConnectionError")


def test_a_receiver_that_takes_too_long_is_a_time_out() -> None:
    """Procore waits five seconds."""
    waited = []

    def post(address: str, **options: Any) -> requests.Response:
        waited.append(options["timeout"])
        raise requests.ReadTimeout

    assert attempt(post, Outgoing(1, 1, "http://127.0.0.1:1/", None, b"{}")) == (None, "", "timeout")
    assert waited == [5.0]


def test_a_person_in_procore_acts_through_the_control_api(door: Door) -> None:
    """What benches use: enter, edit, approve, delete, look."""
    directory = door.control("GET", f"/companies/{door.company_id}/directory")
    code = next(each["id"] for each in directory["cost_codes"] if each["project_id"] == door.bridge_id)
    person = directory["people"][3]
    cards = f"/companies/{door.company_id}/timecards"
    values = {
        "project_id": door.bridge_id,
        "date": "2026-11-16",
        "hours": "6.5",
        "cost_code_id": code,
        "party_id": person["id"],
        "user": "Frank Weber",
    }
    card = door.control("POST", cards, values)
    assert (card["hours"], card["billable"], card["created_by"]["name"]) == ("6.5", True, "Frank Weber")
    one = f"/timecards/{card['id']}"
    assert door.control("PATCH", one, {"hours": "7.0"})["hours"] == "7.0"
    assert (
        door.control("POST", f"{cards}/approval", {"ids": [card["id"]]})[0]["approval_status"] == "approved"
    )
    refused = door.ask("DELETE", f"/sandbox/api{one}", json={})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["approval_status"])
    door.control("POST", f"{cards}/approval", {"ids": [card["id"]], "status": "pending"})
    door.control("DELETE", one, {})
    history = [each["column"] for each in door.control("GET", one)["change_history"]]
    assert history == ["hours", "approval_status", "approval_status", "deleted_at"]
    assert door.control("GET", cards) == []


def test_the_app_is_installed_permitted_and_uninstalled_through_the_control_api(door: Door) -> None:
    """R1, R8."""
    company = f"/companies/{door.company_id}"
    assert door.control("POST", f"{company}/withdraw", {"tool": "Timecard"})["withdrawn_tools"] == [
        "Timecard"
    ]
    assert door.control("POST", f"{company}/give-back", {"tool": "Timecard"})["withdrawn_tools"] == []
    body = {"project_ids": [door.bridge_id]}
    assert door.control("PUT", f"{company}/permitted-projects", body)["permitted_project_ids"] == [
        door.bridge_id
    ]
    assert door.control("POST", f"{company}/update", {})["permitted_project_ids"] == []
    door.control("POST", f"{company}/uninstall")
    assert door.api("GET", "/rest/v1.0/companies").json() == []
    assert door.control("POST", f"{company}/install", {})["uninstalled_at"] is None


def test_projects_and_people_are_added_and_changed_through_the_control_api(door: Door) -> None:
    """R4, D63."""
    body = {"parent_id": door.company_id, "name": "New Quay", "project_number": "2300"}
    project = door.control("POST", "/records/project", body)
    changed = door.control("PATCH", f"/records/project/{project['id']}", {"name": "Old Quay"})
    assert (changed["name"], changed["project_number"]) == ("Old Quay", "2300")


@pytest.mark.parametrize(
    "method, path, body, status",
    [
        ("PATCH", "/switches", {"no_such": 1}, 422),
        ("POST", "/faults", {"effect": "nonsense"}, 422),
        ("POST", "/companies/1/install", {}, 404),
        ("GET", "/timecards/1", None, 404),
        ("PATCH", "/records/person/1", {"is_active": False}, 404),
        ("POST", "/faults", [1], 422),
    ],
)
def test_what_the_control_api_cannot_do_it_says(
    door: Door, method: str, path: str, body: Any, status: int
) -> None:
    answer = door.ask(method, f"/sandbox/api{path}", json=body)
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)


@pytest.mark.parametrize(
    "headers, status", [({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 400)]
)
def test_another_sites_page_cannot_drive_it(door: Door, headers: dict[str, str], status: int) -> None:
    assert door.ask("POST", "/sandbox/api/reset", headers=headers).status_code == status


def test_health_and_log_are_served(door: Door) -> None:
    door.api("GET", "/rest/v1.0/nothing")
    health = door.control("GET", "/health")
    assert {each["key"]: each["own"] for each in health["observations"]}["private_endpoint"] == 1
    assert door.control("GET", "/requests")[0]["path"] == "/rest/v1.0/nothing"
    assert door.control("GET", "/hooks") == []
    door.control("DELETE", "/health")
    assert door.control("GET", "/health")["calls"] == 0


def test_cards_are_restored_copied_and_signed_through_the_control_api(door: Door) -> None:
    """D3, D6, D46."""
    [card_id] = door.control("POST", f"/companies/{door.company_id}/timecards/bulk", {"count": 1})["ids"]
    door.control("DELETE", f"/timecards/{card_id}")
    assert door.control("POST", f"/timecards/{card_id}/restore")["deleted_at"] is None
    assert door.control("POST", f"/timecards/{card_id}/copy", {"hours": "2.0"})["hours"] == "2.0"
    assert door.control("POST", f"/timecards/{card_id}/sign")["procore_signature"] is not None
    unsigned = door.control("POST", f"/timecards/{card_id}/sign", {"is_signed": False})
    assert unsigned["procore_signature"] is None


def test_what_befalls_hooks_is_done_through_the_control_api(door: Door) -> None:
    hook = {"api_version": "v2", "namespace": "x", "destination_url": "http://127.0.0.1:9/none"}
    body = {"project_id": door.bridge_id, "hook": hook}
    key = door.api("POST", "/rest/v1.0/webhooks/hooks", json=body).json()["id"]
    trigger = {"resource_name": "Timecard Entries", "event_type": "update"}
    path = f"/rest/v1.0/webhooks/hooks/{key}/triggers"
    made = {"project_id": door.bridge_id, "api_version": "v2", "trigger": trigger}
    trigger_id = door.api("POST", path, json=made).json()["id"]
    changed = door.control("PATCH", f"/hooks/{key}", {"authorization": "Bearer other", "status": "active"})
    assert changed["destination_headers"] == {"Authorization": "***other"}
    event = {"company_id": door.company_id, "project_id": door.bridge_id, "resource_id": 4711}
    door.control("POST", "/events", event)
    [card_id] = door.control(
        "POST", f"/companies/{door.company_id}/timecards/bulk", {"count": 1, "project_ids": [door.bridge_id]}
    )["ids"]
    door.control("POST", "/events/storm", {"ids": [card_id], "count": 3})
    assert door.control("POST", "/deliveries/discard") == {"discarded": 4}
    door.control("DELETE", f"/triggers/{trigger_id}")
    door.control("DELETE", f"/hooks/{key}")
    assert door.control("GET", "/hooks") == []
