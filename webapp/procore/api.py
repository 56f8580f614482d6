"""Authenticated calls of one credential for one company: token, pacing, company header and paging around the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp.domain.credentials import SERVICE, Priority
from webapp.errors import AppNotConnected, ProcoreUnavailable, SignInExpired, UnreadableAnswer
from webapp.procore.answers import Answer
from webapp.procore.client import Client
from webapp.procore.pacing import Pacer
from webapp.procore.paths import Route
from webapp.procore.refusals import TokenRefused, data_of
from webapp.procore.tokens import Tokens

PER_PAGE = 2000
"""What the pagination guide advises at most."""
MOST_PAGES = 1000
REPLAYED_WITHIN = timedelta(seconds=60)
"""After a 401: what is left of a worker's lease for certain when it asks. Later, another one may be doing the same."""


@dataclass(frozen=True, slots=True)
class Page:
    """`total`: what Procore says the whole list holds, if it says so."""

    rows: list[Any]
    total: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Api:
    """`company_id` goes into the header of every call; None only for a person's own /me and /companies. `priority`:
    how much of Procore's budget these calls leave to others."""

    client: Client
    tokens: Tokens
    pacer: Pacer
    key: str
    company_id: int | None
    priority: Priority = Priority.FIRST

    def get(self, route: Route, query: Mapping[str, Any] | None = None, **ids: int | str) -> Any:
        """The JSON of one answer. `ids` fill the path. Raises webapp.errors' TryLater, NeedsAttention, NotFound,
        ProcoreRefused."""
        return self._data(route, ids, query, None)[1]

    def send(
        self, route: Route, body: Any = None, query: Mapping[str, Any] | None = None, **ids: int | str
    ) -> Any:
        """A write; as `get`. ProcoreUnavailable says with `is_effect_unknown` whether it may have been done."""
        return self._data(route, ids, query, body)[1]

    def pages(
        self, route: Route, query: Mapping[str, Any] | None = None, per_page: int = PER_PAGE, **ids: int | str
    ) -> Iterator[Page]:
        """A whole list, page by page, by number: addresses in Procore's `Link` are read, never followed."""
        last: list[Any] | None = None
        is_repeated = False
        for number in range(1, MOST_PAGES + 1):
            paged = {**(query or {}), "page": number, "per_page": per_page}
            answer, rows = self._data(route, ids, paged, None)
            rows = rows_of(rows)
            if rows and rows == last and (is_repeated or not answer.has_next_page):
                return  # a list that does not page answers the same again
            is_repeated = bool(rows) and rows == last
            yield Page(rows, answer.number("Total"), number)
            if not _has_more(answer, rows, per_page):
                return
            last = rows

    def rows(
        self, route: Route, query: Mapping[str, Any] | None = None, per_page: int = PER_PAGE, **ids: int | str
    ) -> list[Any]:
        """All rows of a paged list."""
        return [row for page in self.pages(route, query, per_page, **ids) for row in page.rows]

    def _data(
        self, route: Route, ids: Mapping[str, int | str], query: Mapping[str, Any] | None, body: Any
    ) -> tuple[Answer, Any]:
        """One 401 is answered by another token; a second one is told (D100)."""
        token, asked_at = self.tokens.access(self.key), self.client.clock.now()
        answer, until = self._attempt(route, token, ids, query, body)
        if answer.status == 401:
            another = self.tokens.after_refusal(self.key, token)
            if another is not None:
                if self.client.clock.now() - asked_at > REPLAYED_WITHIN:
                    raise ProcoreUnavailable("To renew the sign-in with Procore took unusually long.")
                token = another
                answer, until = self._attempt(route, token, ids, query, body)
        try:
            return answer, data_of(answer, until)
        except TokenRefused as error:
            raise self._refused(token, error) from error

    def _attempt(
        self,
        route: Route,
        token: str,
        ids: Mapping[str, int | str],
        query: Mapping[str, Any] | None,
        body: Any,
    ) -> tuple[Answer, datetime | None]:
        permit = self.pacer.before(self.key, self.company_id or 0, self.priority)
        try:
            answer = self.client.send(
                route,
                company_id=self.company_id,
                token=token,
                ids=ids,
                query=query,
                body=body,
                project_id=_project(ids, query, body),
                is_single=permit.is_single,
            )
        except ProcoreUnavailable as error:
            until = self.pacer.unheard(permit)
            if until is not None:
                error.retry_after = (until - self.client.clock.now()).total_seconds()
            raise
        return answer, self.pacer.heard(permit, answer)

    def _refused(self, token: str, error: TokenRefused) -> SignInExpired | AppNotConnected:
        """A service token that the sign-in host still knows is refused by the company: the app is absent there."""
        if self.key == SERVICE and self.company_id is not None and self.tokens.is_alive(token):
            return AppNotConnected(str(error))
        return SignInExpired(str(error))


def rows_of(data: Any) -> list[Any]:
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        return list(data["data"])
    if not isinstance(data, list):
        raise UnreadableAnswer("Procore's answer is no list.", missing="list")
    return data


def _has_more(answer: Answer, rows: list[Any], per_page: int) -> bool:
    """`Link` where there is one, else whether the page is full: by Procore's own page size, if it tells one. Where no
    header says anything its pages may be smaller than what was asked for: then only an empty page is the end."""
    if answer.has_next_page is not None:
        return answer.has_next_page
    size, total = answer.number("Per-Page"), answer.number("Total")
    if size is None and total is None:
        return bool(rows)
    return len(rows) >= max(size or per_page, 1)


def _project(ids: Mapping[str, int | str], query: Mapping[str, Any] | None, body: Any) -> int | None:
    """The project a call is about, so that a refusal of permission can name it."""
    named = ids.get("project_id") or (query or {}).get("project_id")
    if named is None and isinstance(body, dict):
        named = body.get("project_id")
    return named if isinstance(named, int) else None
