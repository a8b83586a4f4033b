"""Deleting the orders of a data source, its customers, or the data source with both.

A customer that only this source sent is erased. From a customer that other sources sent too, the records of this source
are split off and erased. Everything happens in one transaction, so a source too large for one request is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from customers.erasing.delete_rows import Model, delete_rows, tables
from customers.erasing.erase import EraseError, erase_customer, lock_records, refusals
from customers.lib.errors import ActionError
from customers.locks import lock
from customers.merging.split import SplitError, split_record
from customers.models import Customer, DataSource, HistoryKind, MonthTotals, RecordTotals, SourceRecord, Via
from customers.records import external, history, ownership
from customers.totals import billing_status
from orders.models import Order, Product

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_RECORDS, MOST_ORDERS = 50, 20_000  # take about ten seconds


class DeleteSourceError(ActionError):
    pass


def delete_source(source: DataSource, *, by: User | None) -> None:
    try:
        with transaction.atomic():
            empty_source(source, by=by)
            _delete_plans(source)
            source.delete()
    except (IntegrityError, ProtectedError):
        raise DeleteSourceError(f"New records arrived for {source}. Nothing was deleted. Try again.") from None


@transaction.atomic
def empty_source(source: DataSource, *, by: User | None) -> None:
    _refuse_too_large(source)
    try:
        for customer in _lock_customers(source):
            for customer_of_source in _split_off(customer, source, by=by):
                current = Customer.objects.get(pk=customer_of_source.pk)
                erase_customer(current, version=current.version, by=by)
    except (EraseError, SplitError) as error:
        raise DeleteSourceError(f"Nothing was deleted. {error}") from None


@transaction.atomic
def purge_source(source: DataSource, *, by: User | None) -> None:
    """Delete the orders of the data source with all rows linked to them; keep the customers."""
    _refuse_too_large(source)
    customers = _lock_customers(source)
    if reasons := [reason for customer in customers for reason in refusals(customer)]:
        raise DeleteSourceError(f"Nothing was deleted. {reasons[0]}")
    records = lock_records(SourceRecord.objects.filter(data_source=source))
    delete_rows(records, only=_order_tables())
    billing_status.refresh([customer.pk for customer in customers])
    for customer in customers:
        sentence = "Deleted all orders and purchases from {source}."
        history.write(customer, HistoryKind.ORDER, sentence, source=source.name, by=by)


def _refuse_too_large(source: DataSource) -> None:
    if source.name == DataSource.STAFF:
        raise DeleteSourceError("This data source holds the values entered by staff. Nothing was deleted.")
    records = SourceRecord.objects.filter(data_source=source)[: MOST_RECORDS + 1].count()
    orders = Order.objects.filter(data_source=source)[: MOST_ORDERS + 1].count()
    if records > MOST_RECORDS or orders > MOST_ORDERS:
        raise DeleteSourceError(
            f"{source} has more than {MOST_RECORDS} customers or {MOST_ORDERS:,} orders, too many for one request."
            " Nothing was deleted. Delete some of its customers first, then try again."
        )


def _lock_customers(source: DataSource) -> list[Customer]:
    owners = set(SourceRecord.objects.filter(data_source=source).values_list("customer", flat=True))
    # In one statement, so that the locks are taken by primary key.
    locked = lock(ownership.merged_into_any(owners).keys())
    if owners != set(SourceRecord.objects.filter(data_source=source).values_list("customer", flat=True)):
        raise DeleteSourceError(
            f"Customers of {source} are being changed at the moment. Nothing was deleted. Try again."
        )
    return [locked[pk] for pk in sorted(owners)]


def _split_off(customer: Customer, source: DataSource, *, by: User | None) -> Iterator[Customer]:
    """Split off the records of `source`; return the customers that then have no other record."""
    records = external.external_records_of([customer])[customer.pk]
    sent = [record for record in records if record.data_source_id == source.pk]
    if len(sent) == len(records):
        yield customer
        return
    for record in sent:
        yield split_record(record, by=by, via=Via.API, reason=f"{source} was deleted")


def _order_tables() -> Collection[Model]:
    totals = (RecordTotals, MonthTotals)
    return [model for model in tables() if model in totals or model._meta.app_label == Order._meta.app_label]


def _delete_plans(source: DataSource) -> None:
    """Delete the plans of `source`. A plan bought elsewhere is kept without a source."""
    plans = Product.objects.filter(data_source=source)
    plans.filter(orderitem=None, purchase=None).delete()
    plans.update(data_source=None, external_id=None)
