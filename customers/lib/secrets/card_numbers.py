"""Whole card numbers that people type where they do not belong. Addresses are kept in logs and histories."""

import re

# Cards begin so; with blanks or hyphens between their digits. A phone has a plus, or begins with zeros.
CARD = re.compile(r"[2-6](?:[ -]?\d){12,18}")


def last_four_of_card(text: str) -> str:
    """The last four digits if `text` is the number of a card; else ""."""
    digits = re.sub(r"\D", "", text)
    return digits[-4:] if CARD.fullmatch(text.strip()) and text.isascii() and _passes_luhn(digits) else ""


def _passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
