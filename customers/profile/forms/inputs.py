"""The inputs of a field of the profile: one, or six for an address; all of them hold text.

A value written to its inputs and read back is unchanged. So a field that was not edited is not changed either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from customers.lib.addresses.address import PART_LENGTH, PARTS, address, labels_of, parts_in_order
from customers.lib.addresses.countries import country_choices
from customers.models import CartLogin, Customer, PaySource
from customers.profile.clean import LONGEST_LOGIN
from customers.profile.fields import REFERENCES, FieldKind, ProfileField
from customers.web.fields import TextField

ANSWERS = {"": None, "yes": True, "no": False}


def names(field: ProfileField) -> list[str]:
    return [f"{field.key}-{part}" for part in PARTS] if field.kind is FieldKind.ADDRESS else [field.key]


def names_in_order(field: ProfileField, country: str) -> list[str]:
    """The parts of an address as `country` writes it."""
    if field.kind is not FieldKind.ADDRESS:
        return names(field)
    return [f"{field.key}-{part}" for part in parts_in_order(country)]


def fields_of(field: ProfileField, customer: Customer | None, *, country: str = "") -> dict[str, forms.Field]:
    """The inputs by name; a login or payment method is one of the customer's. `country` is that of an address."""
    match field.kind:
        case FieldKind.ADDRESS:
            labels = labels_of(country)
            parts: dict[str, forms.Field] = {
                f"{field.key}-{part}": TextField(label=labels[part], max_length=PART_LENGTH, required=False)
                for part in PARTS
            }
            stored = getattr(customer, field.key).get("country", "") if customer else ""
            return parts | {f"{field.key}-country": _country(stored)}
        case FieldKind.CONSENT:
            return {field.key: _select(field, [("", "Not set"), ("yes", "Yes"), ("no", "No")])}
        case FieldKind.FLAG:
            return {field.key: _select(field, [("no", "No"), ("yes", "Yes")], required=True)}
        case FieldKind.CHOICE:
            return {field.key: _select(field, field.options)}
        case FieldKind.LISTED:
            current = getattr(customer, field.column) if customer else None
            return {field.key: _select(field, listed_options(field, [current]))}
        case FieldKind.LOGIN | FieldKind.PAY_SOURCE:
            return {field.key: _select(field, [("", "None"), *_options(field, customer)])}
    longest = getattr(Customer, field.key).field.max_length or LONGEST_LOGIN
    return {field.key: TextField(label=field.label, max_length=longest, required=False)}


def _country(stored: str) -> forms.Field:
    """What a data source sent as another text stays among the choices until it is edited."""
    wrong = {"invalid_choice": "Select one of the listed countries."}
    return forms.ChoiceField(
        label=PARTS["country"], choices=country_choices(stored), required=False, error_messages=wrong
    )


def _select(field: ProfileField, choices: Iterable[tuple[str, str]], *, required: bool = False) -> forms.Field:
    wrong = dict.fromkeys(("invalid_choice", "required"), "Select one of the listed options.")
    return forms.ChoiceField(label=field.label, choices=list(choices), required=required, error_messages=wrong)


def _options(field: ProfileField, customer: Customer | None) -> list[tuple[str, str]]:
    of_customer = {"source_record__customer": customer}
    if field.kind is FieldKind.LOGIN:
        logins = CartLogin.objects.filter(**of_customer, login__isnull=False).order_by("pk")
        return [(str(row.pk), str(row)) for row in logins]
    return [(str(row.pk), str(row)) for row in PaySource.objects.filter(**of_customer).order_by("pk")]


def listed_options(field: ProfileField, current: Iterable[int | None]) -> list[tuple[str, str]]:
    """The entries that are offered; a retired one only where it is the value already."""
    values = {*current}
    entries = [entry for entry in field.entries if not entry.is_retired or entry.pk in values]
    labels = (f"{entry} (retired)" if entry.is_retired else str(entry) for entry in entries)
    return [("", "Not set"), *zip((str(entry.pk) for entry in entries), labels, strict=True)]


def texts(field: ProfileField, value: Any) -> dict[str, str]:
    """{name of input: text} of a value, on one line as a browser sends it back."""
    match field.kind:
        case FieldKind.ADDRESS:
            parts = [value.get(part, "") for part in PARTS]
        case FieldKind.CONSENT | FieldKind.FLAG:
            parts = [next(text for text, answer in ANSWERS.items() if answer is value)]
        case _:
            parts = [str(value or "")]
    return {name: " ".join(text.splitlines()).strip() for name, text in zip(names(field), parts, strict=True)}


def value(field: ProfileField, typed: Mapping[str, str]) -> Any:
    match field.kind:
        case FieldKind.ADDRESS:
            return address({part: typed.get(name, "") for part, name in zip(PARTS, names(field), strict=True)})
        case FieldKind.CONSENT | FieldKind.FLAG:
            return ANSWERS[typed.get(field.key, "")]
        case kind if kind in REFERENCES:
            return int(typed[field.key]) if typed.get(field.key) else None
    return typed.get(field.key, "")
