"""A day as most tests write it."""

from datetime import UTC, datetime


def day(month: int, day: int = 1, year: int = 2024, **time: int) -> datetime:
    return datetime(year, month, day, **time, tzinfo=UTC)
