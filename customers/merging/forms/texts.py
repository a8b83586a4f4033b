"""The values of customers as the texts of the inputs of the form of final values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from customers.models import Customer
from customers.profile.clean import as_text
from customers.profile.decisions import Choices, Picked, Typed
from customers.profile.fields import BY_KEY, FieldKind, ProfileField
from customers.profile.forms import inputs

ANSWERED = (FieldKind.CONSENT, FieldKind.FLAG)
"""What is answered by Yes or No, and not entered."""

Texts = dict[str, str]
"""{name of an input, without its prefix: text}"""


def input_names(field: ProfileField) -> list[str]:
    """None for a password: it is selected or set anew, and never shown."""
    return [] if field.kind is FieldKind.PASSWORD else inputs.names(field)


def texts_of(field: ProfileField, customer: Customer) -> Texts:
    match field.kind:
        case FieldKind.PASSWORD:
            return {}
        case FieldKind.LOGIN:
            return {field.key: str(customer.cart_login or "")}
    return inputs.texts(field, getattr(customer, field.column))


def text_of_value(field: ProfileField, value: Any) -> Texts:
    """As `texts_of`, of a value as a change keeps it."""
    match field.kind:
        case FieldKind.PASSWORD:
            return {}
        case FieldKind.LOGIN:
            return {field.key: as_text(field, value)}
    return inputs.texts(field, value)


def holder_of(field: ProfileField, texts: Mapping[str, str], customers: Sequence[Customer]) -> Customer | None:
    """The first customer who has the value that `texts` write."""
    return next((customer for customer in customers if texts_of(field, customer) == texts), None)


def value_of(field: ProfileField, texts: Mapping[str, str]) -> Any:
    """A login stays a text, as it is typed."""
    return texts[field.key] if field.kind is FieldKind.LOGIN else inputs.value(field, texts)


def texts_of_choices(choices: Choices) -> dict[str, dict[str, str]]:
    """Choices as a draft keeps them."""
    picks = {key: str(choice.customer) for key, choice in choices.items() if isinstance(choice, Picked)}
    typed: Texts = {}
    for key, choice in choices.items():
        if isinstance(choice, Typed):
            typed |= text_of_value(BY_KEY[key], choice.value)
    return {"picks": picks, "typed": typed}


def on_one_line(text: str) -> str:
    # Long values are shown in more than one line, and stored in one.
    return " ".join(text.splitlines()).strip()
