"""Pages with Link, Total and Per-Page."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from .errors import bad_request
from .messages import Answer
from .query import QueryArgs

BIGGEST_PAGE = 2000


def page_of(
    rows: Sequence[Any],
    show: Callable[[Any], Any],
    query: QueryArgs,
    address: str,
    default_size: int,
    biggest: int = BIGGEST_PAGE,
    envelope: str | None = None,
    *,
    headers: str = "both",
    drift: int = 0,
    is_visible: Callable[[Any], bool] | None = None,
) -> Answer:
    """The page that `page` and `per_page` ask for, each row shown by `show`. `headers`: which of Link and Total it
    carries. `drift`: rows by which later pages are off. `is_visible`: rows are left out after the page was cut."""
    number = query.integer("page", 1) or 1
    size = query.integer("per_page", default_size) or default_size
    if number < 1 or size < 1:
        raise bad_request("page and per_page start at 1")
    size = min(size, biggest)
    start = max(0, (number - 1) * size + (drift if number > 1 else 0))
    shown = rows[start : start + size]
    body: Any = [show(row) for row in shown if is_visible is None or is_visible(row)]
    told = {"Total": str(len(rows))} if headers in ("both", "total") else {}
    if headers != "none":
        told["Per-Page"] = str(size)
    links = _links(query, address, number, size, last=max(1, -(-len(rows) // size)))
    if links and headers in ("both", "link"):
        told["Link"] = links
    return Answer(200, {envelope: body} if envelope else body, told)


def _links(query: QueryArgs, address: str, number: int, size: int, last: int) -> str:
    targets = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    if number <= 1:
        del targets["prev"], targets["first"]
    if number >= last:
        del targets["next"], targets["last"]
    kept = [(name, value) for name, value in query.pairs if name not in ("page", "per_page")]
    return ", ".join(
        f'<{address}?{urlencode([*kept, ("page", str(page)), ("per_page", str(size))])}>; rel="{name}"'
        for name, page in targets.items()
    )
