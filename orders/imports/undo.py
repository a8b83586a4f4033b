"""Undoing an import: what it added and nobody has touched since is deleted, customer by customer.

`untouched.py` says what goes, and `undo_plan.py` beforehand. It is asked again under the locks of the customers, so
what is touched between the plan and the undo stays. Rows that stay keep their digest: the same file does not bring
them again. Rows are taken some at a time (`row_stretches.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from customers.locks import lock
from customers.models import Customer
from customers.models.functions import Now
from customers.records import events
from customers.statements.prepared import insert
from customers.totals import billing_status
from orders.imports import delete_added
from orders.imports.row_stretches import RowStretch, stretch_behind
from orders.imports.untouched import Added, Untouched
from orders.models import Import, ImportRow, ImportState, RowOutcome

if TYPE_CHECKING:
    from crm.accounts.models import User


@dataclass(frozen=True)
class UndoneChunk:
    """`last` is the last row of the file that was looked at."""

    last: int
    is_last: bool
    customers: int
    kept: Sequence[Customer]


@transaction.atomic
def undo_chunk(imported: Import, after: int, *, by: User | None) -> UndoneChunk:
    """Undo what the import added to the customers of some hundred rows behind row `after`."""
    stretch = stretch_behind(imported, after)
    lock(stretch.owners)
    added = Untouched(imported, stretch.owners).added()
    delete_added.delete_orders(added)
    delete_added.delete_labels(added)
    delete_added.delete_records(added)
    delete_added.take_back(added.completed)
    delete_added.delete_customers(added.customers)
    ImportRow.objects.filter(pk__in=added.rows).delete()
    billing_status.refresh(added.owners)
    Customer.objects.filter(pk__in=added.owners).update(updated=Now())
    insert(*(events.updated(owner) for owner in added.owners))
    if stretch.is_last:
        imported.rows.filter(outcome=RowOutcome.HERE).delete()
        Import.objects.filter(pk=imported.pk).update(state=ImportState.UNDONE, ended=timezone.now())
    return UndoneChunk(stretch.last, stretch.is_last, len(stretch.owners), _kept_for_good(added, stretch))


def _kept_for_good(added: Added, stretch: RowStretch) -> list[Customer]:
    """Without those of whom a row behind the stretch stays: the stretch of that row names them."""
    left = ImportRow.objects.filter(pk__in=added.kept_rows, number__lte=stretch.last)
    named = Customer.objects.filter(pk__in=left.values("source_record__customer"))
    return list(named.order_by("pk"))
