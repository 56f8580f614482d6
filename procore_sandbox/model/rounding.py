"""The company's rounding rule for start and stop times."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rounded(moment: datetime, rule: str, minutes: int) -> datetime:
    """`moment` on the grid of `minutes`: "nearest", "up", "down" or "none"."""
    if rule == "none" or minutes <= 0:
        return moment
    step = timedelta(minutes=minutes)
    count, rest = divmod(moment - EPOCH, step)
    if (rule == "up" and rest) or (rule == "nearest" and rest * 2 >= step):
        count += 1
    return EPOCH + count * step
