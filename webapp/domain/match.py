"""Which of ours is meant: pure matching of people, projects, tasks and items. A name alone never links a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


def folded(text: str | None) -> str:
    """As people compare names: trimmed, inner blanks as one, case folded, NFKC (D65)."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone or something of ours that might be meant, by the words it can be known by, strongest first."""

    id: int
    keys: tuple[str | None, ...]


def unique_match(keys: Sequence[str | None], candidates: Iterable[Candidate]) -> tuple[int | None, bool]:
    """(id, is_ambiguous). The strongest key that matches anyone decides; several by one key are ambiguous."""
    pool = list(candidates)
    for position, key in enumerate(keys):
        wanted = folded(key)
        if not wanted:
            continue
        found = [c.id for c in pool if folded(c.keys[position]) == wanted]
        if found:
            return (found[0], False) if len(found) == 1 else (None, True)
    return None, False


def task_for(time_type: str, rows: Iterable[tuple[str, str]]) -> str | None:
    """The task that the first matching row (time type, task) names; exact rows go before wildcards (R14)."""
    rows = list(rows)
    return named_task(time_type, rows) or wild_task(time_type, rows)


def named_task(time_type: str, rows: Iterable[tuple[str, str]]) -> str | None:
    """By a row that names the time type itself."""
    wanted = folded(time_type)
    return next((task for row, task in rows if not _is_wild(row) and folded(row) == wanted), None)


def wild_task(time_type: str, rows: Iterable[tuple[str, str]]) -> str | None:
    wanted = folded(time_type)
    return next((task for row, task in rows if _is_wild(row) and _matches(row)(wanted)), None)


def _is_wild(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _matches(pattern: str) -> Callable[[str], object]:
    regex = re.escape(folded(pattern)).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(f"{regex}\\Z", re.DOTALL).match
