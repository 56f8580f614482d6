"""One line of text as people enter it: normalised, not blank where it is required, not too long."""

from __future__ import annotations

from typing import Literal, overload

from webapp.domain.timecard import normal_text
from webapp.errors import InvalidInput


@overload
def line(field: str, value: str | None, longest: int, *, is_required: Literal[True] = True) -> str: ...
@overload
def line(field: str, value: str | None, longest: int, *, is_required: bool) -> str | None: ...


def line(field: str, value: str | None, longest: int, *, is_required: bool = True) -> str | None:
    """Inner blanks and line breaks become one blank. Raises InvalidInput that names the field."""
    text = " ".join((normal_text(value) or "").split())
    if not text:
        if is_required:
            raise InvalidInput(f"Enter a {field.replace('_', ' ')}.", {field: ["This cannot be empty."]})
        return None
    if len(text) > longest:
        raise InvalidInput(f"{field} is too long.", {field: [f"At most {longest} characters."]})
    return text
