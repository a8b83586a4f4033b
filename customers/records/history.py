"""The story of a customer: each act writes its sentence, in its own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customers.models import Customer, HistoryEntry, HistoryKind, Merge
from customers.records.staff_record import staff_record_of

if TYPE_CHECKING:
    from crm.accounts.models import User


def write(
    customer: Customer, kind: HistoryKind, text: str, *, by: User | None, merge: Merge | None = None
) -> HistoryEntry:
    """An entry on the home record of the locked `customer`."""
    return HistoryEntry.objects.create(
        source_record=staff_record_of(customer), kind=kind, text=text, by=by, merge=merge
    )
