"""Money: a Decimal with a currency, and its whole minor units where amounts are added up."""

from decimal import Decimal

# Currencies whose minor unit is not a hundredth (ISO 4217).
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def exponent(currency: str) -> int:
    """How many decimals the currency has."""
    return EXPONENTS.get(currency, 2)


def minor(amount: Decimal, currency: str) -> int:
    """An amount in whole minor units of its currency."""
    return int(amount.scaleb(exponent(currency)).to_integral_value())


def major(amount: int, currency: str) -> Decimal:
    """The amount of so many minor units."""
    return Decimal(amount).scaleb(-exponent(currency))


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether the amount is a number that can be paid in its currency, with at most ten digits before the point."""
    return amount.is_finite() and -(10**10) < amount < 10**10 and amount == round(amount, exponent(currency))


def shown(amount: Decimal, currency: str) -> str:
    """The amount as it is read, such as 2,328.60; without the currency."""
    return f"{amount:,.{exponent(currency)}f}"
