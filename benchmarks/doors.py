"""JSON over HTTP to our own two servers: never through a proxy, always with a time limit."""

from __future__ import annotations

from typing import Any

import requests

SECONDS = 60.0


class Refused(RuntimeError):
    """The server answered with an error; the message holds what it said."""


class Door:
    """One server: `get`, `post`, … give its JSON. Not safe to share between threads; `again()` makes another."""

    def __init__(self, base: str, headers: dict[str, str] | None = None) -> None:
        self.base, self.headers = base, headers or {}
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(self.headers)

    def again(self) -> Door:
        return Door(self.base, self.headers)

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params=query).json()

    def post(self, path: str, body: Any = None) -> Any:
        return self._call("POST", path, json=body or {}).json()

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, json=body).json()

    def patch(self, path: str, body: Any) -> Any:
        return self._call("PATCH", path, json=body).json()

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def count(self, path: str, **query: Any) -> int:
        """How long a list is."""
        return int(self._call("GET", path, params=query).headers["Total"])

    def pages(self, path: str, per_page: int = 500, **query: Any) -> list[Any]:
        """A whole list of our API, page by page."""
        rows: list[Any] = []
        page = 1
        while True:
            answer = self._call("GET", path, params={**query, "page": page, "per_page": per_page})
            rows += answer.json()
            if len(rows) >= int(answer.headers["Total"]) or not answer.json():
                return rows
            page += 1

    def _call(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = self.session.request(method, self.base + path, timeout=SECONDS, **more)
        if answer.status_code >= 400:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer
