"""Customers of the other system: a record for each ID that the pulled data source has for them.

A customer who was merged there has several IDs. All its records come with what the customer is now, so rows that join
by email or phone come to one customer here, too; `merges.py` follows for the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from crm.pulls.answered_table import read_answered
from customers.models import DataSource
from customers.models.source import OWN_ID
from orders.imports.rows.imported_row import ImportedRow

COLUMNS: Mapping[str, str] = {
    "external_id": "customer_id",
    "name": "full_name",
    "company": "company",
    "email": "email",
    "website_url": "website",
    "city": "billing_address.city",
    "state": "billing_address.state",
    "country": "billing_address.country",
    "zip": "billing_address.postal_code",
    "lead_created_at": "lead_created_at",
}
MERGED = "merged-customer"
"""A tag that says of a customer that others were merged into it, there."""


def customer_rows(customers: Sequence[Any], uuid: str, source: DataSource, *, after: int) -> list[ImportedRow]:
    """`uuid` is the data source there. Tags and attributes go to the first record of a customer."""
    named = [(customer, number, i) for customer in customers for number, i in enumerate(ids_in(customer, uuid))]
    cells = [list(_cells(customer, external_id)) for customer, _, external_id in named]
    rows = read_answered(cells, COLUMNS, source, zone="UTC", after=after)
    return [
        _labelled(row, customer) if number == 0 and not row.refusal else row
        for row, (customer, number, _) in zip(rows, named, strict=True)
    ]


def ids_in(customer: Any, uuid: str) -> list[str]:
    """The IDs that the data source `uuid` has for the customer, the main one first."""
    sources = getattr(customer, "data_source_uuids", None) or [customer.data_source_uuid]
    ids = getattr(customer, "external_ids", None) or [customer.external_id]
    known = [external_id for of, external_id in zip(sources, ids, strict=False) if of == uuid and external_id]
    return [id_here(i) for i in sorted(dict.fromkeys(known), key=lambda i: i != customer.external_id)]


def id_here(external_id: str) -> str:
    """An ID that another Reunite made by itself could be that of another record here, so it gets a prefix."""
    return f"there_{external_id}" if OWN_ID.fullmatch(external_id) else external_id


def _cells(customer: Any, external_id: str) -> Iterator[str]:
    address = getattr(customer, "address", None)
    for name in COLUMNS:
        value = getattr(customer, name, None)
        if name == "external_id":
            value = external_id
        elif name in ("state", "country"):
            value = getattr(address, name, None) or value
        yield value.isoformat() if isinstance(value, datetime) else value or ""


def _labelled(row: ImportedRow, customer: Any) -> ImportedRow:
    attributes = getattr(customer, "attributes", None)
    tags = [tag for tag in getattr(attributes, "tags", ()) if tag != MERGED]
    custom = {name: _text(value) for name, value in (getattr(attributes, "custom", None) or {}).items()}
    return row._replace(tags=tuple(tags), attributes={name: text for name, text in custom.items() if text})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
