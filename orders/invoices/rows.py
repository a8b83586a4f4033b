"""Converting an invoice to rows (an order, its items, its transactions) and back. Nothing is saved here."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.models import SourceRecord
from orders.invoices.incoming import (
    INVOICE_COLUMNS,
    PAYMENT,
    REFUND,
    IncomingInvoice,
    IncomingInvoiceLine,
    IncomingPayment,
)
from orders.invoices.status import REFUNDS
from orders.models import (
    Order,
    OrderItem,
    Proration,
    Purchase,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from orders.order_numbers import new_order_number

if TYPE_CHECKING:
    from crm.accounts.models import User

IDENTITY = ("first_name", "last_name", "company", "email", "phone")
OF_PURCHASE = ("subscription", "subscription_set", "cancelled_at")


def order_from_invoice(invoice: IncomingInvoice, record: SourceRecord) -> Order:
    # The order keeps the names that the record has now.
    return Order(
        source_record=record,
        data_source_id=record.data_source_id,
        number=new_order_number(),
        total=invoice.total,
        **{name: getattr(invoice, name) for name in INVOICE_COLUMNS},
        **{name: getattr(record, name) for name in IDENTITY},
    )


def item_from_line(line: IncomingInvoiceLine, order: Order, purchase: Purchase | None) -> OrderItem:
    return OrderItem(order=order, purchase=purchase, **item_columns(line))


def item_columns(line: IncomingInvoiceLine) -> dict[str, Any]:
    columns = {field.name: getattr(line, field.name) for field in fields(line) if field.name not in OF_PURCHASE}
    columns["proration"] = (line.proration or Proration.DIFFERENTIAL) if line.prorated else ""
    if not line.description and line.product:
        columns["description"] = line.product.name
    return columns


def transaction_from_payment(payment: IncomingPayment, order: Order, *, by: User | None) -> Transaction:
    return Transaction(
        source_record_id=order.source_record_id, order=order, by=by, **transaction_columns(payment, order)
    )


def transaction_columns(payment: IncomingPayment, order: Order) -> dict[str, Any]:
    is_whole = payment.amount is None
    return {
        "kind": TransactionKind.SALE if payment.kind == PAYMENT else TransactionKind.REFUND,
        "status": TransactionStatus.SUCCESS if payment.is_successful else TransactionStatus.SOFT_DECLINE,
        "at": payment.at,
        "amount": max(order.total, Decimal(0)) if payment.amount is None else payment.amount,
        "is_whole": is_whole,
        "currency": order.currency,
        "external_id": payment.external_id,
        "fees": payment.fees,
        "fees_currency": payment.fees_currency,
    }


def line_from_item(item: OrderItem) -> IncomingInvoiceLine:
    values = {
        field.name: getattr(item, field.name) for field in fields(IncomingInvoiceLine) if field.name not in OF_PURCHASE
    }
    if item.purchase:
        values |= {"subscription": item.purchase.external_id, "subscription_set": item.purchase.set_external_id}
    return IncomingInvoiceLine(**values)


def payment_from_transaction(transaction: Transaction) -> IncomingPayment:
    return IncomingPayment(
        kind=REFUND if transaction.kind in REFUNDS else PAYMENT,
        is_successful=transaction.status == TransactionStatus.SUCCESS,
        at=transaction.at,
        amount=None if transaction.is_whole else transaction.amount,
        external_id=transaction.external_id,
        fees=transaction.fees,
        fees_currency=transaction.fees_currency,
    )
