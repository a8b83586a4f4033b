"""The monthly rate of a line: its amount without tax, divided by the months of the plan's interval.

The length of the billed period counts only where the line is prorated: then the amount is scaled up to a whole period.
A month has 30.4375 days. Amounts are whole minor units, rounded to the nearest, half away from zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from customers.lib.dates import months_after

DAYS_OF_A_MONTH = Fraction(487, 16)  # 365.25 / 12
MONTHS_OF = {
    "day": 1 / DAYS_OF_A_MONTH,
    "week": 7 / DAYS_OF_A_MONTH,
    "month": Fraction(1),
    "year": Fraction(12),
}
MONTHS_OF_CALENDAR = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Interval:
    """How often a plan bills."""

    count: int = 1
    unit: str = "month"

    @property
    def months(self) -> Fraction:
        return self.count * MONTHS_OF[self.unit]

    def before(self, end: datetime) -> datetime:
        if self.unit not in MONTHS_OF_CALENDAR:
            return end - self.count * timedelta(days=7 if self.unit == "week" else 1)
        return months_after(end, -self.count * MONTHS_OF_CALENDAR[self.unit])


@dataclass(frozen=True)
class Period:
    """From `start` up to but not including `end`."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> Fraction:
        return Fraction((self.end - self.start) // timedelta(microseconds=1), 1_000_000)

    def has(self, at: datetime) -> bool:
        return self.start <= at < self.end


def monthly(amount: int, interval: Interval, *, factor: Fraction = Fraction(1)) -> int:
    """The `amount` of one `interval` per month, in whole minor units."""
    return nearest(amount / interval.months * factor)


def prorate_factor(part: Period, interval: Interval, running: Period | None) -> Fraction:
    """How many times longer the whole period is than the `part` of it that is billed.

    The whole starts where the `running` period did, if the part lies in that; else one interval before its end.
    """
    # Not simply the interval: a month has 28 to 31 days.
    start = running.start if running and running.has(part.start) else interval.before(part.end)
    return Period(start, part.end).seconds / part.seconds if part.seconds > 0 else Fraction(1)


def nearest(amount: Fraction) -> int:
    rounded = int(abs(amount) + Fraction(1, 2))
    return rounded if amount >= 0 else -rounded
