"""How this Procore reads filters: its documents spell ranges and lists of ids in two ways each, so the one that it
understands is learnt from what it answers."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from webapp.errors import ProcoreRefused
from webapp.procore.api import Api, Page
from webapp.procore.drafts import iso
from webapp.procore.fields import id_of
from webapp.procore.history import time_of
from webapp.procore.paths import Route

SLACK = timedelta(seconds=1)
"""Times in answers are cut to whole seconds."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list shall be narrowed to; ranges are of change times, both ends included."""

    ids: Sequence[int] | None = None
    updated: tuple[datetime, datetime] | None = None
    deleted: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Spelling:
    """Guide samples put double quotes around a range, the reference does not; the guide repeats name[]=, one
    reference text shows name=[1,2]."""

    is_quoted: bool = False
    is_json: bool = False

    def query(self, asked: Asked) -> dict[str, Any]:
        query: dict[str, Any] = {}
        for name, span in (("updated_at", asked.updated), ("deleted_at", asked.deleted)):
            if span is not None:
                text = f"{iso(span[0])}...{iso(span[1])}"
                query[f"filters[{name}]"] = f'"{text}"' if self.is_quoted else text
        if asked.ids is not None:
            listed = ",".join(map(str, asked.ids))
            query |= {"filters[id]": f"[{listed}]"} if self.is_json else {"filters[id][]": list(asked.ids)}
        return query

    def others(self, asked: Asked) -> list[Spelling]:
        """This one first, then every other that matters for what is asked."""
        quoted = (
            [self.is_quoted]
            if asked.updated is asked.deleted is None
            else [self.is_quoted, not self.is_quoted]
        )
        json = [self.is_json] if asked.ids is None else [self.is_json, not self.is_json]
        return [replace(self, is_quoted=q, is_json=j) for j in json for q in quoted]


class Filters:
    """One per process: what was learnt holds for all companies, as it is Procore's program that reads it."""

    def __init__(self) -> None:
        self.spelling = Spelling()

    def pages(self, api: Api, route: Route, query: Mapping[str, Any], asked: Asked) -> Iterator[Page]:
        """The list in a spelling that is understood. Where none seems to be, as it comes: callers look at each row."""
        refused: ProcoreRefused | None = None
        for spelling in self.spelling.others(asked):
            pages = api.pages(route, {**query, **spelling.query(asked)})
            try:
                first = next(pages, None)
            except ProcoreRefused as error:
                refused = refused or error
                continue
            if first is None or not _is_ignored(first.rows, asked):
                self._learn(spelling)
                return _joined(first, pages)
        if refused is not None:
            raise refused
        return api.pages(route, {**query, **self.spelling.query(asked)})

    def _learn(self, spelling: Spelling) -> None:
        if spelling != self.spelling:
            log.info("Procore reads filters as %s", spelling)
            self.spelling = spelling


def _joined(first: Page | None, rest: Iterator[Page]) -> Iterator[Page]:
    if first is not None:
        yield first
        yield from rest


def _is_ignored(rows: Sequence[Any], asked: Asked) -> bool:
    """A row that was not asked for tells that the filter was not understood."""
    wanted = None if asked.ids is None else set(asked.ids)
    return any(_is_foreign(row, wanted, asked) for row in rows if isinstance(row, dict))


def _is_foreign(row: dict[str, Any], wanted: set[int] | None, asked: Asked) -> bool:
    return (
        (wanted is not None and id_of(row) not in wanted)
        or _is_outside(row.get("updated_at"), asked.updated)
        or (asked.deleted is not None and row.get("deleted_at") is None)
        or _is_outside(row.get("deleted_at"), asked.deleted)
    )


def _is_outside(text: Any, span: tuple[datetime, datetime] | None) -> bool:
    at = None if span is None else time_of(text)
    return span is not None and at is not None and not span[0] - SLACK <= at <= span[1] + SLACK
