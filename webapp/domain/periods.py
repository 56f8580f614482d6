"""Stretches of days that are looked at again and again: the open pay period, and a quarter of a year."""

from __future__ import annotations

from datetime import date, timedelta

QUARTER = timedelta(days=90)


def open_period(today: date) -> tuple[date, date]:
    """Weeks begin on Monday. The week before is open, too: its corrections come in until it is paid."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(days=7), monday + timedelta(days=6)


def last_quarter(today: date) -> tuple[date, date]:
    """Up to the end of the open period."""
    return today - QUARTER, open_period(today)[1]
