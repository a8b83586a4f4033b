"""Importing invoices of a customer: all of them, or none when one cannot be.

To us an invoice is an order, its lines are what the order holds, and each subscription that a line bills is a purchase
of the record that the invoice is for: found by the id its source gives it, or begun. An invoice is sent once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.money import format_money
from customers.locks import RetiredMeanwhileError, lock_numbers
from customers.models import HistoryEntry, HistoryKind, SourceRecord
from customers.profile.lead_status import clear_lost
from customers.totals import billing_status
from orders.invoices import subscriptions
from orders.invoices.amend import DeletedMeanwhileError
from orders.invoices.rows import item_from_line, order_from_invoice, transaction_from_payment
from orders.invoices.schema import (
    TAKEN,
    Errors,
    Invoice,
    InvoiceError,
    existing_line_ids,
    existing_payment_ids,
    invoice_errors,
)
from orders.invoices.status import derive_status
from orders.locks import lock_owners
from orders.models import Order, OrderItem, OrderKind, Transaction
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_order

if TYPE_CHECKING:
    from crm.accounts.models import User

Addressed = Sequence[tuple[SourceRecord, Invoice]]
AllErrors = Sequence[Errors]

MOST_ROWS = 5_000
"""Of lines and payments at once: while they are written, others wait for the same customer."""


class InvoiceImportError(Exception):
    """Nothing was imported; `errors` say of each invoice what is wrong with it, by field."""

    def __init__(self, errors: AllErrors) -> None:
        super().__init__("Some of these invoices cannot be imported.")
        self.errors = errors


@transaction.atomic
def import_invoices(addressed: Addressed, *, by: User | None) -> list[Order]:
    """The orders that the invoices are now, each of the record that it is addressed to; GoneError without that."""
    if sum(len(invoice.lines) + len(invoice.payments) for _, invoice in addressed) > MOST_ROWS:
        raise InvoiceError(invoices=f"Send {MOST_ROWS:,} lines and transactions or fewer at once.")
    refuse([invoice_errors(invoice) for _, invoice in addressed])
    lock_numbers(_names(addressed))
    records = list({record.pk: record for record, _ in addressed}.values())
    try:
        owners = lock_owners(records)
    except RetiredMeanwhileError:
        raise DeletedMeanwhileError from None
    refuse(_taken(addressed))
    orders = [order_from_invoice(invoice, record) for record, invoice in addressed]
    changes = _write(orders, [invoice for _, invoice in addressed], by=by)
    for record in records:
        if any(order.source_record_id == record.pk and order.is_counted for order in orders):
            clear_lost(record, by=by)
    _tell(orders, by=by)
    add_to_totals([*changes, *(change for order in orders for change in deltas_of_order(order))])
    billing_status.refresh({owner.pk for owner in owners.values()})
    return orders


def refuse(errors: AllErrors) -> None:
    """InvoicesError when something is wrong with one of them."""
    if any(errors):
        raise InvoiceImportError(errors)


def _names(addressed: Addressed) -> Iterator[str]:
    """What the invoices and what is in them are known by, for the advisory locks; an order's as an intake has it."""
    for record, invoice in addressed:
        source = record.data_source_id
        yield f"order {source} external_id {invoice.external_id}"
        yield from (f"line {source} {line.external_id}" for line in invoice.lines if line.external_id)
        yield from (f"payment {source} {each.external_id}" for each in invoice.payments if each.external_id)


def _taken(addressed: Addressed) -> list[Errors]:
    """Of each invoice which of its ids its source has used before, or for another of them."""
    found = [_taken_before(*each) for each in addressed]
    twice = Counter((record.data_source_id, invoice.external_id) for record, invoice in addressed)
    lines = Counter((r.data_source_id, line.external_id) for r, i in addressed for line in i.lines)
    payments = Counter((r.data_source_id, each.external_id) for r, i in addressed for each in i.payments)
    for (record, invoice), errors in zip(addressed, found, strict=True):
        source = record.data_source_id
        if twice[source, invoice.external_id] > 1:
            errors.setdefault("external_id", TAKEN["invoice"])
        if any(lines[source, line.external_id] > 1 for line in invoice.lines if line.external_id):
            errors.setdefault("line_items.external_id", TAKEN["line_item"])
        if any(payments[source, each.external_id] > 1 for each in invoice.payments if each.external_id):
            errors.setdefault("transactions.external_id", TAKEN["transaction"])
    return found


def _taken_before(record: SourceRecord, invoice: Invoice) -> Errors:
    errors, source = {}, record.data_source_id
    if Order.objects.filter(data_source=source, external_id=invoice.external_id).exists():
        errors["external_id"] = TAKEN["invoice"]
    if existing_line_ids(source, [line.external_id for line in invoice.lines]):
        errors["line_items.external_id"] = TAKEN["line_item"]
    if existing_payment_ids(source, [payment.external_id for payment in invoice.payments]):
        errors["transactions.external_id"] = TAKEN["transaction"]
    return errors


def _write(orders: Sequence[Order], invoices: Sequence[Invoice], *, by: User | None) -> list[Delta]:
    """The rows; what the subscriptions in them add to the totals."""
    payments: list[Transaction] = []
    for order, invoice in zip(orders, invoices, strict=True):
        theirs = [transaction_from_payment(each, order, by=by) for each in invoice.payments]
        derive_status(order, theirs)
        payments += theirs
    lines = [(order, line) for order, invoice in zip(orders, invoices, strict=True) for line in invoice.lines]
    subscribed = subscriptions.BilledPurchases(lines)
    for order, line in lines:
        if subscribed.is_known(order, line):
            order.kind = OrderKind.RECURRING
    Order.objects.bulk_create(orders)
    subscribed.save()
    OrderItem.objects.bulk_create(item_from_line(line, order, subscribed.of(order, line)) for order, line in lines)
    Transaction.objects.bulk_create(payments)
    return subscribed.refresh()


def _tell(orders: Sequence[Order], *, by: User | None) -> None:
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            source_record_id=order.source_record_id,
            kind=HistoryKind.ORDER,
            text=f"Order {order.number} placed, {format_money(order.total, order.currency)}",
            at=order.at,
            by=by,
        )
        for order in orders
    )
