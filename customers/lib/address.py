"""A postal address as one value: six parts, kept without the blank ones, so that equal addresses are equal."""

from collections.abc import Mapping

from customers.lib.countries import country_name

PARTS: dict[str, str] = {
    "line1": "Address line 1",
    "line2": "Address line 2",
    "city": "City",
    "state": "State or region",
    "postal_code": "Postal code",
    "country": "Country",
}
PART_LENGTH = 120

Address = dict[str, str]


def address(parts: Mapping[str, str]) -> Address:
    return {key: value for key in PARTS if (value := (parts.get(key) or "").strip())}


def address_lines(value: Mapping[str, str]) -> list[str]:
    place = " ".join(filter(None, (value.get("postal_code"), value.get("city"), value.get("state"))))
    lines = (value.get("line1"), value.get("line2"), place, country_name(value.get("country", "")))
    return [line for line in lines if line]
