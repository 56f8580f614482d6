"""Really sends webhooks over HTTP. Rules of retry and order live in the model; this is a thin door.

A few threads with keep-alive connections; a receiver has 5 seconds to answer.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread, local

import requests

from .http.sandbox import Sandbox
from .model.deliveries import TIMEOUT_SECONDS, Outgoing

THREADS = 8
MOST_IN_FLIGHT = 32
LONGEST_SLEEP = 0.5  # the clock may be driven, so look again soon


class Sender:
    """Looks for due deliveries whenever it is woken, and at least twice a second."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._stopped = Event()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")
        self._own = local()
        self._in_flight = 0
        self._thread = Thread(target=self._run, name="webhook-sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the attempts that are under way; what they leave is sent after the next start."""
        self._stopped.set()
        self._sandbox.has_work.set()
        self._thread.join(TIMEOUT_SECONDS * 2)
        self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._sandbox.has_work.clear()
            self._send_due()
            self._sandbox.has_work.wait(LONGEST_SLEEP)

    def _send_due(self) -> None:
        with self._sandbox.world() as world:
            room = MOST_IN_FLIGHT - self._in_flight
            due = world.due_deliveries(limit=room) if room > 0 else []
            self._in_flight += len(due)
        for outgoing in due:
            self._pool.submit(self._send, outgoing)

    def _send(self, outgoing: Outgoing) -> None:
        status, body, error = attempt(self._session().post, outgoing)
        with self._sandbox.world() as world:
            self._in_flight -= 1
            world.delivered(outgoing.id, status, body, error)
        self._sandbox.has_work.set()

    def _session(self) -> requests.Session:
        """A session per thread, so that connections are kept."""
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = False
        session: requests.Session = self._own.session
        return session


def attempt(post: Callable[..., requests.Response], outgoing: Outgoing) -> tuple[int | None, str, str | None]:
    """One try: status, the start of the answer, and the error when there was none."""
    headers = {"Content-Type": "application/json", "User-Agent": "Procore-Stand-In-Webhooks/1.0"}
    if outgoing.authorization is not None:
        headers["Authorization"] = outgoing.authorization
    try:
        response = post(
            outgoing.url, data=outgoing.body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    except requests.Timeout:
        return None, "", "timeout"
    except requests.RequestException as error:
        return None, "", type(error).__name__
    return response.status_code, response.text[:1000], None
