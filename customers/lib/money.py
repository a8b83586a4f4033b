"""Money: a Decimal with a currency, and its whole minor units where amounts are added up."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from babel.core import get_global

CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(CODES.split())
"""What is paid with (ISO 4217, list one, 2026), without funds, metals and codes for testing."""
UNKNOWN_CURRENCY = "must be an ISO 4217 currency, such as USD"

# Currencies whose minor unit is not a hundredth (ISO 4217).
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    # No longer in use.
    **dict.fromkeys(("ADP", "BYR", "ESP", "ITL", "LUF", "MGF", "TMM", "TRL"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


@cache
def _uses(currency: str) -> Sequence[tuple[date, date]]:
    """The first and last days of a currency that is no longer in use, in each of its countries (CLDR)."""
    uses = (use for uses in get_global("territory_currencies").values() for use in uses if use[0] == currency)
    return [(date(*begin), date(*end)) for _, begin, end, is_tender in uses if is_tender and begin and end]


def currency_error(currency: str, *, on: date) -> str:
    """Why nothing can be paid in this currency on a day; "" if it can."""
    if currency in CURRENCIES:
        return ""
    uses = _uses(currency)
    if any(begin <= on <= end for begin, end in uses):
        return ""
    if not uses:
        return UNKNOWN_CURRENCY
    first, last = min(begin for begin, _ in uses), max(end for _, end in uses)
    return f"{currency} was in use from {first} to {last}, and not on {on}"


def currency_refusal(currency: str, *, on: date) -> str:
    """As `currency_error`, in a sentence that needs no name of a field before it."""
    error = currency_error(currency, on=on)
    if error == UNKNOWN_CURRENCY:
        return "Use a currency such as USD."
    return f"{error}." if error else ""


def decimals_of(currency: str) -> int:
    return EXPONENTS.get(currency, 2)


def to_minor_units(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(decimals_of(currency)).to_integral_value())


def from_minor_units(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-decimals_of(currency))


def is_payable(amount: Decimal, currency: str) -> bool:
    """Whether the amount is a number that can be paid in its currency, with at most ten digits before the point."""
    return amount.is_finite() and -(10**10) < amount < 10**10 and amount == round(amount, decimals_of(currency))


def format_money(amount: Decimal, currency: str) -> str:
    """For people to read, such as 2,328.60 USD."""
    return f"{format_with_minus(amount, currency)} {currency}"


def format_with_minus(amount: Decimal, currency: str) -> str:
    """For people to read, such as −2.50; without the currency."""
    return format_amount(amount, currency).replace("-", "−")


def format_for_input(amount: Decimal, currency: str) -> str:
    """Such as 2328.60."""
    return format_amount(amount, currency).replace(",", "")


def format_amount(amount: Decimal, currency: str) -> str:
    """Such as 2,328.60; without the currency."""
    return f"{amount:,.{decimals_of(currency)}f}"
