"""Lists: ?page=&per_page=, and the Link and Total headers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from pydantic import Field

from webapp import wiring
from webapp.routes.api.shapes import Strict

MOST, USUAL = 500, 100
LAST_PAGE = 1_000_000


class Paging(Strict):
    """Which part of a list. More than 500 rows at once are never given."""

    page: int = Field(1, ge=1, le=LAST_PAGE)
    per_page: int = Field(USUAL, ge=1, description=f"At most {MOST}; a larger number counts as {MOST}.")

    @property
    def limit(self) -> int:
        return min(self.per_page, MOST)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


@dataclass(frozen=True, slots=True)
class Page:
    """How a part of a list is told in headers (RFC 8288)."""

    paging: Paging
    total: int

    def headers(self) -> dict[str, str]:
        last = max(1, -(-self.total // self.paging.limit))
        pages = {"first": 1, "last": last}
        if self.paging.page > 1:
            pages["prev"] = min(self.paging.page - 1, last)
        if self.paging.page < last:
            pages["next"] = self.paging.page + 1
        links = ", ".join(f'<{self._address(number)}>; rel="{name}"' for name, number in pages.items())
        return {"Total": str(self.total), "Link": links}

    def _address(self, number: int) -> str:
        query = request.args.to_dict() | {"page": str(number), "per_page": str(self.paging.limit)}
        return f"{wiring.config().app_base_url}{request.path}?{urlencode(query)}"
