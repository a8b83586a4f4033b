"""Months of the calendar, of which some are shorter."""

from datetime import UTC, date, datetime

from customers.lib.dates import months_after
from tests.tables import table


@table(
    ("day", "months", "after"),
    [
        (date(2026, 1, 12), 1, date(2026, 2, 12)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(1, 2, 3), -2, date(1, 12, 3)),
        (datetime(2026, 1, 31, 8, 30, tzinfo=UTC), 1, datetime(2026, 2, 28, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_day_some_months_later_is_in_the_month(day, months, after):
    assert months_after(day, months) == after
