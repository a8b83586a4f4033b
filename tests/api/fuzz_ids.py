"""Ids that are there, put where schemathesis would write anything: without them nearly every answer would be 404.

Loaded by schemathesis as its hooks. What is deleted stays deleted, so that only the last few of each kind ever are,
and of the data sources only those made for it: with the demo's own nearly everything would go.
"""

import json
import os
from pathlib import Path
from typing import Any
from zlib import crc32

import schemathesis

MOST = 60
DELETABLE = 12
# {first part of an address, or a parameter: whose ids}
KINDS = {
    "customers": "customer",
    "contacts": "contact",
    "customer_notes": "note",
    "notes": "note",
    "opportunities": "opportunity",
    "tasks": "task",
    "plans": "plan",
    "invoices": "invoice",
    "line_items": "line_item",
    "transactions": "transaction",
    "data_sources": "data_source",
    "subscriptions": "subscription",
    "customer_uuid": "customer",
    "contact_uuid": "contact",
    "data_source_uuid": "data_source",
    "plan_uuid": "plan",
    "into_uuid": "contact",
    "from_uuid": "contact",
    "subscription_uuid": "subscription",
    "external_id": "external_id",
    "customer_external_id": "external_id",
    "owner": "email",
    "assignee": "email",
    "author_email": "email",
}


def known() -> dict[str, list[str]]:
    """{kind: some ids in the database}, the last of which may be deleted."""
    from crm.accounts.models import User
    from customers.models import Contact, Customer, DataSource, Note, Opportunity, SourceRecord, Task
    from orders.models import Order, OrderItem, Product, Purchase, Transaction

    DataSource.objects.bulk_create(DataSource(name=f"Source to delete {n}") for n in range(DELETABLE))
    models = {
        "customer": Customer,
        "contact": Contact,
        "note": Note,
        "opportunity": Opportunity,
        "task": Task,
        "data_source": DataSource,
        "plan": Product,
        "invoice": Order,
        "line_item": OrderItem,
        "transaction": Transaction,
        "subscription": Purchase,
    }
    uuids = {kind: model.objects.order_by("pk").values_list("uuid", flat=True)[:MOST] for kind, model in models.items()}
    records = SourceRecord.objects.exclude(external_id=None).order_by("pk")
    uuids["external_id"] = records.values_list("external_id", flat=True)[:MOST]
    uuids["email"] = User.objects.exclude(email="").values_list("email", flat=True)
    return {kind: list(ids) for kind, ids in uuids.items()}


def read() -> dict[str, list[str]]:
    """As `known` found them, before the server was there."""
    path = Path(os.environ.get("FUZZ_IDS", ""))
    return json.loads(path.read_text()) if path.is_file() else {}


IDS = read()


def one_of(kind: str | None, said: Any, *, deletes: bool = False) -> Any:
    """One that is there, for three of four values; which one follows from what would have been said."""
    ids = IDS.get(kind or "", [])[-DELETABLE if deletes else 0 :]
    number = crc32(repr(said).encode(errors="replace"))
    return ids[number % len(ids)] if ids and number % 4 else said


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    deletes = context.operation.method.upper() == "DELETE"
    parts = context.operation.path.strip("/").split("/")
    for name in path_parameters or {}:
        before = parts[parts.index(f"{{{name}}}") - 1]
        path_parameters[name] = one_of(KINDS.get(name) or KINDS.get(before), path_parameters[name], deletes=deletes)
    return path_parameters


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    return replaced(query)


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    return replaced(body)


def replaced(said: Any) -> Any:
    if isinstance(said, dict):
        return {
            name: one_of(KINDS[name], value) if name in KINDS and isinstance(value, str) else replaced(value)
            for name, value in said.items()
        }
    return [replaced(value) for value in said] if isinstance(said, list) else said
