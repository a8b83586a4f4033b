"""A stretch of time in an address, as ISO 8601 writes it: two times with a slash between them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple


class TimeRange(NamedTuple):
    start: datetime
    end: datetime

    def __str__(self) -> str:
        return "/".join(at.astimezone(UTC).isoformat().replace("+00:00", "Z") for at in self)


def read_time_range(text: str) -> TimeRange | None:
    """None if it is none, or its times have no zone."""
    try:
        start, end = map(datetime.fromisoformat, text.split("/"))
    except ValueError:
        return None
    return TimeRange(start, end) if start.tzinfo and end.tzinfo else None
