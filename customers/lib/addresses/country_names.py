"""Writes country_names.txt: the names of countries in all languages of CLDR: `make country-names`, after a new babel.

Babel needs eight seconds to read its languages. The file takes a quarter of one and 18 MB, when the first name is
looked up.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

FILE = Path(__file__).with_name("country_names.txt")
# Of a made language, whose names of countries look like those of other countries.
LEFT_OUT = {"tok"}


def lines(languages: Collection[str] = ()) -> Iterator[str]:
    """For each country its ISO codes (two letters, three letters, three digits) and its names, with tabs between."""
    from babel import localedata
    from django_countries import countries
    from django_countries.data import COUNTRIES

    # Kosovo has no code of ISO's own, and a country code of telephones.
    known = {**COUNTRIES, "XK": "Kosovo"}
    names: dict[str, dict[str, None]] = {code: {str(name): None} for code, name in sorted(known.items())}
    for language in languages or sorted(set(localedata.locale_identifiers()) - LEFT_OUT):
        territories = localedata.load(language, merge_inherited=False).get("territories", {})
        for code in sorted(names.keys() & territories.keys()):
            names[code][str(territories[code])] = None
    for code, of_country in names.items():
        yield "\t".join([code, countries.alpha3(code), str(countries.numeric(code, padded=True) or ""), *of_country])


def write() -> None:
    FILE.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
