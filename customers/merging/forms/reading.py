"""Reading one value of the form of final values. A ValidationError says what to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from customers.lib.address import PARTS, address
from customers.lib.money import is_payable
from customers.merging.forms.entered import EMPTY, Entered
from customers.merging.plan import Picked, Typed
from customers.models import Customer
from customers.profile import cart_logins
from customers.profile.clean import clean, clean_typed
from customers.profile.fields import FieldKind, ProfileField

ANSWERED = (FieldKind.CONSENT, FieldKind.FLAG)
"""Kinds of which a customer's answer is picked: they are neither typed nor cleared."""


def choice(field: ProfileField, entered: Entered, customers: Sequence[Customer]) -> Picked | Typed | None:
    """What was chosen for a field: what is typed wins. None when nothing was."""
    return typed(field, entered, customers) or picked(field, entered, customers)


def typed(field: ProfileField, entered: Entered, customers: Sequence[Customer]) -> Typed | None:
    if field.kind in (*ANSWERED, FieldKind.PAY_SOURCE, FieldKind.PASSWORD):
        return None
    if field.kind is FieldKind.ADDRESS:
        parts = address({part: entered.text(f"{field.key}-{part}") for part in PARTS})
        return Typed(clean(field, parts)) if parts else None
    text = entered.text(field.key)
    if not text:
        return None
    if field.kind is FieldKind.LOGIN:
        _refuse_taken(text, customers)
    return Typed(clean_typed(field, text))


def _refuse_taken(login: str, customers: Sequence[Customer]) -> None:
    try:
        cart_logins.refuse_taken(login, [customer.pk for customer in customers])
    except cart_logins.LoginTakenError as error:
        raise ValidationError(str(error)) from None


def picked(field: ProfileField, entered: Entered, customers: Sequence[Customer]) -> Picked | Typed | None:
    pick = entered.picks.get(field.key, "")
    if pick == EMPTY and field.kind not in ANSWERED:
        return Typed(field.blank)
    if pick in {str(customer.pk) for customer in customers}:
        return Picked(int(pick))
    if pick:
        raise ValidationError("Select one of the values shown.")
    return None


def amount(text: str, currency: str) -> Decimal:
    """An amount of credit, zero or more; thousands may be grouped as the page groups them."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if is_payable(number, currency) and number >= 0:
        return number
    raise ValidationError("Enter an amount such as 7.50.")
