"""What the form of final values was sent: each field holds the value that will be, picked from a customer or typed.

A page sends for each field its inputs, which customer's value is picked, and which was picked when it was shown. A new
pick fills the field; else the field counts as it stands. Where both were changed, the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from customers.lib.addresses.countries import country_choices
from customers.lib.money import is_payable
from customers.lib.text import can_be_stored
from customers.merging.forms.texts import ANSWERED, Texts, holder_of, input_names, on_one_line, texts_of, value_of
from customers.merging.plan import MergePlan
from customers.models import Customer, MergeDraft, PaySource
from customers.profile.clean import clean_typed
from customers.profile.decisions import Picked, Typed
from customers.profile.fields import BY_KEY, FIELDS, FieldKind, ProfileField
from customers.profile.forms.inputs import listed_options
from customers.profile.shop_logins import LoginTakenError, refuse_taken_login

EMPTY = "empty"
"""The pick of no password."""
PICK, SHOWN, VALUE = "pick-", "shown-", "value-"
PASSWORD = BY_KEY["cart_password"].key
CREDIT = "credit-"
LONGEST = 1000
"""More than any field takes."""
MOST_PAY_SOURCES = 200
UNKNOWN = "Select one of the values shown."
BOTH = "You selected a value and edited the field as well. Check the field, then review again."


@dataclass(frozen=True)
class Entered:
    """`picks` are {field: customer, EMPTY, or "" where the value is nobody's}, `texts` those of all inputs.

    A password is never part of it; `new_password` is the hash of one that was set on this page. `errors` are what the
    form could not make out, {field: what to correct}.
    """

    picks: Mapping[str, str]
    texts: Mapping[str, str]
    new_password: str = ""
    errors: Mapping[str, str] = dataclass_field(default_factory=dict)

    @classmethod
    def suggested(cls, plan: MergePlan, customers: Sequence[Customer]) -> Entered:
        survivor, picks = customers[0], {}
        texts: Texts = {}
        by_pk = {customer.pk: customer for customer in customers}
        for key, final in plan.finals.items():
            # The most restrictive answer has no origin where several gave it: the first customer who did is picked.
            holders = (customer for customer in customers if getattr(customer, BY_KEY[key].column) == final.value)
            holder = by_pk[final.origin] if final.origin else next(holders, survivor)
            picks[key] = str(holder.pk)
            texts |= texts_of(BY_KEY[key], holder)
        return cls(picks, texts)

    def sent(self, data: Mapping[str, Any], customers: Sequence[Customer], was: Mapping[str, list[Texts]]) -> Entered:
        """What `data` says, beginning with what is suggested; `was` are older texts of values changed meanwhile."""
        entered = replace(self, errors={})
        for field in FIELDS:
            entered = _read(entered, field, data, customers, was)
        credit = {name[len(VALUE) :]: data[name].strip() for name in data if name.startswith(VALUE + CREDIT)}
        corrected = {name: text for name, text in credit.items() if text not in ("", data.get(SHOWN + name))}
        return replace(entered, texts={**entered.texts, **corrected})

    def of(self, field: ProfileField) -> Texts:
        return {name: self.texts[name] for name in input_names(field)}

    def differing(self, suggested: Entered, currencies: Collection[str]) -> dict[str, dict[str, str]]:
        """What a draft keeps: everything not as suggested, valid or not, and the credit in these `currencies`."""
        picks: dict[str, str] = {}
        credit = [f"{CREDIT}{currency}" for currency in currencies]
        typed = {name: self.texts[name] for name in credit if self.texts.get(name)}
        for field in FIELDS:
            pick, texts = self.picks[field.key], self.of(field)
            if pick and (texts != suggested.of(field) or not texts) and pick != suggested.picks[field.key]:
                picks[field.key] = pick
            elif not pick:
                typed |= texts
        return {"picks": picks, "typed": _storable(typed)}

    def with_draft(self, draft: MergeDraft, customers: Sequence[Customer]) -> Entered:
        numbers = {str(customer.pk) for customer in customers}
        typed, entered = draft.entered.get("typed", {}), self
        for key, pick in draft.entered.get("picks", {}).items():
            if key in BY_KEY and (pick in numbers or (key == PASSWORD and pick == EMPTY)):
                entered = entered.with_pick(BY_KEY[key], pick, customers)
        for field in FIELDS:
            if any(name in typed for name in input_names(field)):
                texts = {name: typed.get(name, "") for name in input_names(field)}
                entered = entered.with_texts(field, texts, customers)
        # A final amount of credit was meant for the sum of these customers.
        if {int(number) for number in numbers} == draft.versions.keys():
            credit = {name: text for name, text in typed.items() if name.startswith(CREDIT)}
            entered = replace(entered, texts={**entered.texts, **credit})
        return replace(entered, new_password=draft.new_password)

    def with_pick(self, field: ProfileField, pick: str, customers: Sequence[Customer]) -> Entered:
        holder = next((customer for customer in customers if str(customer.pk) == pick), None)
        texts = texts_of(field, holder) if holder else {}
        return replace(self, picks={**self.picks, field.key: pick}, texts={**self.texts, **texts})

    def with_texts(self, field: ProfileField, texts: Mapping[str, str], customers: Sequence[Customer]) -> Entered:
        """With a value as it stands in its inputs: the pick of whoever has it, or typed."""
        texts = {name: on_one_line(text) for name, text in texts.items()}
        if texts == self.of(field):
            return self
        holder = holder_of(field, texts, customers)
        picks = {**self.picks, field.key: str(holder.pk) if holder else ""}
        return replace(self, picks=picks, texts={**self.texts, **texts})

    def with_error(self, field: ProfileField, error: str) -> Entered:
        return replace(self, errors={**self.errors, field.key: error})


def _read(
    suggested: Entered,
    field: ProfileField,
    data: Mapping[str, Any],
    customers: Sequence[Customer],
    was: Mapping[str, list[Texts]],
) -> Entered:
    holders = {str(customer.pk): customer for customer in customers}
    pick = data.get(PICK + field.key, "")
    shown = data.get(SHOWN + field.key, suggested.picks[field.key])
    texts = {name: on_one_line(data[VALUE + name]) for name in input_names(field) if VALUE + name in data}
    if pick and pick not in holders and not (field.kind is FieldKind.PASSWORD and pick == EMPTY):
        return suggested.with_error(field, UNKNOWN)
    if not texts:
        return suggested.with_pick(field, pick, customers) if pick else suggested
    texts = {**dict.fromkeys(input_names(field), ""), **texts}
    if not pick or field.kind in ANSWERED:
        return suggested.with_texts(field, texts, customers)
    if texts == texts_of(field, holders[pick]):
        return suggested.with_pick(field, pick, customers)
    unchanged = [texts_of(field, holders[shown]), *was.get(field.key, [])] if shown in holders else [texts]
    if texts in unchanged:
        return suggested.with_pick(field, pick, customers)
    entered = suggested.with_texts(field, texts, customers)
    return entered if pick == shown else entered.with_error(field, BOTH)


def _storable(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if len(text) <= LONGEST and can_be_stored(text)}


def read_choice(field: ProfileField, entered: Entered, customers: Sequence[Customer]) -> Picked | Typed:
    """ValidationError says what to correct."""
    if error := entered.errors.get(field.key):
        raise ValidationError(error)
    pick = entered.picks[field.key]
    if pick == EMPTY:
        return Typed(field.blank)
    if pick:
        return Picked(int(pick))
    texts = entered.of(field)
    if field.kind is FieldKind.LOGIN and texts[field.key]:
        _refuse_taken(texts[field.key], customers)
    if field.kind is FieldKind.ADDRESS:
        _refuse_unlisted_country(texts[f"{field.key}-country"], field, customers)
    if field.kind is FieldKind.LISTED:
        _refuse_unlisted(texts[field.key], field, customers)
    if field.kind is FieldKind.PAY_SOURCE:
        _refuse_pay_source_of_others(texts[field.key], customers)
    try:
        return Typed(clean_typed(field, value_of(field, texts)) if any(texts.values()) else field.blank)
    except KeyError:
        raise ValidationError(UNKNOWN) from None


def _refuse_unlisted_country(text: str, field: ProfileField, customers: Sequence[Customer]) -> None:
    stored = (getattr(customer, field.key).get("country", "") for customer in customers)
    if text not in dict(country_choices(*stored)):
        raise ValidationError("Select one of the listed countries.")


def _refuse_unlisted(number: str, field: ProfileField, customers: Sequence[Customer]) -> None:
    stored = (getattr(customer, field.column) for customer in customers)
    if number not in dict(listed_options(field, stored)):
        raise ValidationError("Select one of the listed options.")


def _refuse_taken(login: str, customers: Sequence[Customer]) -> None:
    try:
        refuse_taken_login(login, [customer.pk for customer in customers])
    except LoginTakenError as error:
        raise ValidationError(str(error)) from None


def _refuse_pay_source_of_others(number: str, customers: Sequence[Customer]) -> None:
    if number and number not in {str(row.pk) for row in pay_sources_of(customers)}:
        raise ValidationError(UNKNOWN)


def pay_sources_of(customers: Sequence[Customer]) -> list[PaySource]:
    """The payment methods of all, the newest first; those that are a default are always among them."""
    defaults = [customer.pay_source for customer in customers if customer.pay_source]
    rows = PaySource.objects.filter(source_record__customer__in=customers).order_by("-pk")[:MOST_PAY_SOURCES]
    return list({row.pk: row for row in [*defaults, *rows]}.values())


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
