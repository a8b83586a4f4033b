"""The rows that a chunk of an import adds to each table, and what is refreshed when they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Model

from customers.matching.known_people import KnownRecord
from customers.models import (
    Customer,
    DataSource,
    Event,
    EventKind,
    HistoryKind,
    MatchKey,
    SearchWord,
    SourceRecord,
)
from customers.models.functions import Now
from customers.models.matching import Key
from customers.models.source import IDENTITY_FIELDS
from customers.profile.derive import first_profile_change
from customers.profile.edit import edit_profile, unsaved_customer
from customers.profile.lead_status import clear_lost, losses
from customers.records import events, history, match_keys, shared_values
from customers.statements.bulk import write_rows, write_values
from customers.statements.unsaved import unsaved
from customers.totals import billing_status
from orders import events as order_events
from orders import history as order_history
from orders.imports.batch.judge import Judge
from orders.imports.batch.new_orders import new_lines
from orders.imports.batch.verdicts import Verdict
from orders.intake.match_customer import first_profile
from orders.models import Import, ImportRow, MatchedBy, Order, OrderItem, Purchase
from orders.models.imports import COMPLETED
from orders.revenue.steps import new_steps
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order, deltas_of_purchase, deltas_of_steps

VIA = "import"
MATCHES = (MatchedBy.BOTH, MatchedBy.EMAIL, MatchedBy.PHONE)


class NewRows:
    def __init__(self, imported: Import, source: DataSource, judge: Judge, verdicts: Sequence[Verdict]) -> None:
        self.imported, self.source, self.judge, self.verdicts = imported, source, judge, verdicts
        self.rows: defaultdict[type[Model], list[Model]] = defaultdict(list)
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
        if verdict.record_pk is not None:
            self._put(_import_row(self.imported, verdict))

    def _add_customer(self, verdict: Verdict) -> None:
        choice, row, by = verdict.choice, verdict.row, self.imported.by
        assert choice  # noqa: S101 - the caller asked
        if choice.added:
            self.records[choice.added.pk] = choice.added
        if choice.completed and not choice.completed.is_new:
            self.completed[choice.completed.pk] = choice.completed
        if choice.is_new_customer:
            pk = choice.record.customer.pk
            # With what a row below refuses for the customer.
            cleaned = {**row.profile, **self.refusals.pop(pk, {})}
            customer = unsaved_customer(first_profile(choice.incoming), cleaned=cleaned, id=pk, **row.beside)
            self._put(customer, first_profile_change(customer, by=by, via=VIA))
            if not verdict.order:
                sentence = "Customer imported from {source}."
                created = history.entry(choice.record.pk, HistoryKind.CREATED, sentence, source=self.source.name, by=by)
                self._put(created)

    def _add_bought(self, verdict: Verdict) -> None:
        purchases = [verdict.purchase] if verdict.purchase else []
        if (order := verdict.order) and verdict.choice and verdict.row.order:
            is_new = verdict.choice.is_new_customer
            items, of_order = new_lines(order, verdict.row.order, ids=self.judge.ids)
            purchases += of_order
            self._put(order, *items, *order_history.placed([order], is_new=is_new, by=self.imported.by))
            self.deltas += deltas_of_order(order)
            if order.is_counted:
                self.bought.add(verdict.choice.record.pk)
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
            self._put(_source_record(record))
            self._put(*(row for row in record.customer.exclusions if row.source_record_id == record.pk))

    def write(self) -> None:
        shared = self._shared_keys()
        write_rows(self.judge.products.added)
        for model in sorted(self.rows, key=position):
            write_rows(self.rows[model])
        keys = ((record.pk, *key) for record in self.records.values() for key in sorted(record.keys))
        write_values(MatchKey, ["source_record_id", "kind", "value"], keys)
        words = (
            (record.pk, record.customer.pk, word) for record in self.records.values() for word in sorted(record.words)
        )
        write_values(SearchWord, ["source_record_id", "customer_id", "word"], words)
        shared_values.add(shared)

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
        SourceRecord.objects.bulk_update(records, IDENTITY_FIELDS)
        match_keys.refresh(records)

    def _refuse(self) -> None:
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
    choice = verdict.choice
    if choice and choice.is_new_customer:
        yield events.created(choice.record.customer.pk, record=choice.record.pk)
    elif choice and (choice.added or choice.evidence in MATCHES):
        yield events.updated(choice.record.customer.pk, records=[(choice.added or choice.record).pk])
    elif choice and verdict.labels:
        yield events.updated(choice.record.customer.pk)
    if verdict.order:
        yield order_events.about(verdict.order, EventKind.ORDER_CREATED)


def _source_record(record: KnownRecord) -> SourceRecord:
    return unsaved(
        SourceRecord,
        id=record.pk,
        origin_id=record.origin,
        customer_id=record.customer.pk,
        data_source_id=record.data_source_id,
        external_id=record.external_id,
        identity_key=record.identity_key,
        **vars(record.identity),
    )


def _import_row(imported: Import, verdict: Verdict) -> ImportRow:
    choice = verdict.choice
    return unsaved(
        ImportRow,
        imported_id=imported.pk,
        number=verdict.number,
        outcome=verdict.outcome,
        evidence=verdict.evidence,
        source_record_id=verdict.record_pk or 0,
        is_new_customer=bool(choice and choice.is_new_customer),
        is_new_record=bool(choice and choice.added is choice.record),
        order_id=verdict.order.pk if verdict.order else None,
        purchase_id=verdict.purchase.pk if verdict.purchase else None,
        added=_added(verdict),
        digest=verdict.digest,
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
