"""What was changed since an import of what it brought: orders, purchases, notes, completed records, customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from customers.models import (
    HistoryEntry,
    HistoryKind,
    Merge,
    MergeMember,
    NotDuplicate,
    Note,
)
from orders.models import Fulfillment, Import, ImportRow, Membership, Order, OrderItem, Purchase, Transaction
from orders.models.imports import COMPLETED

BROUGHT = (HistoryKind.CREATED, HistoryKind.ORDER)
"""Entries of what an import brings."""


def purchases_of(rows_of: Iterable[Collection[ImportRow]], orders: Collection[int]) -> Mapping[int, int | None]:
    """{purchase: its order} of what the import began."""
    named = {row.purchase_id for rows in rows_of for row in rows if row.purchase_id}
    purchases = Purchase.objects.filter(Q(pk__in=named) | Q(order__in=orders))
    return dict(purchases.values_list("pk", "order"))


def changed(
    rows: Collection[ImportRow], orders: Collection[int], purchases: Mapping[int, int | None]
) -> tuple[set[int], set[int]]:
    """The orders and purchases that were paid, sent or changed since, or bill what others bill that stay."""
    brought = labels_of(rows)
    numbers = dict(Order.objects.filter(pk__in=orders).values_list("number", "pk"))
    later = HistoryEntry.objects.exclude(kind__in=BROUGHT).exclude(pk__in=brought.get(HistoryEntry.__name__, ()))
    changed = {numbers[n] for n in later.filter(order_number__in=numbers).values_list("order_number", flat=True)}
    for model in (Transaction, Fulfillment):
        since = model._default_manager.filter(order__in=orders).exclude(pk__in=brought.get(model.__name__, ()))
        changed.update(pk for pk in since.values_list("order", flat=True) if pk)
    changed_purchases = {
        pk for pk in later.filter(purchase_id__in=purchases).values_list("purchase_id", flat=True) if pk
    }
    members = Membership.objects.filter(purchase__in=purchases).values_list("purchase", flat=True)
    changed_purchases.update(pk for pk in members if pk)
    return _with_billed_together(changed, changed_purchases, orders, purchases)


def _with_billed_together(
    changed: set[int], changed_purchases: set[int], orders: Collection[int], purchases: Collection[int]
) -> tuple[set[int], set[int]]:
    """A subscription goes with all the orders that bill it, or stays with them."""
    billed = OrderItem.objects.filter(purchase__in=purchases).order_by().values_list("purchase", "order").distinct()
    links = [(purchase, order) for purchase, order in billed if purchase]
    stay, before = {*changed, *(order for _, order in links if order not in orders)}, -1
    while len(stay) + len(changed_purchases) != before:
        before = len(stay) + len(changed_purchases)
        changed_purchases |= {purchase for purchase, order in links if order in stay}
        stay |= {order for purchase, order in links if purchase in changed_purchases}
    return stay.intersection(orders), changed_purchases


def changed_notes(rows: Iterable[ImportRow], imported: Import) -> set[int]:
    notes = Note.objects.filter(pk__in=labels_of(rows).get(Note.__name__, ()))
    return set(notes.filter(updated__gt=imported.ended).values_list("pk", flat=True)) if imported.ended else set()


def said_again(rows: Iterable[ImportRow], imported: Import, orders: Collection[int]) -> set[int]:
    """Of the records that rows completed, those that got an order or a row of another import since."""
    records = {row.source_record_id for row in rows if COMPLETED in row.added}
    if not records:
        return set()
    later = ImportRow.objects.filter(source_record__in=records, imported__gt=imported.pk)
    since = imported.started or imported.created
    bought = Order.objects.filter(source_record__in=records, created__gt=since).exclude(pk__in=orders)
    return {*later.values_list("source_record", flat=True), *bought.values_list("source_record", flat=True)}


def related(owners: Collection[int]) -> set[int]:
    """Who was merged, or compared with somebody, or is named in the history of others."""
    related: set[int] = set()
    for model, column in (
        (MergeMember, "duplicate"),
        (Merge, "survivor"),
        (NotDuplicate, "first"),
        (NotDuplicate, "second"),
        (HistoryEntry, "about_customer"),
    ):
        related.update(model._default_manager.filter(**{f"{column}__in": owners}).values_list(column, flat=True))
    return related


def labels_of(rows: Iterable[ImportRow]) -> dict[str, list[int]]:
    labels: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        for name, pks in row.added.items():
            labels[name] += pks
    return labels
