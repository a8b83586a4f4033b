"""Undoing an import: what it added and nobody has touched since is deleted, customer by customer.

`untouched.py` says what goes. The plan is made again under the locks of the customers, so what is touched between the
preview and the undo stays. Rows that stay keep their digest: the same file does not bring them again.

Both go through the rows of the file, and take a customer with all its rows where the first of them stands. So a chunk
costs the same however long the file is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from customers.locks import lock
from customers.models import Customer, SourceRecord
from customers.models.functions import Now
from customers.models.prepared import insert
from customers.records import events
from customers.totals import billing_status
from orders.imports import delete_added
from orders.imports.untouched import Added, Untouched
from orders.models import Import, ImportRow, ImportState, Order, RowOutcome

if TYPE_CHECKING:
    from crm.accounts.models import User

CHUNK = 500
MOST_NAMED = 100
MOST_LOOKED_AT = 4_000
"""How many rows a plan looks at one by one; those behind are counted."""


@dataclass(frozen=True)
class ImportUndoPlan:
    """How much goes, and the first of the customers who keep what the import brought, because they were touched.

    `customers` go whole, `records` are split off from customers who stay, `orders` are all that go. Of the last
    `unchecked` rows of a long file it is not known yet who was touched: they are counted as if nobody was.
    """

    customers: int
    records: int
    orders: int
    kept: int
    named: Sequence[Customer]
    unchecked: int = 0


@dataclass(frozen=True)
class UndoneChunk:
    """`last` is the last row of the file that was looked at."""

    last: int
    is_last: bool
    customers: int
    kept: Sequence[Customer]


@dataclass(frozen=True)
class RowStretch:
    """Some rows behind another one, and the customers of whom the first row is among them."""

    last: int
    owners: Collection[int]
    is_last: bool


def plan_undo(imported: Import) -> ImportUndoPlan:
    customers = records = orders = looked_at = 0
    kept: list[int] = []
    window = RowStretch(0, (), is_last=False)
    while not window.is_last and looked_at < MOST_LOOKED_AT:
        window = _window(imported, window.last)
        added = Untouched(imported, window.owners).added()
        customers += len(added.customers)
        records += SourceRecord.objects.filter(pk__in=added.records).exclude(customer__in=added.customers).count()
        orders += len(added.orders) + Order.objects.filter(source_record__in=added.records).count()
        kept += added.kept
        looked_at += CHUNK
    named = Customer.objects.filter(pk__in=kept[:MOST_NAMED]).order_by("pk")
    behind = _counts_behind(imported, window.last)
    return ImportUndoPlan(
        customers + behind["customers"],
        records + behind["records"],
        orders + behind["orders"],
        len(kept),
        list(named),
        unchecked=behind["rows"],
    )


def _counts_behind(imported: Import, last: int) -> dict[str, int]:
    return (
        _rows(imported)
        .filter(number__gt=last)
        .aggregate(
            rows=Count("pk"),
            customers=Count("pk", filter=Q(is_new_customer=True)),
            records=Count("pk", filter=Q(is_new_record=True, is_new_customer=False)),
            orders=Count("order"),
        )
    )


def _rows(imported: Import) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(imported=imported).exclude(outcome=RowOutcome.HERE)


def _window(imported: Import, after: int) -> RowStretch:
    rows = _rows(imported).filter(number__gt=after).order_by("number")
    owner_of = dict(rows.values_list("number", "source_record__customer")[:CHUNK])
    of_owners = _rows(imported).filter(source_record__customer__in=set(owner_of.values()))
    first = of_owners.order_by().values_list("source_record__customer").annotate(first=Min("number"))
    owners = sorted(owner for owner, number in first if number > after)
    return RowStretch(max(owner_of, default=after), owners, is_last=len(owner_of) < CHUNK)


@transaction.atomic
def undo_chunk(imported: Import, after: int, *, by: User | None) -> UndoneChunk:
    """Undo what the import added to the customers of some hundred rows behind row `after`."""
    window = _window(imported, after)
    lock(window.owners)
    added = Untouched(imported, window.owners).added()
    delete_added.delete_orders(added)
    delete_added.delete_labels(added)
    delete_added.delete_records(added)
    delete_added.take_back(added.completed)
    delete_added.delete_customers(added.customers)
    ImportRow.objects.filter(pk__in=added.rows).delete()
    billing_status.refresh(added.owners)
    Customer.objects.filter(pk__in=added.owners).update(updated=Now())
    insert(*(events.updated(owner) for owner in added.owners))
    if window.is_last:
        imported.rows.filter(outcome=RowOutcome.HERE).delete()
        Import.objects.filter(pk=imported.pk).update(state=ImportState.UNDONE, ended=timezone.now())
    return UndoneChunk(window.last, window.is_last, len(window.owners), _kept_for_good(added, window))


def _kept_for_good(added: Added, window: RowStretch) -> list[Customer]:
    """Without those of whom a row behind the window stays: the window of that row names them."""
    left = ImportRow.objects.filter(pk__in=added.kept_rows, number__lte=window.last)
    named = Customer.objects.filter(pk__in=left.values("source_record__customer"))
    return list(named.order_by("pk"))
