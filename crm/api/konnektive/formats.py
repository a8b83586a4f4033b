"""How this dialect writes times, days, amounts and flags."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from customers.lib.money import format_for_input


def format_time(at: datetime | None) -> str | None:
    """In the time zone of the account, which is not named."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else None


def format_day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def format_amount(value: Decimal, currency: str) -> str:
    return format_for_input(value, currency)


def format_flag(value: bool | None) -> int:  # noqa: FBT001 - it is what is formatted
    return 1 if value else 0
