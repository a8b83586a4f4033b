"""The common parts of the operations on contacts, notes, opportunities and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from ninja import Schema

from crm.api.chartmogul import lookup
from crm.api.chartmogul.errors import not_found, refusal
from customers.lib.text import can_be_stored
from customers.models import Contact, Customer, Note, StaffRow, Task

Row = TypeVar("Row", bound=StaffRow)

FIELD_NAMES = {
    "amount": "amount_in_cents",
    "assignee": "assignee",
    "customer": "customer_uuid",
    "data_source": "data_source_uuid",
    "details": "task_details",
    "due": "due_date",
    "kind": "type",
    "from": "from_uuid",
}
"""{column: what this dialect calls it}"""


class Nothing(Schema):
    """An empty object."""


class CustomIn(Schema):
    key: str
    value: str | int | float | bool | None


Custom = list[CustomIn] | dict[str, str | int | float | bool | None]


class AboutIn(Schema):
    """The customer or contact of a note or a task, instead of `customer_uuid`."""

    associated_object: Literal["customer", "contact"]
    method: Literal["uuid"] = "uuid"
    value: str


class AboutOut(Schema):
    customer_uuid: str
    associated_object: Literal["customer", "contact"]
    associated_object_uuid: str


def find_row(model: type[Row], uuid: str, *related: str, param: str | None = None) -> Row:
    rows = model._default_manager.select_related("source_record__customer", *related)
    row = rows.filter(uuid=uuid).first() if can_be_stored(uuid) else None
    if row is None:
        raise not_found(str(model._meta.verbose_name).capitalize(), param)
    return row


def target(customer_uuid: str | None, identifier: AboutIn | None) -> Customer | Contact:
    if identifier and identifier.associated_object == "contact":
        return find_row(Contact, identifier.value, param="associated_object_identifier")
    uuid = identifier.value if identifier else customer_uuid
    if uuid is None:
        raise refusal(400, 'Parameter "customer_uuid" is missing', "customer_uuid")
    return lookup.customer(uuid)


def serialize_target(row: Note | Task) -> dict[str, str]:
    customer = row.source_record.customer.uuid
    return {
        "customer_uuid": customer,
        "associated_object": "contact" if row.contact else "customer",
        "associated_object_uuid": row.contact.uuid if row.contact else customer,
    }


def custom_values(values: Custom) -> Mapping[str, Any]:
    """From a list of keys with values, or an object as in the answers: clients send either."""
    return values if isinstance(values, dict) else {pair.key: pair.value for pair in values}
