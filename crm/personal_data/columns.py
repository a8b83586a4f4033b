"""The columns of a table in the file: what the schema has, but for secrets and what is about users or the program."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

from crm.audit.models import AuditEntry
from crm.personal_data.data_subject import DataSubject
from crm.personal_data.withheld import (
    history_text,
    merge_decisions,
    merge_reason,
    merge_warnings,
    pair_reason,
    profile_values,
)
from crm.webhooks.models import Delivery, WebhookEndpoint
from customers.erasing.delete_rows import Model
from customers.models import (
    AccountType,
    CartLogin,
    ClosingReason,
    Customer,
    DataSource,
    HistoryEntry,
    LeadPhase,
    Merge,
    MergeMember,
    NotDuplicate,
    PaySource,
    ProfileChange,
    SourceRecord,
)
from customers.models.encrypted import EncryptedField
from orders.models import Campaign, Order, Product

Read = Callable[[DataSubject, Any], Any]

NAMED: Mapping[Model, str] = dict.fromkeys(
    (DataSource, Product, Campaign, WebhookEndpoint, AccountType, LeadPhase, ClosingReason), "name"
)
"""Rows of no customer, which the file names; any other reference is the number of a row."""

WITHHELD: Mapping[Model, Sequence[str]] = {
    CartLogin: ("password",),
    PaySource: ("gateway_customer",),
    Order: ("sent_digest",),
    SourceRecord: ("identity_key",),
    Customer: ("sort_name",),
    Merge: ("fingerprint",),
    HistoryEntry: ("sentence", "values"),
    AuditEntry: ("address", "request_id", "key", "user"),
    Delivery: ("message_id", "lanes", "claim", "claimed_until", "next_at"),
}
"""Passwords, tokens and digests; the address of a user; how far the program is. Encrypted columns never are in it."""

READ_OTHERWISE: Mapping[Model, Mapping[str, Read]] = {
    HistoryEntry: {"text": history_text},
    ProfileChange: {"values": profile_values},
    Merge: {"reason": merge_reason, "warnings": merge_warnings, "decisions": merge_decisions},
    MergeMember: {
        "survivor": lambda subject, member: member.merge.survivor_id,
        "merged_at": lambda subject, member: member.merge.created,
    },
    NotDuplicate: {"reason": pair_reason},
}


@dataclass(frozen=True)
class SubjectColumn:
    name: str
    read: Read


@cache
def columns_of(model: Model) -> tuple[SubjectColumn, ...]:
    otherwise = READ_OTHERWISE.get(model, {})
    fields = [field for field in model._meta.concrete_fields if not _is_withheld(model, field)]
    columns = [SubjectColumn(field.name, otherwise.get(field.name, _reader(field))) for field in fields]
    shown = {field.name for field in fields}
    return (*columns, *(SubjectColumn(name, read) for name, read in otherwise.items() if name not in shown))


@cache
def related_of(model: Model) -> tuple[str, ...]:
    """What is read with each row."""
    named = [field.name for field in model._meta.concrete_fields if field.related_model in NAMED]
    return (*named, "merge") if model is MergeMember else tuple(named)


def values_of(subject: DataSubject, row: models.Model) -> list[Any]:
    """The values of its columns, as JSON can hold them."""
    return [_plain(column.read(subject, row)) for column in columns_of(type(row))]


def _is_withheld(model: Model, field: Any) -> bool:
    return isinstance(field, EncryptedField) or field.name in WITHHELD.get(model, ())


def _reader(field: Any) -> Read:
    if field.related_model in NAMED:
        name = NAMED[field.related_model]
        return lambda subject, row: getattr(getattr(row, field.name), name, None)
    return lambda subject, row: getattr(row, field.attname)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case UUID() | timedelta():
            return str(value)
    return value
