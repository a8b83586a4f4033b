"""How this dialect writes amounts of money."""

from decimal import Decimal

from customers.lib.money import to_minor_units

CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def cents(amount: Decimal, currency: str) -> int:
    """In minor units of the currency; yen has none."""
    return to_minor_units(amount, currency)


def currency_sign(currency: str) -> str:
    return CURRENCY_SIGNS.get(currency, currency)
