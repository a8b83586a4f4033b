"""Days of the calendar where the reader is, whose time zone `crm.accounts.web.preferences` makes the current one."""

from calendar import monthrange
from datetime import MINYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar

from django.utils import timezone
from django.utils.formats import date_format

Day = TypeVar("Day", date, datetime)

SLACK = timedelta(days=1)


def format_day(at: datetime) -> str:
    """Such as 12 Jan 2026, in the time zone of the user."""
    return written_day(timezone.localtime(at).date())


@lru_cache(4096)  # a page has thirty days, and pages have the same
def written_day(on: date) -> str:
    return date_format(on)


def start_of_day(on: date) -> datetime:
    return _local(on)


def end_of_day(on: date) -> datetime:
    """The start of the next day: a time before it is on `on`."""
    return _local(min(on, date.max - SLACK) + SLACK)


def months_after(day: Day, months: int) -> Day:
    """Before it where `months` are negative, in year 1 at the earliest. Of a shorter month it is the last day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    year = max(years, MINYEAR)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _local(on: date) -> datetime:
    # In the first and the last year a zone's offset would lead out of what a datetime can hold.
    inside = max(date.min + SLACK, min(on, date.max - SLACK))
    return timezone.make_aware(datetime.combine(inside, time.min)).astimezone(UTC)
