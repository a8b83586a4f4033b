"""The rows that an invoice becomes: an order, its items, its transactions; nothing is saved here."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.models import SourceRecord
from orders.invoices.schema import PAYMENT, REFUND, Invoice, Line, Payment
from orders.invoices.status import BACK
from orders.models import (
    Order,
    OrderItem,
    Proration,
    Purchase,
    Transaction,
    TransactionKind,
    TransactionStatus,
)

if TYPE_CHECKING:
    from crm.accounts.models import User

IDENTITY = ("first_name", "last_name", "company", "email", "phone")
OF_PURCHASE = ("subscription", "subscription_set", "cancelled_at")


def order_of(invoice: Invoice, record: SourceRecord) -> Order:
    """With the names that the record has now, which nothing rewrites."""
    return Order(
        source_record=record,
        data_source_id=record.data_source_id,
        external_id=invoice.external_id,
        at=invoice.at,
        due=invoice.due,
        currency=invoice.currency,
        total=invoice.total,
        collection_method=invoice.collection_method,
        **{name: getattr(record, name) for name in IDENTITY},
    )


def item_of(line: Line, order: Order, purchase: Purchase | None) -> OrderItem:
    return OrderItem(order=order, purchase=purchase, **columns_of(line))


def columns_of(line: Line) -> dict[str, Any]:
    """What `line` says of itself; a line for a plan is described by the plan's name."""
    columns = {each.name: getattr(line, each.name) for each in fields(line) if each.name not in OF_PURCHASE}
    columns["proration"] = (line.proration or Proration.DIFFERENTIAL) if line.prorated else ""
    if not line.description and line.product:
        columns["description"] = line.product.name
    return columns


def transaction_of(payment: Payment, order: Order, *, by: User | None) -> Transaction:
    return Transaction(
        source_record_id=order.source_record_id, order=order, by=by, **columns_of_payment(payment, order)
    )


def columns_of_payment(payment: Payment, order: Order) -> dict[str, Any]:
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


def line_of(item: OrderItem) -> Line:
    """What `item` says, as it would come in."""
    own = {each.name: getattr(item, each.name) for each in fields(Line) if each.name not in OF_PURCHASE}
    if item.purchase:
        own |= {"subscription": item.purchase.external_id, "subscription_set": item.purchase.set_external_id}
    return Line(**own)


def payment_of(transaction: Transaction) -> Payment:
    return Payment(
        kind=REFUND if transaction.kind in BACK else PAYMENT,
        is_successful=transaction.status == TransactionStatus.SUCCESS,
        at=transaction.at,
        amount=None if transaction.is_whole else transaction.amount,
        external_id=transaction.external_id,
        fees=transaction.fees,
        fees_currency=transaction.fees_currency,
    )
