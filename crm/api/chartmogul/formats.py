"""How this dialect writes times and money."""

from datetime import UTC, datetime
from decimal import Decimal

from customers.lib.money import to_minor_units

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}

SYSTEM = "Import API"
"""What a data source is that does not say."""


def systems(told: str) -> set[str]:
    """What is stored of the data sources that are told to be of the system `told`."""
    return {told, ""} if told == SYSTEM else {told}


def moment(at: datetime | None) -> str | None:
    """A time as most fields have it: 2016-01-15T12:00:00.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def moment_with_offset(at: datetime | None) -> str | None:
    """A time as those with dashes in their names have it: 2016-01-15T12:00:00+00:00."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def cents(amount: Decimal, currency: str) -> int:
    """In whole minor units of the currency."""
    return to_minor_units(amount, currency)


def sign(currency: str) -> str:
    return SIGNS.get(currency, currency)
