"""Sends one request to Procore and hands back its answer: hosts, time limits, retries of reads, headers, the log line.

It knows no token store and no budget; `api` adds those.
"""

from __future__ import annotations

import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError, SSLError
from urllib3.util import Retry

from webapp.errors import ProcoreUnavailable, UnreadableAnswer
from webapp.procore.answers import Answer
from webapp.procore.paths import ALLOWED, AUTHORIZE, Route
from webapp.sync.ports import Clock

CONNECT_SECONDS, READ_SECONDS = 3.05, 30
LONGEST_ANSWER = timedelta(seconds=90)
LARGEST_ANSWER = 32 * 1024 * 1024
CHUNK = 64 * 1024
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
NO_PROXY = {"http": "", "https": ""}
"""A proxy of the environment must not be asked for this machine itself."""
COMPANY_HEADER = "Procore-Company-Id"

READ_RETRIES = Retry(
    total=2,
    status_forcelist=(500, 502, 504),
    allowed_methods={"GET"},
    backoff_factor=0.3,
    redirect=0,
    raise_on_status=False,
    respect_retry_after_header=False,
)
"""Reads only. 429 and 503 say when to come back, and are never asked again at once."""
ONCE = Retry(0, read=False)
WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""While Procore is taken to be down, a try is one request."""

NEVER_ARRIVED = (NewConnectionError, ConnectTimeoutError, ProxyError, SSLError)

log = logging.getLogger(__name__)


class Bearer(AuthBase):
    """As an auth object, so that a netrc file can never replace the token."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def new_session(retries: Retry = READ_RETRIES) -> requests.Session:
    """No cookies, retries of reads only. Each process has its own: sockets do not survive a fork."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries, pool_maxsize=16))
    session.headers.update({"Accept": "application/json", "User-Agent": "Timesite"})
    return session


class Client:
    """`calls` counts what was sent, by method and path template; `server_time` is the Date header of the
    newest answer: not the latest time ever told, for Procore's clock may be set back."""

    def __init__(
        self,
        login_url: str,
        api_url: str,
        clock: Clock,
        session: Callable[[], requests.Session] = new_session,
        largest_answer: int = LARGEST_ANSWER,
    ) -> None:
        self.login_url, self.api_url = login_url.rstrip("/"), api_url.rstrip("/")
        self.clock, self.largest_answer = clock, largest_answer
        self.is_local = {urlsplit(login_url).hostname, urlsplit(api_url).hostname} <= LOOPBACK
        self.calls: Counter[str] = Counter()
        self.server_time: datetime | None = None
        self._new_session = session
        self._sessions: dict[tuple[int, bool], requests.Session] = {}

    @property
    def authorize_address(self) -> str:
        return self.login_url + AUTHORIZE

    def send(
        self,
        route: Route,
        *,
        company_id: int | None = None,
        token: str | None = None,
        ids: Mapping[str, int | str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        project_id: int | None = None,
        is_single: bool = False,
    ) -> Answer:
        """Any answer, whatever its status; `is_single`: without another try at once. Raises ProcoreUnavailable when
        there is none, UnreadableAnswer when it is too large, ValueError for a call that must not be made (a bug of
        ours)."""
        url = self._url(route, company_id, ids or {})
        try:
            response = self._session(is_single).request(
                route.method,
                url,
                params=query,
                json=body,
                data=form,
                headers={COMPANY_HEADER: str(company_id)} if company_id is not None else None,
                auth=Bearer(token) if token else _no_auth,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                proxies=NO_PROXY if self.is_local else None,
                allow_redirects=False,
                stream=True,
            )
            with response:
                answer = self._read(route, response, project_id)
        except (requests.RequestException, OSError) as error:
            self._count(route, type(error).__name__, None, None)
            raise _unanswered(route, error) from error
        self._count(route, answer.status, response.elapsed, answer.headers.get("x-request-id"))
        self._keep_time(answer)
        return answer

    def _url(self, route: Route, company_id: int | None, ids: Mapping[str, int | str]) -> str:
        if route not in ALLOWED:
            raise ValueError(f"{route.method} {route.template} is not a route of the contract")
        if route.needs_company and company_id is None:
            raise ValueError(f"{route.template} was about to be called without {COMPANY_HEADER}")
        filled = {name: _id_in_address(value) for name, value in ids.items()}
        if company_id is not None:
            filled["company_id"] = str(int(company_id))
        return (self.login_url if route.is_login else self.api_url) + route.template.format_map(filled)

    def _session(self, is_single: bool) -> requests.Session:
        pid = os.getpid()
        if any(of != pid for of, _ in self._sessions):
            self._sessions = {}
        if (pid, is_single) not in self._sessions:
            made = self._new_session()
            for adapter in made.adapters.values() if is_single else ():
                if isinstance(adapter, HTTPAdapter):
                    adapter.max_retries = ONCE
            self._sessions[pid, is_single] = made
        return self._sessions[pid, is_single]

    def _read(self, route: Route, response: requests.Response, project_id: int | None) -> Answer:
        deadline = self.clock.now() + LONGEST_ANSWER
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > self.largest_answer:
                raise UnreadableAnswer("Procore's answer is larger than this app reads.")
            if self.clock.now() > deadline:
                raise requests.ReadTimeout("the answer trickled in for too long")
        return Answer(
            route, response.status_code, response.headers, bytes(body), self.clock.now(), project_id
        )

    def _count(
        self, route: Route, outcome: object, elapsed: timedelta | None, request_id: str | None
    ) -> None:
        self.calls[f"{route.method} {route.template}"] += 1
        milliseconds = None if elapsed is None else round(elapsed.total_seconds() * 1000)
        log.info(
            "procore %s %s %s %s ms x-request-id=%s",
            route.method,
            route.template,
            outcome,
            milliseconds,
            request_id,
        )

    def _keep_time(self, answer: Answer) -> None:
        told = answer.server_time
        if told is not None and not answer.route.is_login:
            self.server_time = told


def _id_in_address(value: int | str) -> str:
    """Ids are numbers, but for those of v2.0, which are words; nothing else becomes part of an address."""
    if isinstance(value, str) and WORD.fullmatch(value):
        return value
    return str(int(value))


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _unanswered(route: Route, error: Exception) -> ProcoreUnavailable:
    """Whether a write may have arrived decides what happens next (D6): only a refused connection proves it did not."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    never_arrived = isinstance(reason, NEVER_ARRIVED)
    is_timeout = isinstance(error, requests.Timeout)
    return ProcoreUnavailable(
        "Procore did not answer in time." if is_timeout else "Procore could not be reached.",
        is_effect_unknown=route.is_write and not never_arrived,
    )
