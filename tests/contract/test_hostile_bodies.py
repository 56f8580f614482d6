"""Whatever a body holds, the answer is one that Procore could give: never an exception."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.contract.calls import CALLS
from tests.contract.schemas import check_error
from tests.contract.test_every_operation import OFFERED, WITH_BODY
from tests.sandbox.cast import Procore

WEIRD: list[Any] = [
    None, "", "x", "\ud800\x00", -1, 0, 1.5, 10**30, True, [], {}, [None], "9" * 400, "2026-02-31", "NaN", "-0",
    "2026-11-16T25:61:00Z", "1e9", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from places(part, (*path, key))


def put(value: Any, path: tuple[Any, ...], weird: Any) -> Any:
    if not path:
        return weird
    changed = deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = weird
    return changed


@pytest.mark.parametrize("key", WITH_BODY)
def test_weird_values_anywhere_in_a_body_are_refused_or_taken(procore: Procore, key: str) -> None:
    """D106."""
    procore.world.set_switches(rate_limit_on=False)
    operation, (path, body, query) = OFFERED[key], CALLS[key](procore)
    address, api = operation.template.format(**path), procore.api
    for place in places(body):
        for weird in WEIRD:
            answer = api.call(operation.method, address, query, json.dumps(put(body, place, weird)).encode())
            assert answer.status < 500
            if answer.status >= 400:
                check_error(answer)


QUERIES = ["page", "per_page", "filters[id]", "filters[updated_at]", "filters[deleted_at]", "start_date", "end_date",
           "start_time_in", "filters[party_id]", "filters[search]", "sort", "project_id", "company_id", "page_size",
           "page_start", "log_date", "view", "sub_job_id"]  # fmt: skip


@pytest.mark.parametrize("key", sorted(key for key in CALLS if OFFERED[key].method == "GET"))
def test_weird_query_values_are_refused_or_ignored(procore: Procore, key: str) -> None:
    procore.world.set_switches(rate_limit_on=False)
    operation, (path, _, query) = OFFERED[key], CALLS[key](procore)
    address, api = operation.template.format(**path), procore.api
    for name in QUERIES:
        for weird in ("", "x", "-1", "0", "9" * 30, "[1,x]", '"a...b"', "2026-13-01", "...", "٣"):
            assert api.call(operation.method, address, {**query, name: weird}).status < 500
