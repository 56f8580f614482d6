"""A load generator that is not the bottleneck: raw sockets, kept alive, one process for each client."""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

CLIENTS = 4
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw. `statuses` holds 0 for a request without an answer."""

    statuses: dict[int, int]
    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    @property
    def errors(self) -> int:
        return sum(number for status, number in self.statuses.items() if not 200 <= status < 300)


@dataclass(frozen=True, slots=True)
class Target:
    """`cards`: the ids that events are about, in turn. `run` makes the ids of events this run's own."""

    port: int
    authorization: str
    company_id: int
    project_id: int | None
    cards: tuple[int, ...]
    run: str


def press(target: Target, seconds: float) -> Load:
    """All clients at once, each sending its next event when the last one was answered."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    clients = [
        context.Process(target=lambda n=n: results.put(_client(target, n, seconds)), daemon=True)
        for n in range(CLIENTS)
    ]
    began = time.monotonic()
    for client in clients:
        client.start()
    found = [results.get() for _ in clients]
    took = time.monotonic() - began
    for client in clients:
        client.join(TIMEOUT)
    statuses: Counter[int] = Counter()
    for counted, _ in found:
        statuses.update(counted)
    return Load(dict(statuses), took, sorted(latency for _, each in found for latency in each))


def _client(target: Target, number: int, seconds: float) -> tuple[Counter[int], list[float]]:
    statuses: Counter[int] = Counter()
    latencies: list[float] = []
    deadline = time.monotonic() + seconds
    connection = None
    for message in _messages(target, number):
        began = time.monotonic()
        if began > deadline:
            break
        try:
            connection = connection or socket.create_connection(("127.0.0.1", target.port), TIMEOUT)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(message)
            status, is_kept = _answer(connection)
        except OSError:
            status, is_kept = 0, False
        if not is_kept and connection is not None:
            connection.close()
            connection = None
        statuses[status] += 1
        latencies.append(time.monotonic() - began)
    return statuses, latencies


def _messages(target: Target, client: int) -> Iterator[bytes]:
    for number in count():
        body = json.dumps(
            {
                "ulid": f"{target.run}-{client}-{number}",
                "event_type": "update",
                "resource_name": "Timecard Entries",
                "resource_id": target.cards[(number * CLIENTS + client) % len(target.cards)],
                "company_id": target.company_id,
                "project_id": target.project_id,
                "user_id": 1,
                "timestamp": "2026-11-22T12:00:00Z",
                "metadata": {"source_application_id": None},
            }
        ).encode()
        head = (
            "POST /webhooks/procore HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: {target.authorization}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def _answer(connection: socket.socket) -> tuple[int, bool]:
    """The status, and whether the connection is kept."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("closed before an answer")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    wanted = int(fields.get("content-length", "0"))
    while len(body) < wanted:
        body += connection.recv(65536)
    return int(lines[0].split(" ")[1]), fields.get("connection") != "close"
