"""Dates and times as people and systems write them.

03/04 is in March or in April. All dates of a file are written alike, so a 27/01 among them decides; where none does, a
person is asked, and a row that needs the answer is refused. A time without a zone is in that of who imports.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from orders.imports.cells.cell import CellError, shown

CLOCK = (
    r"(?:[\sT,]+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?:\s*\([^)]*\))?)?"
)
YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + CLOCK)
YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<mark>[-/.])\s?(?P<b>\d{1,2})(?P=mark)\s?(?P<year>\d{4}|\d{2})" + CLOCK)
NAMED = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.-]+(?P<name>[A-Za-z]{3,9})"
    r"|(?P<name_first>[A-Za-z]{3,9})\.?\s+(?P<day_behind>\d{1,2})(?:st|nd|rd|th)?),?[\s.-]+(?P<year>\d{4})" + CLOCK
)
EPOCH = re.compile(r"\d{10}(?:\d{3})?")
MONTHS = {name[:3].casefold(): number for number, name in enumerate(calendar.month_name) if name}
FIRST_YEAR, LAST_YEAR = 1900, 2199
DAY_FIRST, MONTH_FIRST = "day", "month"


def date_order(texts: Iterable[str]) -> str | None:
    """Which comes first, as far as these dates show it; "" if it matters and they do not, None if neither."""
    dates = [date for text in texts if (date := YEAR_LAST.fullmatch(text))]
    # With points the day is first everywhere.
    dates = [date for date in dates if date["mark"] != "."]
    is_day, is_month = (any(int(date[part]) > 12 for date in dates) for part in ("a", "b"))
    if is_day != is_month:
        return DAY_FIRST if is_day else MONTH_FIRST
    return "" if any(date["a"] != date["b"] for date in dates) else None


@lru_cache(8192)
def time(text: str, order: str, zone: tzinfo) -> datetime:
    if EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if date := YEAR_FIRST.fullmatch(text):
        return _made(text, date, int(date["month"]), int(date["day"]), zone)
    if date := YEAR_LAST.fullmatch(text):
        month, day = _month_and_day(text, date, order)
        return _made(text, date, month, day, zone)
    if date := NAMED.fullmatch(text):
        month = MONTHS.get((date["name"] or date["name_first"])[:3].casefold(), 0)
        return _made(text, date, month, int(date["day"] or date["day_behind"]), zone)
    raise _no_date(text)


def _month_and_day(text: str, date: re.Match[str], order: str) -> tuple[int, int]:
    a, b = int(date["a"]), int(date["b"])
    if date["mark"] == "." or order == DAY_FIRST or a == b:
        return b, a
    if order == MONTH_FIRST:
        return a, b
    if a > 12 or b > 12:
        return (b, a) if a > 12 else (a, b)
    raise CellError(f"{shown(text)} can be read two ways. Say whether the day or the month comes first in this file.")


def _made(text: str, date: re.Match[str], month: int, day: int, zone: tzinfo) -> datetime:
    year = int(date["year"])
    if year < 100:
        year += 2000 if year < 69 else 1900
    hour, half = int(date["hour"] or 0), (date["half"] or "")[:1].casefold()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError
        clock = hour, int(date["minute"] or 0), int(date["second"] or 0)
        return datetime(year, month, day, *clock, tzinfo=_zone(date["zone"]) or zone)
    except ValueError:
        raise _no_date(text) from None


def _zone(written: str | None) -> tzinfo | None:
    if not written:
        return None
    if written[0] not in "+-":
        return UTC
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _no_date(text: str) -> CellError:
    return CellError(f"{shown(text)} is no date such as 2026-01-31. Correct it.")
