"""What is known of a write whose answer never came, on real sockets."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.unit.procore.canned import MakeSession
from webapp.clock import ManualClock
from webapp.errors import ProcoreUnavailable, UnreadableAnswer
from webapp.procore.client import Client
from webapp.procore.paths import CREATE_TIMECARD, TIME_TYPES

Server = Callable[[bytes | None], str]


@pytest.fixture
def server() -> Iterator[Server]:
    """Reads a whole request, then sends these bytes and closes; None resets the connection instead."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(listener: socket.socket, raw: bytes | None) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                while b"\r\n\r\n" not in peer.recv(65536):
                    continue
                if raw is None:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    peer.sendall(raw)

    def start(raw: bytes | None) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threads.append(threading.Thread(target=serve, args=(listener, raw), daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(5)


def client_for(address: str, clock: ManualClock, make_session: Callable[[], requests.Session]) -> Client:
    return Client(address, address, clock, make_session)


def test_a_refused_connection_proves_that_nothing_was_done(
    clock: ManualClock, make_session: MakeSession
) -> None:
    """D6, D105."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ProcoreUnavailable) as told:
        client_for(address, clock, make_session).send(CREATE_TIMECARD, company_id=1, token="t", body={})
    assert not told.value.is_effect_unknown


@pytest.mark.parametrize(
    "raw",
    [
        None,
        b"",
        b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"id": 1',
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\n{",
        b"no http at all\r\n\r\n",
    ],
    ids=["reset", "closed", "short", "short chunk", "garbage"],
)
def test_a_write_that_may_have_arrived_has_an_unknown_effect(
    server: Server, clock: ManualClock, make_session: MakeSession, raw: bytes | None
) -> None:
    """D6, R21: the answer was lost on the way."""
    client = client_for(server(raw), clock, make_session)
    with pytest.raises(ProcoreUnavailable) as told:
        client.send(CREATE_TIMECARD, company_id=1, token="t", body={})
    assert told.value.is_effect_unknown
    assert client.calls["POST /rest/v1.0/companies/{company_id}/timecard_entries"] == 1


def test_a_read_whose_answer_was_lost_has_no_effect_to_know(
    server: Server, clock: ManualClock, make_session: MakeSession
) -> None:
    """D105."""
    client = client_for(server(b""), clock, make_session)
    with pytest.raises(ProcoreUnavailable) as told:
        client.send(TIME_TYPES, company_id=1, token="t")
    assert not told.value.is_effect_unknown


def test_an_answer_without_end_is_given_up(
    server: Server, clock: ManualClock, make_session: MakeSession
) -> None:
    """Bodies are bounded."""
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    address = server(body)
    client = Client(address, address, clock, make_session, largest_answer=1000)
    with pytest.raises(UnreadableAnswer, match="larger"):
        client.send(TIME_TYPES, company_id=1, token="t")


def test_a_netrc_file_cannot_replace_the_token(
    server: Server,
    clock: ManualClock,
    make_session: MakeSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Invariant 9: what is sent as Authorization is what the token layer gave."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    heard: list[str] = []
    session = make_session()
    session.hooks["response"].append(lambda r, **_: heard.append(r.request.headers["Authorization"]))
    address = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]")
    Client(address, address, clock, lambda: session).send(TIME_TYPES, company_id=1, token="t")
    assert heard == ["Bearer t"]


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    server: Server, clock: ManualClock, make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R35: the local Procore works behind a company's proxy, too."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    address = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]")
    answer = client_for(address, clock, make_session).send(TIME_TYPES, company_id=1, token="t")
    assert answer.status == 200
