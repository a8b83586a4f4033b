"""How this dialect writes times, days, amounts and answers of yes or no."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from customers.lib.money import format_for_input


def moment(at: datetime | None) -> str | None:
    """The time on the account's clock, without a zone."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else None


def day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def amount(value: Decimal, currency: str) -> str:
    return format_for_input(value, currency)


def truth(said: bool | None) -> int:  # noqa: FBT001 - it is the value
    return 1 if said else 0
