"""Deleting what an import added: orders, labels, records, customers; each by a few statements, under their locks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q, QuerySet

from customers.erasing.delete_rows import delete_rows
from customers.erasing.erase import empty, lock_records
from customers.merging import drafts
from customers.models import (
    Attribute,
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
from customers.models.source import IDENTITY_FIELDS
from customers.records import deleted_rows, events, match_keys, shared_values
from customers.statements.prepared import insert
from orders import events as order_events
from orders.imports.untouched import Added
from orders.models import ImportRow, Order, OrderItem, Purchase, Transaction
from orders.revenue.steps import drop_steps
from orders.subscriptions.derive import refresh_purchases
from orders.totals.add import replace_totals
from orders.totals.deltas import deltas_of_order, deltas_of_purchase

LABELS = (Note, Tag, Attribute)


def delete_orders(added: Added) -> None:
    orders = Order.objects.filter(pk__in=added.orders)
    purchases = Purchase.objects.filter(pk__in=added.purchases)
    locked, bought = list(orders.select_related("source_record")), list(purchases.select_related("source_record"))
    if not (locked or bought):
        return
    deltas = [delta for order in locked for delta in deltas_of_order(order)]
    still_billed = list(_billed_by(locked).exclude(pk__in=purchases).order_by("pk"))
    insert(
        *order_events.about_each(locked, EventKind.ORDER_DELETED),
        *order_events.about_each(bought, EventKind.SUBSCRIPTION_DELETED),
    )
    payments = Transaction.objects.filter(order__in=orders)
    for rows, stored in ((payments, locked), (orders, locked), (purchases, bought)):
        if stored:
            deleted_rows.remember(rows)
    ImportRow.objects.filter(Q(order__in=orders) | Q(purchase__in=purchases)).delete()
    OrderItem.objects.filter(order__in=orders).delete()
    HistoryEntry.objects.filter(order_number__in=[order.number for order in locked]).delete()
    payments.delete()
    also = [*drop_steps(bought)]
    purchases.delete()
    orders.delete()
    deltas += [delta for purchase in bought for delta in deltas_of_purchase(purchase)]
    replace_totals(deltas, [], also=[*also, *refresh_purchases(still_billed)])
    records = {row.source_record_id for row in (*locked, *bought)}
    RecordTotals.objects.filter(source_record__in=records, orders=0).filter(_NO_PURCHASES).delete()
    MonthTotals.objects.filter(source_record__in=records, orders=0, mrr_moved=0).delete()


def _billed_by(orders: Sequence[Order]) -> QuerySet[Purchase]:
    billing = OrderItem.objects.filter(order__in=orders).exclude(purchase=None)
    return Purchase.objects.filter(pk__in=billing.values("purchase"))


_NO_PURCHASES = Q(purchases_active=0, purchases_past_due=0, purchases_cancelled=0)


def delete_labels(added: Added) -> None:
    for model in LABELS:
        model._default_manager.filter(pk__in=added.labels.get(model.__name__, ())).delete()


def delete_records(added: Added) -> None:
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


def take_back(completed: Mapping[int, Collection[str]]) -> None:
    """Blank what rows completed at records that were here."""
    records = list(SourceRecord.objects.filter(pk__in=completed).order_by("pk"))
    for record in records:
        for name in completed[record.pk]:
            setattr(record, name, "")
    if records:
        SourceRecord.objects.bulk_update(records, IDENTITY_FIELDS)
        match_keys.refresh(records)


def delete_customers(customers: Collection[int]) -> None:
    """As an erasure does: programs that have a copy find an empty tombstone, and hear of it."""
    insert(*events.erased(customers))
    drafts.forget(customers)
    for model in (ProfileChange, Visit):
        model._default_manager.filter(customer__in=customers).delete()
    empty(customers)
