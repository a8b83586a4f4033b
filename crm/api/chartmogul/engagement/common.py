"""What the operations on contacts, notes, opportunities and tasks have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from ninja import Schema

from crm.api.chartmogul import lookup
from crm.api.chartmogul.errors import invalid, not_found, refusal
from customers.engagement.common import EngagementError
from customers.lib.text import can_be_stored
from customers.models import Contact, Customer, Note, Opportunity, Task

VIEW, CHANGE = "customers.view_customer", "customers.change_customer"

Row = TypeVar("Row", Contact, Note, Opportunity, Task)

NAMES = {
    "amount": "amount_in_cents",
    "assignee": "assignee",
    "customer": "customer_uuid",
    "data_source": "data_source_uuid",
    "details": "task_details",
    "due": "due_date",
    "kind": "type",
    "from": "from_uuid",
}
"""What this dialect calls a column."""


class Nothing(Schema):
    """What is answered when a row is deleted: an empty object."""


class CustomIn(Schema):
    key: str
    value: str | int | float | bool | None


Custom = list[CustomIn] | dict[str, str | int | float | bool | None]


class AboutIn(Schema):
    """Whom a note or a task is about, other than by `customer_uuid`."""

    associated_object: Literal["customer", "contact"]
    method: Literal["uuid"] = "uuid"
    value: str


class AboutOut(Schema):
    customer_uuid: str
    associated_object: Literal["customer", "contact"]
    associated_object_uuid: str


def row(model: type[Row], uuid: str, *related: str, param: str | None = None) -> Row:
    """The row of `model` with this uuid, its record and customer fetched with it, and what is `related` besides."""
    rows = model._default_manager.select_related("source_record__customer", *related)
    found = rows.filter(uuid=uuid).first() if can_be_stored(uuid) else None
    if found is None:
        raise not_found(str(model._meta.verbose_name).capitalize(), param)
    return found


def whom(customer_uuid: str | None, identifier: AboutIn | None) -> Customer | Contact:
    """Whom a new note or task is about."""
    if identifier and identifier.associated_object == "contact":
        return row(Contact, identifier.value, param="associated_object_identifier")
    uuid = identifier.value if identifier else customer_uuid
    if uuid is None:
        raise refusal(400, 'Parameter "customer_uuid" is missing', "customer_uuid")
    return lookup.customer(uuid)


def about(of: Note | Task) -> dict[str, str]:
    """Whom a row is about, as answered."""
    customer = of.source_record.customer.uuid
    return {
        "customer_uuid": customer,
        "associated_object": "contact" if of.contact else "customer",
        "associated_object_uuid": of.contact.uuid if of.contact else customer,
    }


def custom(values: Custom) -> Mapping[str, Any]:
    """Clients send a list of keys with values; what they are answered is an object, and some send that."""
    return values if isinstance(values, dict) else {each.key: each.value for each in values}


@contextmanager
def refusals() -> Iterator[None]:
    """What the rules refuse, as fields that are invalid."""
    try:
        yield
    except EngagementError as error:
        raise invalid(**{NAMES.get(error.field, error.field or "base"): str(error)}) from None
