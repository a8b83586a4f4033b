"""What a likely pair says, in words and bars: how sure, and what speaks for it and against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customers.matching.likely import comparisons as levels

VERY_LIKELY, LIKELY, POSSIBLE = 0.95, 0.8, 0.5
STRONG, MEDIUM, WEAK = 9.0, 4.0, 0.5
"""Bits from which on a weight is strong, medium or weak."""
RARE = 10.0
WIDEST = 15.0
HALF = 100
"""The middle line of a bar, in the units of its SVG."""

FIELDS = {
    "first": "first name",
    "last": "last name",
    "company": "company",
    "email": "email",
    "phone": "phone",
    "street": "street",
    "number": "house number",
    "place": "address line 2",
    "city": "city",
    "postcode": "postal code",
    "state": "state",
    "born": "date of birth",
}
PLURALS = {
    "first": "first names",
    "last": "last names",
    # Where one of the two has no company, the web domains of their emails are compared.
    "company": "companies or web domains",
    "email": "emails",
    "phone": "phones",
    "street": "streets",
    "number": "house numbers",
    "place": "second address lines",
    "city": "cities",
    "postcode": "postal codes",
    "state": "states",
    "born": "dates of birth",
}
TEXTS = {
    levels.SAME: "Same {field}",
    levels.SWAPPED: "First and last name swapped",
    levels.SHORT: "Short form of the first name",
    levels.SLIP: "Similar {field}",
    levels.MIXED: "Similar letters in the {field}",
    levels.MONTH: "Same month of birth",
    levels.YEAR: "Same year of birth",
    levels.DOMAIN: "Same web domain",
    levels.DIFFERS: "Different {fields}",
}


@dataclass(frozen=True)
class FieldWeight:
    """How the values of one field agree, and how much that counts, in bits; below zero it speaks against."""

    field: str
    level: str
    bits: float

    @property
    def label(self) -> str:
        name = "web domain" if self.level == levels.DOMAIN else FIELDS[self.field]
        return name[:1].upper() + name[1:]

    @property
    def text(self) -> str:
        name = FIELDS[self.field]
        if self.level == levels.SAME and self.field in ("first", "last") and self.bits >= RARE:
            return f"Rare {name} agrees"
        return TEXTS[self.level].format(field=name, fields=PLURALS[self.field])

    @property
    def is_against(self) -> bool:
        return self.bits < 0

    @property
    def strength(self) -> str:
        side = "against" if self.is_against else "for"
        for least, word in ((STRONG, "Strong"), (MEDIUM, "Medium"), (WEAK, "Weak")):
            if abs(self.bits) >= least:
                return f"{word} {side}"
        return "No evidence"

    @property
    def width(self) -> float:
        return round(min(abs(self.bits), WIDEST) / WIDEST * HALF, 1)

    @property
    def x(self) -> float:
        return HALF - self.width if self.is_against else HALF


def field_weights(weights: Mapping[str, Sequence[object]]) -> list[FieldWeight]:
    """Of a kept pair, what counts most first."""
    read = [FieldWeight(field, str(level), float(str(bits))) for field, (level, bits) in weights.items()]
    return sorted(read, key=lambda weight: (-weight.bits, weight.label))


def how_likely(probability: float) -> str:
    if probability >= VERY_LIKELY:
        return "Very likely the same"
    if probability >= LIKELY:
        return "Likely the same"
    return "Possibly the same" if probability >= POSSIBLE else "Unlikely the same"


def percent(probability: float) -> int:
    # 99.7 is not all: nothing is sure here.
    return min(round(probability * 100), 99)
