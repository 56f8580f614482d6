"""Reads the parameters of a request: numbers, flags, id lists in each documented spelling, date ranges."""

import re
from datetime import UTC, date, datetime, time, timedelta

from .errors import bad_request
from .switches import Switches


class QueryArgs:
    """Query parameters by name; a value that cannot be read is a 400. The switches say which spellings are read."""

    def __init__(self, pairs: list[tuple[str, str]], switches: Switches | None = None) -> None:
        self.pairs = pairs
        self.switches = switches or Switches()
        self._first = dict(reversed(pairs))

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def text(self, name: str) -> str | None:
        return self._first.get(name) or None

    def integer(self, name: str, default: int | None = None) -> int | None:
        text = self.text(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d{1,19}", text):
            raise bad_request(f"{name} is not a number")
        return int(text)

    def flag(self, name: str) -> bool | None:
        text = self.text(name)
        return None if text is None else text.lower() in ("true", "1")

    def integers(self, name: str) -> set[int] | None:
        """Ids as name=1&name=2, name[]=1&name[]=2, name=1,2 or name=[1,2]; None when not sent."""
        texts = [value for key, value in self.pairs if key in (name, f"{name}[]")]
        if not texts or self._is_unread_list(name, texts):
            return None
        numbers = set()
        for part in ",".join(texts).replace("[", "").replace("]", "").split(","):
            if part.strip():
                if not re.fullmatch(r"\s*\d{1,19}\s*", part):
                    raise bad_request(f"{name} holds something that is not a number")
                numbers.add(int(part))
        return numbers

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if text is None:
            return None
        parsed = parse_date(text)
        if parsed is None:
            raise bad_request(f"{name} is not a date")
        return parsed

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        parsed = parse_moment(text)
        if parsed is None:
            raise bad_request(f"{name} is not a time")
        return parsed

    def span(self, name: str) -> "Span | None":
        """A range low...high, with or without double quotes around it."""
        text = self.text(name)
        if text is None:
            return None
        if self._is_unread_range(name, text):
            return None
        low, dots, high = text.strip().strip('"').partition("...")
        span = Span(parse_moment(low.strip().strip('"')), parse_moment(high.strip().strip('"'), is_end=True))
        if not dots or span.low is None or span.high is None:
            raise bad_request(f"{name} is not a range of times")
        return span

    def _is_unread_list(self, name: str, texts: list[str]) -> bool:
        form, has_brackets = self.switches.id_lists, f"{name}[]" in self
        is_list = has_brackets or len(texts) > 1 or "," in texts[0]
        is_other = (form == "brackets" and is_list and not has_brackets) or (
            form == "json" and is_list and (has_brackets or not texts[0].startswith("["))
        )
        return is_other and self._unread(name)

    def _is_unread_range(self, name: str, text: str) -> bool:
        is_quoted = text.strip().startswith('"')
        is_other = {"any": False, "needed": not is_quoted, "refused": is_quoted}[self.switches.range_quotes]
        return is_other and self._unread(name)

    def _unread(self, name: str) -> bool:
        """True: as if it had not been sent. Or 400, as the switch says."""
        if self.switches.unread_filters == "refuse":
            raise bad_request(f"{name} is not understood")
        return True


class Span:
    """A stretch of time; whether its ends belong to it is a switch."""

    def __init__(self, low: datetime | None, high: datetime | None) -> None:
        self.low, self.high = low, high

    def holds(self, moment: datetime | None, is_inclusive: bool) -> bool:
        if moment is None or self.low is None or self.high is None:
            return False
        if is_inclusive:
            return self.low <= moment <= self.high
        return self.low < moment < self.high


def parse_moment(text: str, *, is_end: bool = False) -> datetime | None:
    """ISO 8601 in UTC; a bare date is its first, or with `is_end` its last, moment."""
    try:
        parsed = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
    except ValueError:
        return None
    if is_end and len(text.strip()) == 10:
        parsed += timedelta(days=1) - timedelta(microseconds=1)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def parse_date(text: object) -> date | None:
    """A calendar date; a full timestamp counts by its date; anything else is None."""
    if not isinstance(text, str):
        return None
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def parse_clock_time(text: str) -> time | None:
    """HH:MM as the guides send it."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    return time(int(match[1]), int(match[2])) if match else None


def shown(moment: datetime | None) -> str | None:
    """A time as Procore writes it: UTC, whole seconds, Z."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def matches(text: str | None, *candidates: str | None) -> bool:
    """True without a search text, or if one candidate holds it, case apart."""
    return text is None or any(text.casefold() in each.casefold() for each in candidates if each)


def within(span: Span | None, moment: datetime | None, is_inclusive: bool) -> bool:
    """True without a range."""
    return span is None or span.holds(moment, is_inclusive)
