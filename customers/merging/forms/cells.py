"""A row of the grid of final values: a field with a cell for each customer, and inputs for another value."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from customers.lib.address import address_lines
from customers.models import Customer
from customers.profile.clean import as_text, comparable
from customers.profile.fields import REFERENCES, FieldKind, ProfileField


@dataclass(frozen=True)
class Cell:
    """The value of one customer in a field. `lines` are the value as shown."""

    customer: Customer
    lines: list[str]
    is_blank: bool
    is_picked: bool = False
    is_survivor: bool = False
    changed: str = ""
    """Who changed the value since it was shown."""
    is_excluded: bool = False
    """Whether this customer is not matched by the value; a customer that takes it over is."""
    is_on_purpose: bool = False
    """Whether it is picked by itself only, and not with all values of its customer."""

    @property
    def remarks(self) -> list[str]:
        excluded = "excluded from matching" if self.is_survivor else "excluded from matching, used if selected"
        return [*filter(None, [excluded if self.is_excluded else "", self.changed])]

    @property
    def who(self) -> str:
        return f"Customer {self.customer.pk} (kept)" if self.is_survivor else f"Customer {self.customer.pk}"


@dataclass(frozen=True)
class Input:
    """Its name is also its id."""

    name: str
    label: str
    placeholder: str
    value: str = ""


@dataclass(frozen=True)
class GridRow:
    key: str
    label: str
    group: str
    control: str
    cells: list[Cell]
    inputs: list[Input]
    choices: Sequence[tuple[str, str]] = ()
    differs: bool = False
    note: str = ""
    error: str = ""
    offers_empty: bool = False
    empty_is_picked: bool = False
    keeps_password: bool = False

    @property
    def is_long(self) -> bool:
        # Too wide for two values side by side on a phone.
        return self.control == "address" or self.key == "email"

    @property
    def is_typed(self) -> bool:
        return any(field.value for field in self.inputs)

    @property
    def anchor(self) -> str:
        return self.inputs[0].name if self.inputs else f"row-{self.key}"

    @property
    def is_same(self) -> bool:
        touched = self.is_typed or self.error or self.empty_is_picked or self.keeps_password
        changed = any(cell.changed for cell in self.cells)
        return not (touched or changed or self.differs) and len({tuple(cell.lines) for cell in self.cells}) == 1

    @property
    def shared(self) -> str:
        return "empty" if self.cells[0].is_blank else ", ".join(self.cells[0].lines)


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
        case FieldKind.CONSENT | FieldKind.FLAG | FieldKind.CHOICE:
            return [as_text(field, value) or "Empty"]
    return [str(value) if value else "Empty"]


def comparable_value(field: ProfileField, customer: Customer, *, country: str) -> Hashable:
    """None for a blank value. `country` is the default country of a phone."""
    if is_blank(field, customer):
        return None
    country = customer.billing_address.get("country", "") or country
    return comparable(field, getattr(customer, field.column), country=country)
