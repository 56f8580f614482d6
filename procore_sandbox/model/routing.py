"""The table of REST operations that this Procore offers, and the request that each is given."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from procore_sandbox import contract

from .access import Caller
from .errors import bad_request, not_found
from .messages import Answer
from .paging import page_of
from .query import QueryArgs
from .state import State
from .timecards import Author


@dataclass(slots=True)
class Request:
    """An authenticated call, its company header checked and its body cleaned."""

    state: State
    caller: Caller
    header_company_id: int | None
    params: dict[str, str]
    query: QueryArgs
    body: Any
    address: str
    operation_id: str | None = None
    drift: int = 0
    """Rows by which the pages after the first are off, through a fault."""

    def number(self, name: str) -> int:
        """A path parameter as a number; what is none cannot exist."""
        text = self.params[name]
        if not re.fullmatch(r"\d{1,19}", text):
            raise not_found()
        return int(text)

    @property
    def company_id(self) -> int:
        """The company of the call: of the path, else of the header."""
        if "company_id" in self.params:
            return self.number("company_id")
        company_id = self.header_company_id or self.query.integer("company_id")
        if company_id is None:
            raise bad_request("company_id is missing")
        return company_id

    @property
    def author(self) -> Author:
        return Author(self.caller, self.operation_id)

    def page(
        self,
        rows: list[Any],
        show: Callable[[Any], Any],
        *,
        biggest: int = 2000,
        default: int | None = None,
        envelope: str | None = None,
        is_visible: Callable[[Any], bool] | None = None,
    ) -> Answer:
        switches = self.state.switches
        return page_of(
            rows,
            show,
            self.query,
            self.address,
            default or switches.default_page_size,
            min(biggest, switches.biggest_page),
            envelope,
            headers=switches.page_headers,
            drift=self.drift,
            is_visible=is_visible,
        )


Handler = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One offered operation."""

    operation: contract.Operation
    handler: Handler


ROUTES: dict[tuple[str, int], list[Route]] = {}
"""By method and number of path segments; templates with fewer placeholders first."""


def offers(method: str, template: str) -> Callable[[Handler], Handler]:
    """Registers the handler of an operation; the contract must name it."""
    operation = contract.operations()[method, template]

    def register(handler: Handler) -> Handler:
        routes = ROUTES.setdefault((method, template.count("/")), [])
        routes.append(Route(operation, handler))
        routes.sort(key=lambda each: each.operation.template.count("{"))
        return handler

    return register


def route_for(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a path with its parameters."""
    for route in ROUTES.get((method, path.count("/")), []):
        match = route.operation.pattern.fullmatch(path)
        if match:
            return route, match.groupdict()
    return None
