"""One cell of the grid of final values: what a customer has in a field, in words and in a form to compare."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from customers.lib.address import address_lines
from customers.lib.identity import fold, normal_email, normal_phone
from customers.models import Customer
from customers.profile.clean import as_text
from customers.profile.fields import REFERENCES, FieldKind, ProfileField


@dataclass(frozen=True)
class Cell:
    """`lines` are what a person reads; `changed` says who changed the value while somebody was deciding.

    `is_unmatched` when staff said not to match on it: that was said of this customer, and of nobody who takes it.
    `is_on_purpose` when it is picked by itself only, and not with all of one customer.
    """

    customer: Customer
    lines: list[str]
    is_blank: bool
    is_picked: bool = False
    is_survivor: bool = False
    changed: str = ""
    is_unmatched: bool = False
    is_on_purpose: bool = False

    @property
    def remarks(self) -> list[str]:
        """What is to be known before it is picked."""
        unmatched = "excluded from matching" if self.is_survivor else "excluded from matching, used if selected"
        return [*filter(None, [unmatched if self.is_unmatched else "", self.changed])]

    @property
    def who(self) -> str:
        return f"Customer {self.customer.pk} (kept)" if self.is_survivor else f"Customer {self.customer.pk}"


def is_blank(field: ProfileField, customer: Customer) -> bool:
    return field.kind is not FieldKind.FLAG and getattr(customer, field.column) == field.blank


def lines(field: ProfileField, customer: Customer) -> list[str]:
    """The value a line each; needs no query when the references of `customer` are at hand."""
    value = getattr(customer, field.column)
    match field.kind:
        case FieldKind.PASSWORD:
            return ["Keep this password" if value else "No password"]
        case FieldKind.ADDRESS if value:
            return address_lines(value)
        case kind if kind in REFERENCES and value:
            return [str(getattr(customer, field.key))]
        case FieldKind.CONSENT | FieldKind.FLAG | FieldKind.CHOICE:
            return [as_text(field, value) or "Empty"]
    return [str(value) if value else "Empty"]


def normal(field: ProfileField, customer: Customer, *, country: str) -> Hashable:
    """The value as it is compared, None when there is none; a phone without a country is read in `country`."""
    value = getattr(customer, field.column)
    if is_blank(field, customer):
        return None
    match field.kind:
        case FieldKind.EMAIL:
            return normal_email(value) or fold(value)
        case FieldKind.PHONE:
            country = customer.billing_address.get("country", "") or country
            return normal_phone(value, country) or fold(value)
        case FieldKind.ADDRESS:
            return tuple(sorted(value.items()))
        case _:
            return str(value)
