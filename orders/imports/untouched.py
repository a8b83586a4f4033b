"""What an import added and nobody has touched since: only that goes when the import is undone.

A customer whom the import created goes whole or stays whole: with a record, note, payment or edit that did not come by
the import, or after a merge, it stays with all that the import brought. Of a customer who was here before, each record
and each order is looked at by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from customers.models import (
    Customer,
    HistoryEntry,
    HistoryKind,
    Merge,
    MergeMember,
    NotDuplicate,
    SourceRecord,
    UnmatchedValue,
)
from customers.records.registry import all_linked_models
from orders.models import Fulfillment, Import, ImportRow, Membership, Order, Purchase, RowOutcome, Transaction

BROUGHT = (HistoryKind.CREATED, HistoryKind.ORDER)


@dataclass
class Added:
    """What the import added to some customers, as far as it goes; `kept` are those of whom something stays.

    `rows` are the import's rows about what goes.
    """

    customers: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    purchases: list[int] = field(default_factory=list)
    labels: dict[str, list[int]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """Of the records and orders that go, where the customer stays."""


class Untouched:
    """Of the customers `owners`, and what the import `imported` says to have added to them."""

    def __init__(self, imported: Import, owners: Collection[int]) -> None:
        self._rows_of: defaultdict[int, list[ImportRow]] = defaultdict(list)
        rows = imported.rows.exclude(outcome=RowOutcome.HERE).filter(source_record__customer__in=owners)
        for row in rows.select_related("source_record").order_by("number"):
            self._rows_of[row.source_record.customer_id].append(row)
        self._customers = Customer.objects.in_bulk(owners)
        self._records: defaultdict[int, list[SourceRecord]] = defaultdict(list)
        for record in SourceRecord.objects.filter(customer__in=owners).order_by("pk"):
            self._records[record.customer_id].append(record)
        self._orders = {row.order_id for rows in self._rows_of.values() for row in rows if row.order_id}
        self._purchases = _purchases_of(self._rows_of.values(), self._orders)
        self._changed_orders, self._changed_purchases = _changed(self._orders, self._purchases)
        self._strangers = self._records_with_more()
        self._related = _related(owners)

    def _records_with_more(self) -> set[int]:
        """The records with a row that did not come by the import, or was touched."""
        pks = {record.pk for records in self._records.values() for record in records}
        added = _labels(row for rows in self._rows_of.values() for row in rows)
        brought = {
            "Order": self._orders - self._changed_orders,
            "Purchase": self._purchases.keys() - self._changed_purchases,
            **{name: set(values) for name, values in added.items()},
        }
        strangers: set[int] = set()
        for model in all_linked_models():
            if model is UnmatchedValue:
                continue  # those of a new record repeat what staff excluded before
            known = brought.get(model.__name__, set())
            rows = model._default_manager.filter(source_record__in=pks)
            if model is HistoryEntry:
                brought_entries = HistoryEntry.objects.filter(source_record__in=pks, kind__in=BROUGHT)
                rows = rows.exclude(pk__in=brought_entries.values("pk"))
            strangers.update(r for pk, r in rows.values_list("pk", "source_record") if pk not in known)
        return strangers

    def added(self) -> Added:
        added = Added()
        for owner, rows in self._rows_of.items():
            if any(row.is_new_customer for row in rows):
                self._add_new(added, owner, rows)
            else:
                self._add_known(added, owner, rows)
        return added

    def _add_new(self, added: Added, owner: int, rows: list[ImportRow]) -> None:
        records = self._records[owner]
        brought = _new_records(rows)
        is_whole = (
            self._customers[owner].version == 1
            and owner not in self._related
            and all(r.origin_id == owner and r.pk in brought and r.pk not in self._strangers for r in records)
        )
        if not is_whole:
            added.kept.append(owner)
            return
        added.customers.append(owner)
        added.records += [record.pk for record in records]
        added.rows += [row.pk for row in rows]

    def _add_known(self, added: Added, owner: int, rows: list[ImportRow]) -> None:
        new = _new_records(rows)
        gone = new - self._strangers
        for row in rows:
            purchases = [pk for pk, order in self._purchases.items() if order == row.order_id or pk == row.purchase_id]
            is_changed = row.order_id in self._changed_orders or not self._changed_purchases.isdisjoint(purchases)
            if is_changed or row.source_record_id in new & self._strangers:
                added.kept += [owner] if owner not in added.kept else []
                continue
            added.rows.append(row.pk)
            if row.source_record_id in gone:
                continue
            added.orders += [row.order_id] if row.order_id else []
            added.purchases += purchases
            for name, pks in row.added.items():
                added.labels.setdefault(name, []).extend(pks)
        added.records += sorted(gone)
        added.owners.append(owner)


def _new_records(rows: Iterable[ImportRow]) -> set[int]:
    """With those that it added beside the record of the row, for another email or phone."""
    new = {row.source_record_id for row in rows if row.is_new_record}
    return new | {pk for row in rows for pk in row.added.get(SourceRecord.__name__, ())}


def _purchases_of(rows_of: Iterable[Collection[ImportRow]], orders: Collection[int]) -> Mapping[int, int | None]:
    """{purchase: its order} of what the import began."""
    named = {row.purchase_id for rows in rows_of for row in rows if row.purchase_id}
    purchases = Purchase.objects.filter(Q(pk__in=named) | Q(order__in=orders))
    return dict(purchases.values_list("pk", "order"))


def _changed(orders: Collection[int], purchases: Mapping[int, int | None]) -> tuple[set[int], set[int]]:
    """The orders and purchases that were paid, sent or changed since."""
    numbers = dict(Order.objects.filter(pk__in=orders).values_list("number", "pk"))
    later = HistoryEntry.objects.exclude(kind__in=BROUGHT)
    changed = {numbers[n] for n in later.filter(order_number__in=numbers).values_list("order_number", flat=True)}
    for model in (Transaction, Fulfillment):
        changed.update(model._default_manager.filter(order__in=orders).values_list("order", flat=True))
    changed_purchases = {
        pk for pk in later.filter(purchase_id__in=purchases).values_list("purchase_id", flat=True) if pk
    }
    members = Membership.objects.filter(purchase__in=purchases).values_list("purchase", flat=True)
    return changed, {pk for pk in (*changed_purchases, *members) if pk}


def _related(owners: Collection[int]) -> set[int]:
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


def _labels(rows: Iterable[ImportRow]) -> dict[str, list[int]]:
    labels: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        for name, pks in row.added.items():
            labels[name] += pks
    return labels
