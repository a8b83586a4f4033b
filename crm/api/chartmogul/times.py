"""How this dialect reads times, in every form that its clients send, and writes them."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from django.utils.dateparse import parse_date, parse_datetime
from pydantic import BeforeValidator

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
NO_TIME = "must be a date such as 2016-01-15 or a time such as 2016-01-15T12:00:00Z"


def parse_time(value: Any) -> Any:
    """ISO 8601, `2016-01-15 12:00:00 UTC`, or a day, meaning its start; UTC without a zone."""
    if not isinstance(value, str):
        if value is None:
            return None
        raise ValueError(NO_TIME)
    text = re.sub(r"\s*UTC$", "Z", value.strip())
    try:
        day = parse_date(text)
        at = datetime.combine(day, time(), UTC) if day else parse_datetime(text)
        at = at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
        if at and EARLIEST <= at < LATEST:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(NO_TIME)


def parse_day(value: Any) -> Any:
    at = parse_time(value)
    return at.date() if isinstance(at, datetime) else at


Moment = Annotated[datetime, BeforeValidator(parse_time)]
Day = Annotated[date, BeforeValidator(parse_day)]


def format_time(at: datetime | None) -> str | None:
    """The format of most fields: 2016-01-15T12:00:00.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def format_time_with_offset(at: datetime | None) -> str | None:
    """The format of fields with dashes in their names: 2016-01-15T12:00:00+00:00."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None
