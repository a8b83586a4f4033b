"""Reading the card that somebody typed: nobody is asked about one whose number, date or code cannot be right."""

from __future__ import annotations

import re

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from orders.payments.gateway import Card

LONGEST_LIFE = 30  # years: an expiry beyond is a slip of the finger


class CardError(Exception):
    """No card was read. `errors` says why by part: number, expiry, security_code; it never repeats what was typed."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@sensitive_variables()
def read_card(*, number: str, expiry: str, security_code: str = "") -> Card:
    """The card; `expiry` is MM/YY or MM/YYYY, and a card is good to the end of that month."""
    digits = re.sub(r"[ -]", "", number)
    month, year = _expiry(expiry)
    errors = {}
    if not (re.fullmatch("[0-9]{12,19}", digits) and _adds_up(digits)):
        errors["number"] = "This is not a valid card number."
    if not 1 <= month <= 12:
        errors["expiry"] = "Enter the expiry month and year, such as 04/2027."
    elif not _is_good(month, year):
        errors["expiry"] = "This expiry date is in the past or too far in the future."
    if security_code and not re.fullmatch("[0-9]{4}" if digits.startswith("3") else "[0-9]{3}", security_code):
        errors["security_code"] = "The security code has three digits, or four on an American Express card."
    if errors:
        raise CardError(errors)
    return Card(digits, month, year, security_code)


def _expiry(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,2})\s*/\s*([0-9]{4}|[0-9]{2})", text.strip())
    if not found:
        return 0, 0
    return int(found[1]), int(found[2]) + (2000 if len(found[2]) == 2 else 0)


def _is_good(month: int, year: int) -> bool:
    today = timezone.now()
    return (today.year, today.month) <= (year, month) <= (today.year + LONGEST_LIFE, 12)


def _adds_up(digits: str) -> bool:
    """Luhn's sum, which a slip of the finger breaks."""
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0
