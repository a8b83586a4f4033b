"""Taking back all that a data source sent: what was bought there, its customers, or the data source itself.

A customer of whom it alone sent anything is erased. Of one whom others sent too, its records are split off first, and
those are erased. All of it happens in one transaction or nothing does, so that more than one request can do is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from customers.erasing.delete_rows import Model, delete_rows, tables
from customers.erasing.erase import EraseError, erase_customer, lock_records, refusals
from customers.locks import lock
from customers.merging.split import SplitError, split_record
from customers.models import Customer, DataSource, HistoryKind, MonthTotals, RecordTotals, SourceRecord, Via
from customers.records import external, history, ownership
from customers.totals import billing_status
from orders.models import Order, Product

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_RECORDS, MOST_ORDERS = 50, 20_000
"""What is deleted in ten seconds or so."""


class DeleteSourceError(Exception):
    """Nothing was deleted; the message says why and what to do."""


def delete_source(source: DataSource, *, by: User | None) -> None:
    """The data source with all that it sent."""
    try:
        with transaction.atomic():
            empty_source(source, by=by)
            _delete_plans(source)
            source.delete()
    except (IntegrityError, ProtectedError):
        raise DeleteSourceError(f"New records arrived for {source}. Nothing was deleted. Try again.") from None


@transaction.atomic
def empty_source(source: DataSource, *, by: User | None) -> None:
    """Delete its customers, with all that they have there."""
    _refuse(source)
    try:
        for customer in _lock_customers(source):
            for doomed in _apart(customer, source, by=by):
                current = Customer.objects.get(pk=doomed.pk)
                erase_customer(current, version=current.version, by=by)
    except (EraseError, SplitError) as error:
        raise DeleteSourceError(f"Nothing was deleted. {error}") from None


@transaction.atomic
def purge_source(source: DataSource, *, by: User | None) -> None:
    """Delete what was bought there, and keep the customers."""
    _refuse(source)
    customers = _lock_customers(source)
    if why := [reason for customer in customers for reason in refusals(customer)]:
        raise DeleteSourceError(f"Nothing was deleted. {why[0]}")
    records = lock_records(SourceRecord.objects.filter(data_source=source))
    delete_rows(records, only=_bought())
    billing_status.refresh([customer.pk for customer in customers])
    for customer in customers:
        history.write(customer, HistoryKind.ORDER, f"All that was bought at {source} was deleted.", by=by)


def _refuse(source: DataSource) -> None:
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
    """Those who have something of it, and whoever became part of them, locked in one go for the lock order."""
    theirs = set(SourceRecord.objects.filter(data_source=source).values_list("customer", flat=True))
    locked = lock(ownership.merged_into_any(theirs).keys())
    if theirs != set(SourceRecord.objects.filter(data_source=source).values_list("customer", flat=True)):
        raise DeleteSourceError(
            f"Customers of {source} are being changed at the moment. Nothing was deleted. Try again."
        )
    return [locked[pk] for pk in sorted(theirs)]


def _apart(customer: Customer, source: DataSource, *, by: User | None) -> Iterator[Customer]:
    """Whoever has nothing but what `source` sent."""
    theirs = external.external_records_of([customer])[customer.pk]
    sent = [record for record in theirs if record.data_source_id == source.pk]
    if len(sent) == len(theirs):
        yield customer
        return
    for record in sent:
        yield split_record(record, by=by, via=Via.API, reason=f"{source} was deleted")


def _bought() -> Collection[Model]:
    """The tables of orders, and what is derived from them."""
    derived = (RecordTotals, MonthTotals)
    return [model for model in tables() if model in derived or model._meta.app_label == Order._meta.app_label]


def _delete_plans(source: DataSource) -> None:
    """A plan that somebody bought elsewhere stays, as nobody's."""
    plans = Product.objects.filter(data_source=source)
    plans.filter(orderitem=None, purchase=None).delete()
    plans.update(data_source=None, external_id=None)
