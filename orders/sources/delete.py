"""Deleting the orders of a data source, its customers, or the data source with both.

A customer that only this source sent is erased. From a customer that other sources sent too, the records of this source
are split off and erased. Everything happens in one transaction, so a source too large for one request is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from customers.erasing.delete_rows import Model, delete_rows, tables
from customers.erasing.erase import EraseError, erase_customer, lock_records, refusals
from customers.lib.errors import ActionError
from customers.lib.phrases import isolated
from customers.locks import lock
from customers.merging.split import SplitError, split_record
from customers.models import (
    Customer,
    DataSource,
    DataSourceChange,
    EventKind,
    HistoryKind,
    MonthTotals,
    RecordTotals,
    SourceRecord,
    Via,
)
from customers.records import external, history, ownership
from customers.sources.data_sources import write_change
from customers.statements.prepared import insert
from customers.totals import billing_status
from orders import events
from orders.models import Order, Product, Purchase

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_RECORDS, MOST_ORDERS = 50, 20_000  # take about ten seconds


class DeleteSourceError(ActionError):
    pass


class StaleDeletionError(DeleteSourceError):
    def __init__(self, source: DataSource) -> None:
        super().__init__(
            f"Nothing was deleted. Customers of {isolated(source)} changed since you opened the page. Look again."
        )


def delete_source(source: DataSource, *, by: User | None, seen: str = "") -> None:
    """Delete the data source with its customers. `seen` is the fingerprint of the plan that was shown."""
    try:
        with transaction.atomic():
            _delete_customers(source, by=by, seen=seen)
            _refuse_orders_elsewhere(source)
            _delete_plans(source)
            _note(source, DataSourceChange.Kind.DELETED, by=by, data_source=source.pk)
            source.delete()
    except (IntegrityError, ProtectedError):
        raise DeleteSourceError(
            f"New records arrived for {isolated(source)}. Nothing was deleted. Try again."
        ) from None


@transaction.atomic
def empty_source(source: DataSource, *, by: User | None, seen: str = "") -> None:
    _delete_customers(source, by=by, seen=seen)
    _note(source, DataSourceChange.Kind.EMPTIED, by=by)


def _delete_customers(source: DataSource, *, by: User | None, seen: str) -> None:
    refuse_too_large(source)
    locked = _lock_customers(source)
    if seen and seen != fingerprint(locked):
        raise StaleDeletionError(source)
    try:
        for customer in locked:
            for customer_of_source in _split_off(customer, source, by=by):
                current = Customer.objects.get(pk=customer_of_source.pk)
                erase_customer(current, version=current.version, by=by)
    except (EraseError, SplitError) as error:
        raise DeleteSourceError(f"Nothing was deleted. {error}") from None


def fingerprint(customers: Iterable[Customer]) -> str:
    """Another one after a merge, undo, split or edit of one of them. Records that arrive meanwhile are deleted too."""
    return "-".join(f"{customer.pk}.{customer.version}" for customer in customers)


@transaction.atomic
def purge_source(source: DataSource, *, by: User | None) -> None:
    """Delete the orders of the data source with all rows linked to them; keep the customers."""
    refuse_too_large(source)
    customers = _lock_customers(source)
    if reasons := refusals(SourceRecord.objects.filter(customer__in=customers)):
        raise DeleteSourceError(f"Nothing was deleted. {reasons[0]}")
    records = lock_records(SourceRecord.objects.filter(data_source=source))
    # A call that is repeated afterwards must not place and charge the order anew.
    Order.keep_of_erased(records)
    _tell_deleted(records)
    delete_rows(records, only=_order_tables())
    billing_status.refresh([customer.pk for customer in customers])
    for customer in customers:
        sentence = "Deleted all orders and purchases from {source}."
        history.write(customer, HistoryKind.ORDER, sentence, source=source.name, by=by)
    _note(source, DataSourceChange.Kind.PURGED, by=by)


def _note(source: DataSource, kind: DataSourceChange.Kind, *, by: User | None, **values: object) -> None:
    write_change(source, kind, values, by=by)


def _tell_deleted(records: Collection[int]) -> None:
    orders = Order.objects.filter(source_record__in=records).select_related("source_record")
    purchases = Purchase.objects.filter(source_record__in=records).select_related("source_record")
    insert(
        *events.about_each(orders, EventKind.ORDER_DELETED),
        *events.about_each(purchases, EventKind.SUBSCRIPTION_DELETED),
    )


def _refuse_orders_elsewhere(source: DataSource) -> None:
    """An order paid with a card on file is on the record of the card, which another data source may have sent."""
    elsewhere = Order.objects.filter(data_source=source).select_related("source_record__customer").order_by("pk")
    if order := elsewhere.first():
        customer = order.source_record.customer.name_with_number
        raise DeleteSourceError(
            f"Nothing was deleted. {isolated(source)} placed order {order.number} of {customer}, who stays with another"
            " data source. Delete the customers, and keep the data source."
        )


def refuse_too_large(source: DataSource) -> None:
    if source.name == DataSource.STAFF:
        raise DeleteSourceError("This data source holds the values entered by staff. Nothing was deleted.")
    records = SourceRecord.objects.filter(data_source=source)[: MOST_RECORDS + 1].count()
    orders = Order.objects.filter(data_source=source)[: MOST_ORDERS + 1].count()
    if records > MOST_RECORDS or orders > MOST_ORDERS:
        raise DeleteSourceError(
            f"{isolated(source)} has more than {MOST_RECORDS} customers or {MOST_ORDERS:,} orders, too many for one"
            " request. Nothing was deleted. Delete some of its customers first, then try again."
        )


def _lock_customers(source: DataSource) -> list[Customer]:
    owners = set(SourceRecord.objects.filter(data_source=source).values_list("customer", flat=True))
    # In one statement, so that the locks are taken by primary key.
    locked = lock(ownership.merged_into_any(owners).keys())
    if owners != set(SourceRecord.objects.filter(data_source=source).values_list("customer", flat=True)):
        raise DeleteSourceError(
            f"Customers of {isolated(source)} are being changed at the moment. Nothing was deleted. Try again."
        )
    return [locked[pk] for pk in sorted(owners)]


def _split_off(customer: Customer, source: DataSource, *, by: User | None) -> Iterator[Customer]:
    """Split off the records of `source`; return the customers that then have no other record."""
    records = external.external_records_of([customer])[customer.pk]
    if is_only_of(source, records):
        yield customer
        return
    for record in (record for record in records if record.data_source_id == source.pk):
        yield split_record(record, by=by, via=Via.API, reason=f"{source} was deleted")


def is_only_of(source: DataSource, external_records: Iterable[SourceRecord]) -> bool:
    """Whether a customer with these records is erased whole: no other data source knows them."""
    return all(record.data_source_id == source.pk for record in external_records)


def _order_tables() -> Collection[Model]:
    totals = (RecordTotals, MonthTotals)
    return [model for model in tables() if model in totals or model._meta.app_label == Order._meta.app_label]


def _delete_plans(source: DataSource) -> None:
    """Delete the plans of `source`. A plan bought elsewhere is kept without a source."""
    plans = Product.objects.filter(data_source=source)
    plans.filter(orderitem=None, purchase=None).delete()
    plans.update(data_source=None, external_id=None)
