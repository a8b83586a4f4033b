"""Checking a card that was typed, before the gateway is asked: its number, expiry and security code."""

from __future__ import annotations

import re

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from orders.payments.gateway import Card

LONGEST_LIFE = 30  # years; a later expiry is a typing mistake


class CardError(Exception):
    """`errors` is by part: number, expiry, security_code. It never repeats an entered value."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@sensitive_variables()
def read_card(*, number: str, expiry: str, security_code: str = "") -> Card:
    """`expiry` is MM/YY or MM/YYYY, valid to the end of the month. CardError if a value cannot be right."""
    digits = re.sub(r"[ -]", "", number)
    month, year = _expiry(expiry)
    errors = {}
    if not (re.fullmatch("[0-9]{12,19}", digits) and _is_luhn_valid(digits)):
        errors["number"] = "This is not a valid card number."
    if not 1 <= month <= 12:
        errors["expiry"] = "Enter the expiry month and year, such as 04/2027."
    elif not _is_in_range(month, year):
        errors["expiry"] = "This expiry date is in the past or too far in the future."
    if security_code and not re.fullmatch("[0-9]{4}" if digits.startswith("3") else "[0-9]{3}", security_code):
        errors["security_code"] = "The security code has three digits, or four on an American Express card."
    if errors:
        raise CardError(errors)
    return Card(digits, month, year, security_code)


def _expiry(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,2})\s*/\s*([0-9]{4}|[0-9]{2})", text.strip())
    if not match:
        return 0, 0
    return int(match[1]), int(match[2]) + (2000 if len(match[2]) == 2 else 0)


def _is_in_range(month: int, year: int) -> bool:
    today = timezone.now()
    return (today.year, today.month) <= (year, month) <= (today.year + LONGEST_LIFE, 12)


def _is_luhn_valid(digits: str) -> bool:
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0
