"""Undoing an import: what it added and nobody has touched since is deleted, customer by customer.

`untouched.py` says what goes. The plan is made again under the locks of the customers, so what is touched between the
preview and the undo stays. Rows that stay keep their digest: the same file does not bring them again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.erasing.delete_rows import delete_rows
from customers.erasing.erase import lock_records
from customers.lib.batches import batches
from customers.locks import lock
from customers.merging import drafts
from customers.models import (
    Attribute,
    Customer,
    EventKind,
    HistoryEntry,
    MatchKey,
    MonthTotals,
    Note,
    ProfileChange,
    RecordTotals,
    SourceRecord,
    Tag,
    Visit,
)
from customers.models.functions import Now
from customers.models.prepared import insert
from customers.records import deleted_rows, events, shared_values
from customers.totals import billing_status
from orders import events as order_events
from orders.imports.untouched import Added, Untouched
from orders.models import Import, ImportRow, ImportState, Order, OrderItem, Purchase, RowOutcome
from orders.totals.add import replace_totals
from orders.totals.deltas import deltas_of_order, deltas_of_purchase

if TYPE_CHECKING:
    from crm.accounts.models import User

CHUNK = 200
MOST_NAMED = 100
LABELS = (Note, Tag, Attribute)


@dataclass(frozen=True)
class ImportUndoPlan:
    """How much goes, and the first of the customers who keep what the import brought, because they were touched.

    `customers` go whole, `records` are split off from customers who stay, `orders` are all that go.
    """

    customers: int
    records: int
    orders: int
    kept: int
    named: Sequence[Customer]


@dataclass(frozen=True)
class UndoneChunk:
    last: int
    is_last: bool
    customers: int
    kept: Sequence[Customer]


def plan_undo(imported: Import) -> ImportUndoPlan:
    customers = records = orders = 0
    kept: list[int] = []
    for owners in batches(_owners(imported, 0), CHUNK):
        added = Untouched(imported, owners).added()
        customers += len(added.customers)
        records += SourceRecord.objects.filter(pk__in=added.records).exclude(customer__in=added.customers).count()
        orders += len(added.orders) + Order.objects.filter(source_record__in=added.records).count()
        kept += added.kept
    named = Customer.objects.filter(pk__in=kept[:MOST_NAMED]).order_by("pk")
    return ImportUndoPlan(customers, records, orders, len(kept), list(named))


def _owners(imported: Import, after: int) -> Sequence[int]:
    """The customers to whom it added something, by their numbers."""
    rows = imported.rows.exclude(outcome=RowOutcome.HERE).filter(source_record__customer__gt=after)
    owners = rows.order_by("source_record__customer").values_list("source_record__customer", flat=True)
    return list(owners.distinct())


@transaction.atomic
def undo_chunk(imported: Import, after: int, *, by: User | None) -> UndoneChunk:
    """Undo what the import added to the customers behind number `after`, a few hundred of them."""
    owners = _owners(imported, after)[:CHUNK]
    lock(owners)
    added = Untouched(imported, owners).added()
    _delete_orders(added)
    _delete_labels(added)
    _delete_records(added)
    _delete_customers(added.customers)
    ImportRow.objects.filter(pk__in=added.rows).delete()
    billing_status.refresh(added.owners)
    Customer.objects.filter(pk__in=added.owners).update(updated=Now())
    insert(*(events.updated(owner) for owner in added.owners))
    if is_last := len(owners) < CHUNK:
        imported.rows.filter(outcome=RowOutcome.HERE).delete()
        Import.objects.filter(pk=imported.pk).update(state=ImportState.UNDONE, ended=timezone.now())
    kept = Customer.objects.filter(pk__in=added.kept).order_by("pk")
    return UndoneChunk(owners[-1] if owners else after, is_last, len(owners), list(kept))


def _delete_orders(added: Added) -> None:
    orders = Order.objects.filter(pk__in=added.orders)
    purchases = Purchase.objects.filter(pk__in=added.purchases)
    locked, bought = list(orders.select_related("source_record")), list(purchases.select_related("source_record"))
    if not (locked or bought):
        return
    deltas = [delta for order in locked for delta in deltas_of_order(order)]
    insert(
        *order_events.about_each(locked, EventKind.ORDER_DELETED),
        *order_events.about_each(bought, EventKind.SUBSCRIPTION_DELETED),
    )
    for rows in (orders, purchases):
        deleted_rows.remember(rows)
    ImportRow.objects.filter(Q(order__in=orders) | Q(purchase__in=purchases)).delete()
    OrderItem.objects.filter(order__in=orders).delete()
    HistoryEntry.objects.filter(order_number__in=[order.number for order in locked]).delete()
    purchases.delete()
    orders.delete()
    replace_totals([*deltas, *(delta for purchase in bought for delta in deltas_of_purchase(purchase))], [])
    records = {row.source_record_id for row in (*locked, *bought)}
    RecordTotals.objects.filter(source_record__in=records, orders=0).filter(_NO_PURCHASES).delete()
    MonthTotals.objects.filter(source_record__in=records, orders=0).delete()


_NO_PURCHASES = Q(purchases_active=0, purchases_past_due=0, purchases_cancelled=0)


def _delete_labels(added: Added) -> None:
    for model in LABELS:
        model._default_manager.filter(pk__in=added.labels.get(model.__name__, ())).delete()


def _delete_records(added: Added) -> None:
    records = lock_records(SourceRecord.objects.filter(pk__in=added.records))
    keys = set(MatchKey.objects.filter(source_record__in=records).values_list("kind", "value"))
    insert(
        *order_events.about_each(_of(Order, records), EventKind.ORDER_DELETED),
        *order_events.about_each(_of(Purchase, records), EventKind.SUBSCRIPTION_DELETED),
    )
    delete_rows(records)
    shared_values.drop_unshared(keys)


def _of(model: type[Order] | type[Purchase], records: Collection[int]) -> list[Order] | list[Purchase]:
    return list(model._default_manager.filter(source_record__in=records).order_by("pk"))


def _delete_customers(customers: Collection[int]) -> None:
    """Nobody has seen more of them than the import brought, so they leave no tombstone."""
    insert(*events.erased(customers))
    drafts.forget(customers)
    for model in (ProfileChange, Visit):
        model._default_manager.filter(customer__in=customers).delete()
    Customer.objects.filter(pk__in=customers).delete()
