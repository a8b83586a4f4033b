"""Importing invoices of a customer: all of them, or none when one cannot be imported.

An invoice becomes an order, its lines the items of the order, and each subscription that a line bills a purchase of the
invoice's record: the purchase with its external id, or a new one. An invoice is imported once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.text import can_be_stored
from customers.locks import RetiredMeanwhileError, lock_numbers
from customers.models import Customer, DataSource, EventKind, SourceRecord
from customers.models.source import with_external_id
from customers.profile.lead_status import clear_lost
from customers.statements.prepared import insert
from customers.totals import billing_status
from orders import events, history
from orders.invoices.amend import DeletedMeanwhileError
from orders.invoices.errors import TAKEN, Errors, InvoiceError, existing_line_ids, existing_payment_ids, invoice_errors
from orders.invoices.incoming import IncomingInvoice
from orders.invoices.rows import item_from_line, order_from_invoice, transaction_from_payment
from orders.invoices.status import derive_status
from orders.invoices.subscriptions import BilledPurchases
from orders.locks import lock_owners, retry_when_taken
from orders.models import Order, OrderItem, OrderKind, Transaction
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order

if TYPE_CHECKING:
    from crm.accounts.models import User

Addressed = Sequence[tuple[SourceRecord, IncomingInvoice]]
"""Invoices, each with the record that it is for."""
AllErrors = Sequence[Errors]

MOST_ROWS = 5_000  # lines and payments at once; while they are written, other acts wait for the customer


class InvoiceImportError(Exception):
    """Nothing was imported; `errors` are of each invoice, by field."""

    def __init__(self, errors: AllErrors) -> None:
        super().__init__("Some of these invoices cannot be imported.")
        self.errors = errors


def find_recipient(customer: Customer, *, source: DataSource | None = None, external_id: str = "") -> SourceRecord:
    """The record of `customer` that the invoice is for; InvoiceError if source and id leave more than one."""
    records = SourceRecord.objects.filter(customer=customer).exclude(data_source__name=DataSource.STAFF)
    if source:
        records = records.filter(data_source=source)
    if external_id:
        records = records.filter(with_external_id(external_id)) if can_be_stored(external_id) else records.none()
    candidates = list(records.select_related("data_source").order_by("pk")[:2])
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise InvoiceError(
            customer_external_id="This is a merged customer. Send data_source_uuid and customer_external_id"
            " to say which of its records gets the invoice."
        )
    field = "customer_external_id" if external_id else "data_source_uuid" if source else "customer_uuid"
    raise InvoiceError(**{field: "This customer has no such external ID in that data source."})


@retry_when_taken
@transaction.atomic
def import_invoices(addressed: Addressed, *, by: User | None) -> list[Order]:
    if sum(len(invoice.lines) + len(invoice.payments) for _, invoice in addressed) > MOST_ROWS:
        raise InvoiceError(invoices=f"Send {MOST_ROWS:,} lines and transactions or fewer at once.")
    refuse_errors([invoice_errors(invoice) for _, invoice in addressed])
    lock_numbers(_lock_names(addressed))
    records = list({record.pk: record for record, _ in addressed}.values())
    try:
        owners = lock_owners(records)
    except RetiredMeanwhileError:
        raise DeletedMeanwhileError from None
    refuse_errors(_ids_taken(addressed))
    orders = [order_from_invoice(invoice, record) for record, invoice in addressed]
    deltas = _write(orders, [invoice for _, invoice in addressed], by=by)
    for record in records:
        if any(order.source_record_id == record.pk and order.is_counted for order in orders):
            clear_lost(record, by=by)
    insert(*history.placed(orders, by=by), *events.about_each(orders, EventKind.ORDER_CREATED))
    add_to_totals([*deltas, *(delta for order in orders for delta in deltas_of_order(order))])
    billing_status.refresh({owner.pk for owner in owners.values()})
    return orders


def refuse_errors(errors: AllErrors) -> None:
    if any(errors):
        raise InvoiceImportError(errors)


def _lock_names(addressed: Addressed) -> Iterator[str]:
    """The names of the advisory locks on all external ids; an order's is the same as in `intake.take`."""
    for record, invoice in addressed:
        source = record.data_source_id
        yield f"order {source} external_id {invoice.external_id}"
        yield from (f"line {source} {line.external_id}" for line in invoice.lines if line.external_id)
        yield from (f"payment {source} {payment.external_id}" for payment in invoice.payments if payment.external_id)


def _ids_taken(addressed: Addressed) -> list[Errors]:
    """For each invoice, the external ids that are stored already or are used twice in the import."""
    errors_of_each = [_ids_stored(record, invoice) for record, invoice in addressed]
    ids = Counter((record.data_source_id, invoice.external_id) for record, invoice in addressed)
    lines = Counter((r.data_source_id, line.external_id) for r, i in addressed for line in i.lines)
    payments = Counter((r.data_source_id, payment.external_id) for r, i in addressed for payment in i.payments)
    for (record, invoice), errors in zip(addressed, errors_of_each, strict=True):
        source = record.data_source_id
        if ids[source, invoice.external_id] > 1:
            errors.setdefault("external_id", TAKEN["invoice"])
        if any(lines[source, line.external_id] > 1 for line in invoice.lines if line.external_id):
            errors.setdefault("line_items.external_id", TAKEN["line_item"])
        if any(payments[source, payment.external_id] > 1 for payment in invoice.payments if payment.external_id):
            errors.setdefault("transactions.external_id", TAKEN["transaction"])
    return errors_of_each


def _ids_stored(record: SourceRecord, invoice: IncomingInvoice) -> Errors:
    errors, source = {}, record.data_source_id
    if Order.objects.filter(data_source=source, external_id=invoice.external_id).exists():
        errors["external_id"] = TAKEN["invoice"]
    if existing_line_ids(source, [line.external_id for line in invoice.lines]):
        errors["line_items.external_id"] = TAKEN["line_item"]
    if existing_payment_ids(source, [payment.external_id for payment in invoice.payments]):
        errors["transactions.external_id"] = TAKEN["transaction"]
    return errors


def _write(orders: Sequence[Order], invoices: Sequence[IncomingInvoice], *, by: User | None) -> list[Delta]:
    payments: list[Transaction] = []
    for order, invoice in zip(orders, invoices, strict=True):
        payments_of_order = [transaction_from_payment(payment, order, by=by) for payment in invoice.payments]
        derive_status(order, payments_of_order)
        payments += payments_of_order
    lines = [(order, line) for order, invoice in zip(orders, invoices, strict=True) for line in invoice.lines]
    purchases = BilledPurchases(lines)
    for order, line in lines:
        if purchases.is_stored(order, line):
            order.kind = OrderKind.RECURRING
    Order.objects.bulk_create(orders)
    purchases.save()
    OrderItem.objects.bulk_create(item_from_line(line, order, purchases.of(order, line)) for order, line in lines)
    Transaction.objects.bulk_create(payments)
    return purchases.refresh()
