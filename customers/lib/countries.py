"""Countries as people write them, and the ISO code that a phone number needs to be read."""

from collections.abc import Sequence
from functools import cache

from django_countries import countries

# What senders write that the ISO list spells otherwise.
ALSO_WRITTEN = {
    "usa": "US",
    "united states": "US",
    "uk": "GB",
    "england": "GB",
    "czech republic": "CZ",
    "holland": "NL",
}

COUNTRIES: Sequence[tuple[str, str]] = tuple((country.code, country.name) for country in countries)
"""Every ISO code with its English name, by name."""


@cache
def country_code(written: str) -> str:
    """The ISO 3166 alpha-2 code of a country given by code or English name; "" when it is not one."""
    text = written.strip()
    if len(text) == 2 and text.upper() in countries:
        return text.upper()
    return ALSO_WRITTEN.get(text.casefold()) or countries.by_name(text)


def country_name(written: str) -> str:
    """The English name of a country given by its code; other text is returned as it is."""
    return (countries.name(written.upper()) or written) if len(written) == 2 else written


def country_spellings(code: str) -> list[str]:
    """The ways in which senders write the country of an ISO code."""
    also = [name for name, meant in ALSO_WRITTEN.items() if meant == code]
    names = [country_name(code), *also, *(name.title() for name in also), *(name.upper() for name in also)]
    return list(dict.fromkeys([code, code.lower(), *names]))
