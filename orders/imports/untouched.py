"""What an import added and nobody has touched since: only that goes when the import is undone.

A customer whom the import created goes whole or stays whole: with a record, note, payment or edit that did not come by
the import, or after a merge, it stays with all that the import brought. Of a customer who was here before, each record
and each order is looked at by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from customers.models import (
    Customer,
    HistoryEntry,
    Note,
    SourceRecord,
    UnmatchedValue,
)
from customers.records.registry import all_linked_models
from orders.imports import later_changes
from orders.models import Import, ImportRow, RowOutcome
from orders.models.imports import COMPLETED


@dataclass
class Added:
    """What the import added to some customers, as far as it goes; `kept` are those of whom something stays.

    `rows` are the import's rows about what goes, `kept_rows` those about what stays. `completed` is what rows filled in
    at records that were here, and goes.
    """

    customers: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    purchases: list[int] = field(default_factory=list)
    labels: dict[str, list[int]] = field(default_factory=dict)
    completed: dict[int, set[str]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    kept_rows: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """The customers who stay and lose records or orders."""


class Untouched:
    """Of the customers `owners`, and what the import `imported` says to have added to them."""

    def __init__(self, imported: Import, owners: Collection[int]) -> None:
        self._rows_of: defaultdict[int, list[ImportRow]] = defaultdict(list)
        of_owners = imported.rows.exclude(outcome=RowOutcome.HERE).filter(source_record__customer__in=owners)
        for row in of_owners.select_related("source_record").order_by("number"):
            self._rows_of[row.source_record.customer_id].append(row)
        self._customers = Customer.objects.in_bulk(owners)
        self._records: defaultdict[int, list[SourceRecord]] = defaultdict(list)
        for record in SourceRecord.objects.filter(customer__in=owners).order_by("pk"):
            self._records[record.customer_id].append(record)
        self._orders = {row.order_id for rows in self._rows_of.values() for row in rows if row.order_id}
        self._purchases = later_changes.purchases_of(self._rows_of.values(), self._orders)
        self._of_order: defaultdict[int | None, list[int]] = defaultdict(list)
        for purchase, order in self._purchases.items():
            self._of_order[order].append(purchase)
        rows = [row for rows in self._rows_of.values() for row in rows]
        self._changed_orders, self._changed_purchases = later_changes.changed(rows, self._orders, self._purchases)
        self._changed_notes = later_changes.changed_notes(rows, imported)
        self._said_again = later_changes.said_again(rows, imported, self._orders)
        self._strangers = self._records_with_more()
        self._related = later_changes.related(owners)

    def _records_with_more(self) -> set[int]:
        """The records with a row that did not come by the import, or was touched."""
        pks = {record.pk for records in self._records.values() for record in records}
        added = later_changes.labels_of(row for rows in self._rows_of.values() for row in rows)
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
                brought_entries = HistoryEntry.objects.filter(source_record__in=pks, kind__in=later_changes.BROUGHT)
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
            added.kept_rows += [row.pk for row in rows]
            return
        added.customers.append(owner)
        added.records += [record.pk for record in records]
        added.rows += [row.pk for row in rows]

    def _add_known(self, added: Added, owner: int, rows: list[ImportRow]) -> None:
        new = _new_records(rows)
        gone = new - self._strangers
        stays = [row for row in rows if self._is_touched(row) or row.source_record_id in new & self._strangers]
        added.kept += [owner] if stays else []
        added.kept_rows += (kept := {row.pk for row in stays})
        for row in rows:
            if row.pk in kept:
                continue
            added.rows.append(row.pk)
            if row.source_record_id not in gone:
                self._add_row(added, row)
        added.records += sorted(gone)
        added.owners += [owner] if len(stays) < len(rows) else []

    def _is_touched(self, row: ImportRow) -> bool:
        return (
            row.order_id in self._changed_orders
            or not self._changed_purchases.isdisjoint(self._purchases_of(row))
            or not self._changed_notes.isdisjoint(row.added.get(Note.__name__, ()))
            or (COMPLETED in row.added and row.source_record_id in self._said_again)
        )

    def _purchases_of(self, row: ImportRow) -> Collection[int]:
        of_order = self._of_order[row.order_id] if row.order_id else ()
        return {*of_order, *([row.purchase_id] if row.purchase_id else [])}

    def _add_row(self, added: Added, row: ImportRow) -> None:
        added.orders += [row.order_id] if row.order_id else []
        added.purchases += self._purchases_of(row)
        if COMPLETED in row.added:
            added.completed.setdefault(row.source_record_id, set()).update(row.added[COMPLETED])
        for name, pks in row.added.items():
            added.labels.setdefault(name, []).extend(pks)


def _new_records(rows: Iterable[ImportRow]) -> set[int]:
    """With those that it added beside the record of the row, for another email or phone."""
    new = {row.source_record_id for row in rows if row.is_new_record}
    return new | {pk for row in rows for pk in row.added.get(SourceRecord.__name__, ())}
