"""The rows that a chunk of an import adds to each table, and what is refreshed when they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Model

from customers.matching.known_people import KnownRecord
from customers.models import (
    Customer,
    DataSource,
    Event,
    EventKind,
    MatchKey,
    SearchWord,
    SourceRecord,
)
from customers.models.functions import Now
from customers.models.matching import Key
from customers.models.source import IDENTITY_FIELDS
from customers.profile.edit import edit_profile
from customers.profile.lead_status import clear_lost, losses
from customers.records import events, match_keys, shared_values
from customers.statements.bulk import Rows, copies, rows_of, write_tables
from customers.statements.unsaved import unsaved
from customers.totals import billing_status
from orders import events as order_events
from orders.imports.batch.judge import Judge
from orders.imports.batch.new_customers import VIA, NewCustomers, rows_of_records
from orders.imports.batch.new_orders import NewOrders
from orders.imports.batch.new_purchases import purchases_of
from orders.imports.batch.verdicts import Verdict
from orders.models import Import, ImportRow, MatchedBy, Order, OrderItem, Purchase
from orders.models.imports import COMPLETED
from orders.revenue.steps import new_steps
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order, deltas_of_purchase, deltas_of_steps

MATCHES = (MatchedBy.BOTH, MatchedBy.EMAIL, MatchedBy.PHONE)


class NewRows:
    def __init__(self, imported: Import, source: DataSource, judge: Judge, verdicts: Sequence[Verdict]) -> None:
        self.imported, self.source, self.judge, self.verdicts = imported, source, judge, verdicts
        self.rows: defaultdict[type[Model], list[Model]] = defaultdict(list)
        self.customers = NewCustomers(imported, source)
        self.orders = NewOrders(imported, source.pk)
        self.records: dict[int, KnownRecord] = {}
        self.completed: dict[int, KnownRecord] = {}
        self.touched: set[int] = set()
        self.bought: set[int] = set()
        self.subscribed: set[int] = set()
        self.deltas: list[Delta] = []
        self.refusals: defaultdict[int, dict[str, bool]] = defaultdict(dict)
        for verdict in verdicts:
            if verdict.customer_pk and verdict.refusals:
                self.refusals[verdict.customer_pk] |= verdict.refusals
        for verdict in verdicts:
            self._add(verdict)
        self._add_records()

    def _put(self, *rows: Model) -> None:
        for row in rows:
            self.rows[type(row)].append(row)

    def _add(self, verdict: Verdict) -> None:
        if verdict.choice:
            self._add_customer(verdict)
            self._add_bought(verdict)
            self._put(*_events(verdict))
            self._put(*verdict.labels)
        if verdict.record and verdict.changes_customer and not verdict.record.customer.is_new:
            self.touched.add(verdict.record.customer.pk)

    def _add_customer(self, verdict: Verdict) -> None:
        choice = verdict.choice
        assert choice  # noqa: S101 - the caller asked
        if choice.added:
            self.records[choice.added.pk] = choice.added
        if choice.completed and not choice.completed.is_new:
            self.completed[choice.completed.pk] = choice.completed
        if choice.is_new_customer:
            self.customers.add(verdict, self.refusals.pop(choice.record.customer.pk, {}))

    def _add_bought(self, verdict: Verdict) -> None:
        purchases = [verdict.purchase] if verdict.purchase else []
        if (order := verdict.order) and verdict.choice:
            of_order, of_lines = purchases_of(order, ids=self.judge.ids)
            purchases += of_order
            self.orders.add(order, of_lines, is_new=verdict.choice.is_new_customer)
            self.deltas += deltas_of_order(order)
            if order.is_counted:
                self.bought.add(order.source_record_id)
        if purchases:
            self._add_purchases(purchases)

    def _add_purchases(self, purchases: Sequence[Purchase]) -> None:
        self._put(*purchases, *order_events.about_each(purchases, EventKind.SUBSCRIPTION_CREATED))
        steps = new_steps(purchases)
        self._put(*steps)
        self.deltas += deltas_of_steps(steps)
        for purchase in purchases:
            self.deltas += deltas_of_purchase(purchase)
            self.bought.add(purchase.source_record_id)
            self.subscribed.add(self.judge.people.records[purchase.source_record_id].customer.pk)

    def _add_records(self) -> None:
        """Last, because a row further down may have completed a record."""
        for record in self.records.values():
            self._put(*(row for row in record.customer.exclusions if row.source_record_id == record.pk))

    def write(self, *, meanwhile: Callable[[], None]) -> None:
        """`meanwhile` is called as soon as all rows are on their way: from then on the database needs long."""
        shared = self._shared_keys()
        write_tables(self._tables(), meanwhile=meanwhile)
        shared_values.add(shared)

    def _tables(self) -> Iterator[Rows]:
        if added := self.judge.products.added:
            yield rows_of(added)
        yield from self.customers.tables()
        yield rows_of_records(self.records.values())
        yield from (rows_of(self.rows[model]) for model in sorted(self.rows, key=position))
        yield from self.orders.tables()
        of_import = (_of_import_row(verdict) for verdict in self.verdicts if verdict.record_pk is not None)
        yield copies(unsaved(ImportRow, imported_id=self.imported.pk), OF_IMPORT_ROW, of_import)
        yield from self._keys()

    def _keys(self) -> Iterator[Rows]:
        records = self.records.values()
        keys = ((record.pk, *key) for record in records for key in sorted(record.keys))
        yield Rows(MatchKey, ["source_record_id", "kind", "value"], keys, are_plain=True)
        words = ((record.pk, record.customer.pk, word) for record in records for word in sorted(record.words))
        yield Rows(SearchWord, ["source_record_id", "customer_id", "word"], words, are_plain=True)

    def _shared_keys(self) -> set[Key]:
        people = self.judge.people
        added = {(key, record.customer.pk) for record in self.records.values() for key in record.keys}
        shared = {key for key, customer in added if people.customers_with(key) - {customer}}
        unread = {key for key, _ in added} - shared - people.read_keys
        return shared | set(MatchKey.objects.among(unread).order_by().values_list("kind", "value").distinct())

    def refresh(self) -> None:
        self._refresh_completed()
        self._refuse()
        Customer.objects.filter(pk__among=self.touched).update(updated=Now())
        for record in self._lost():
            clear_lost(record, by=self.imported.by)
        add_to_totals(self.deltas)
        billing_status.refresh(sorted(self.subscribed))

    def _refresh_completed(self) -> None:
        if not self.completed:
            return
        records = list(SourceRecord.objects.filter(pk__in=self.completed).order_by("pk"))
        for record in records:
            for name, value in vars(self.completed[record.pk].identity).items():
                setattr(record, name, value)
        # The profile stays: docs/merging.md, “Why a value shows on a customer, or does not”.
        SourceRecord.objects.bulk_update(records, IDENTITY_FIELDS)
        match_keys.refresh(records)

    def _refuse(self) -> None:
        """The one value that an import adds to the profile of a customer who was there."""
        for pk, refusals in sorted(self.refusals.items()):
            version = Customer.objects.values_list("version", flat=True).get(pk=pk)
            edit_profile(Customer(pk=pk), refusals, version=version, by=self.imported.by, via=VIA)

    def _lost(self) -> Iterable[SourceRecord]:
        """The records by which somebody bought who is, or was, a lost lead."""
        people = self.judge.people
        origins = {r.origin for pk in self.bought for r in people.records[pk].customer.records}
        lost = set(losses().filter(customer__among=origins).values_list("customer", flat=True)) if origins else set()
        if not lost:
            return ()
        records = [
            pk for pk in self.bought if not lost.isdisjoint(r.origin for r in people.records[pk].customer.records)
        ]
        return SourceRecord.objects.filter(pk__in=records).order_by("pk")


ORDER: Sequence[type[Model]] = (Customer, SourceRecord, Order, Purchase, OrderItem)


def position(model: type[Model]) -> int:
    """What others refer to comes first, and the rows of the import last."""
    return ORDER.index(model) if model in ORDER else len(ORDER) + (model is ImportRow)


def _events(verdict: Verdict) -> Iterator[Event]:
    """Who is new is told by `NewCustomers`, what they bought by `NewOrders`."""
    choice = verdict.choice
    if choice and not choice.is_new_customer:
        if choice.added or choice.evidence in MATCHES:
            yield events.updated(choice.record.customer.pk, records=[(choice.added or choice.record).pk])
        elif verdict.labels:
            yield events.updated(choice.record.customer.pk)


OF_IMPORT_ROW = (
    *("number", "outcome", "evidence", "source_record_id", "is_new_customer", "is_new_record"),
    *("order_id", "purchase_id", "added", "digest"),
)


def _of_import_row(verdict: Verdict) -> tuple[Any, ...]:
    choice = verdict.choice
    return (
        verdict.number,
        verdict.outcome,
        verdict.evidence,
        verdict.record_pk,
        bool(choice and choice.is_new_customer),
        bool(choice and choice.added is choice.record),
        verdict.order.pk if verdict.order else None,
        verdict.purchase.pk if verdict.purchase else None,
        _added(verdict),
        verdict.digest,
    )


def _added(verdict: Verdict) -> dict[str, list[Any]]:
    """{table: primary keys} of labels and of a record beside that of the row; the columns that it completed."""
    added: defaultdict[str, list[Any]] = defaultdict(list)
    for label in verdict.labels:
        added[type(label).__name__].append(label.pk)
    if (choice := verdict.choice) and choice.added and choice.added is not choice.record:
        added[SourceRecord.__name__].append(choice.added.pk)
    if choice and choice.filled and not (choice.completed and choice.completed.is_new):
        added[COMPLETED] += choice.filled
    return dict(added)
