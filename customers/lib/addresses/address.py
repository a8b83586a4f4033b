"""A postal address as one value: six parts, kept without the blank ones, so that equal addresses are equal."""

import re
import unicodedata
from collections.abc import Mapping

from customers.lib.addresses.countries import country_code, country_name
from customers.lib.addresses.formats import format_of
from customers.lib.phrases import isolated

PARTS: dict[str, str] = {
    "line1": "Address line 1",
    "line2": "Address line 2",
    "city": "City",
    "state": "State or region",
    "postal_code": "Postal code",
    "country": "Country",
}
PART_LENGTH = 120
LETTERS = {"A": ("line1", "line2"), "C": ("city",), "S": ("state",), "Z": ("postal_code",)}
"""By which the format of a country names the parts."""

Address = dict[str, str]


def address(parts: Mapping[str, str]) -> Address:
    return {key: value for key in PARTS if (value := (parts.get(key) or "").strip())}


def address_lines(value: Mapping[str, str]) -> list[str]:
    """As the country writes it, which comes last. Parts that it does not write stand below the others."""
    form = format_of(country_code(value.get("country", "")))
    order = form.latin_lines if all(map(_is_latin, value.values())) else form.lines
    texts = {letter: "\n".join(filter(None, map(value.get, parts))) for letter, parts in LETTERS.items()}
    lines = [_filled(line, texts) for line in order.split("%n")]
    lines += [text for letter, text in texts.items() if f"%{letter}" not in order]
    lines.append(country_name(value.get("country", "")))
    return [part for line in lines for part in line.splitlines() if part]


def _filled(line: str, texts: Mapping[str, str]) -> str:
    """The text between two parts is left out with either of them: “%C, %S %Z” without a city is “AZ 85719”."""
    filled, between = "", ""
    for piece in re.split("(%[A-Z])", line):
        if not piece.startswith("%"):
            between = piece if filled else piece.lstrip(" ,-")
        elif text := texts.get(piece[1:], ""):
            filled += between + text
            between = ""
    return filled


def _is_latin(text: str) -> bool:
    return text.isascii() or all("LATIN" in unicodedata.name(c, "") for c in text if c.isalpha())


def parts_in_order(country: str) -> list[str]:
    """The country first, then the parts as it writes them, then those that it does not write."""
    order = format_of(country_code(country)).latin_lines
    letters = [letter for letter in re.findall("%([A-Z])", order) if letter in LETTERS]
    written = [part for letter in letters for part in LETTERS[letter]]
    return list(dict.fromkeys(("country", *written, *PARTS)))


def labels_of(country: str) -> dict[str, str]:
    """{part: label}, such as “ZIP code” in the United States."""
    return PARTS | format_of(country_code(country)).labels


def postal_code_doubt(value: Mapping[str, str]) -> str:
    """What to say of a postal code that its country does not have, which is kept all the same; else ""."""
    country, postal_code = value.get("country", ""), value.get("postal_code", "")
    form = format_of(country_code(country))
    if not postal_code or form.is_postal_code(postal_code):
        return ""
    label = labels_of(country)["postal_code"]
    usually = f" It usually looks like {form.example}." if form.example else ""
    return f"Check the {label} “{isolated(postal_code)}”.{usually}"
