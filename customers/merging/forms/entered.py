"""The input of the form of final values, and the choices and amounts that it means."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from customers.lib.address import PARTS, address
from customers.lib.money import is_payable
from customers.lib.text import can_be_stored
from customers.merging.plan import MergePlan
from customers.models import Customer, MergeDraft
from customers.profile.clean import clean, clean_typed
from customers.profile.decisions import Picked, Typed
from customers.profile.fields import BY_KEY, FieldKind, ProfileField
from customers.profile.shop_logins import LoginTakenError, refuse_taken_login

EMPTY = "empty"
"""The pick that clears a value."""
NEITHER_TYPED_NOR_CLEARED = (FieldKind.CONSENT, FieldKind.FLAG)

PICK, VALUE = "pick-", "value-"
PASSWORD = BY_KEY["cart_password"].key
CREDIT = "credit-"
LONGEST = 1000
"""More than any field takes."""


@dataclass(frozen=True)
class Entered:
    """`picks` are {field: customer or EMPTY}, `typed` is {name of an input without its prefix: text}.

    A password is never part of it; `new_password` is the hash of one that was set on this page.
    """

    picks: Mapping[str, str]
    typed: Mapping[str, str] = dataclass_field(default_factory=dict)
    new_password: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Entered:
        return cls(
            picks={key[len(PICK) :]: value for key, value in data.items() if key.startswith(PICK)},
            typed={k[len(VALUE) :]: v for k, v in data.items() if k.startswith(VALUE) and k != VALUE + PASSWORD},
        )

    @classmethod
    def suggested(cls, plan: MergePlan, customers: Sequence[Customer]) -> Entered:
        survivor, picks = customers[0], {}
        for key, final in plan.finals.items():
            # The most restrictive answer has no origin where several gave it: the first customer who did is picked.
            holders = (customer for customer in customers if getattr(customer, BY_KEY[key].column) == final.value)
            picks[key] = str(final.origin or next(holders, survivor).pk)
        return cls(picks)

    def differing(self, suggested: Entered, names: Collection[str]) -> dict[str, dict[str, str]]:
        """What a draft keeps of the inputs `names`: everything not as suggested, valid or not."""
        picks = {key: pick for key, pick in self.picks.items() if key in BY_KEY and pick != suggested.picks[key]}
        typed = {name: text for name, text in self.typed.items() if name in names and text.strip()}
        return {"picks": _storable(picks), "typed": _storable(typed)}

    def with_draft(self, draft: MergeDraft, customers: Sequence[Customer]) -> Entered:
        numbers = {customer.pk for customer in customers}
        valid_picks = {EMPTY, *map(str, numbers)}
        picks = {key: pick for key, pick in draft.entered.get("picks", {}).items() if pick in valid_picks}
        typed = draft.entered.get("typed", {})
        if numbers != draft.versions.keys():
            # A final amount of credit was meant for the sum of other customers.
            typed = {name: text for name, text in typed.items() if not name.startswith(CREDIT)}
        return Entered({**self.picks, **picks}, typed, draft.new_password)

    def with_picks(self, picks: Mapping[str, str]) -> Entered:
        return replace(self, picks={**self.picks, **picks})

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()


def _storable(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if len(text) <= LONGEST and can_be_stored(text)}


def read_choice(field: ProfileField, entered: Entered, customers: Sequence[Customer]) -> Picked | Typed | None:
    """None when nothing was chosen; ValidationError says what to correct. A typed value overrides a picked one."""
    return _typed(field, entered, customers) or _picked(field, entered, customers)


def _typed(field: ProfileField, entered: Entered, customers: Sequence[Customer]) -> Typed | None:
    if field.kind in (*NEITHER_TYPED_NOR_CLEARED, FieldKind.PAY_SOURCE, FieldKind.PASSWORD):
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
        refuse_taken_login(login, [customer.pk for customer in customers])
    except LoginTakenError as error:
        raise ValidationError(str(error)) from None


def _picked(field: ProfileField, entered: Entered, customers: Sequence[Customer]) -> Picked | Typed | None:
    pick = entered.picks.get(field.key, "")
    if pick == EMPTY and field.kind not in NEITHER_TYPED_NOR_CLEARED:
        return Typed(field.blank)
    if pick in {str(customer.pk) for customer in customers}:
        return Picked(int(pick))
    if pick:
        raise ValidationError("Select one of the values shown.")
    return None


def read_amount(text: str, currency: str) -> Decimal:
    """Zero or more, also with commas between thousands; ValidationError says what to correct."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if is_payable(number, currency) and number >= 0:
        return number
    raise ValidationError("Enter an amount such as 7.50.")
