"""A row of the form of final values: a field with the inputs that hold its value, and the values to choose from."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from customers.lib.addresses.address import address_lines
from customers.lib.dates import format_day
from customers.models import Customer
from customers.profile.clean import as_text, comparable
from customers.profile.fields import REFERENCES, FieldKind, ProfileField

LONG = 44
"""A longer text gets a field of several lines, so that all of it is seen."""


@dataclass(frozen=True)
class Input:
    """Its name is also its id."""

    name: str
    label: str
    text: str
    options: Sequence[tuple[str, str]] = ()
    """What can be selected or answered; else any text can be entered."""

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG

    @property
    def shown(self) -> str:
        return dict(self.options).get(self.text, self.text)


@dataclass(frozen=True)
class ValueChoice:
    """A value that one customer has, or several: `lines` as shown, `number` stands for all of them in the form.

    `fills` are the texts it fills the inputs with, and `remarks` what else is to be known of it.
    """

    number: str
    holders: Sequence[int]
    lines: Sequence[str]
    is_blank: bool
    at: datetime | None = None
    by: str = ""
    is_newest: bool = False
    is_picked: bool = False
    is_on_purpose: bool = False
    """Whether it is picked by itself only, and not with all values of its customer."""
    remarks: Sequence[str] = ()
    fills: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> str:
        return ", ".join(map(str, self.holders))

    @property
    def when(self) -> str:
        if self.at is None:
            return "" if not self.holders else "never set" if self.is_blank else "not known when"
        return ", ".join(filter(None, [format_day(self.at), self.by]))

    @property
    def fills_as_json(self) -> str:
        return json.dumps(self.fills)


@dataclass(frozen=True)
class ValueRow:
    """`control` names what the value is entered with: text, select, answers, address, password or credit."""

    key: str
    label: str
    group: str
    control: str
    inputs: Sequence[Input]
    choices: Sequence[ValueChoice]
    shown_pick: str = ""
    differs: bool = False
    note: str = ""
    error: str = ""
    is_entered: bool = False
    """Whether the value is none of the customers'."""
    keeps_password: bool = False

    @property
    def anchor(self) -> str:
        return self.inputs[0].name if self.inputs else f"row-{self.key}"

    @property
    def is_same(self) -> bool:
        return self._is_settled and len([c for c in self.choices if c.holders]) == 1

    @property
    def is_without_conflict(self) -> bool:
        """Whether it is written in several ways, or some customers have no value."""
        return self._is_settled and not self.is_same

    @property
    def _is_settled(self) -> bool:
        touched = self.is_entered or self.error or self.keeps_password
        changed = any(choice.remarks for choice in self.choices)
        return not (touched or changed or self.differs)

    @property
    def final(self) -> str:
        """What will be saved, as long as nothing else is entered."""
        picked = [line for choice in self.choices if choice.is_picked for line in choice.lines]
        return ", ".join(picked or [entry.shown for entry in self.inputs if entry.shown])

    @property
    def shared(self) -> str:
        return "empty" if self.choices[0].is_blank else ", ".join(self.choices[0].lines)

    @property
    def is_told(self) -> bool:
        """Whether the customers’ values stand there to be read: the input has all there is to choose."""
        return self.control in ("answers", "credit")


def is_blank(field: ProfileField, customer: Customer) -> bool:
    return field.kind is not FieldKind.FLAG and getattr(customer, field.column) == field.blank


def value_lines(field: ProfileField, customer: Customer) -> list[str]:
    value = getattr(customer, field.column)
    match field.kind:
        case FieldKind.PASSWORD:
            return ["Keep this password" if value else "No password"]
        case FieldKind.ADDRESS if value:
            return address_lines(value)
        case kind if kind in REFERENCES and value:
            return [str(getattr(customer, field.key))]
        case FieldKind.CONSENT | FieldKind.FLAG:
            return [as_text(field, value)]
        case FieldKind.CHOICE:
            return [as_text(field, value) or "Empty"]
    return [str(value) if value else "Empty"]


def comparable_value(field: ProfileField, customer: Customer, *, country: str) -> Hashable:
    """None for a blank value. `country` is the default country of a phone."""
    if is_blank(field, customer):
        return None
    country = customer.billing_address.get("country", "") or country
    return comparable(field, getattr(customer, field.column), country=country)
