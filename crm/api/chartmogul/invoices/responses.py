"""Invoices, their lines and their transactions as they are answered: our orders, items and transactions.

All answers build on `serialize_imported`, the answer to an import; `serialize_invoice` adds what that one lacks. A
value of the customer is read from `record.customer`, as it is now; one that must stay as it was is a column of Order.
The texts of an invoice (`texts.py`) are answered by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q
from ninja import Schema

from crm.api.chartmogul.invoices.texts import TEXTS, with_texts
from crm.api.chartmogul.money import cents
from crm.api.chartmogul.times import format_time
from orders.invoices.status import REFUNDS, SALES
from orders.models import ItemKind, Order, OrderItem, Transaction, TransactionStatus


class InvoiceOptions(Schema):
    """Optional parts of the answer."""

    with_disabled: bool = False
    include_edit_histories: bool = False


class DisabledOut(Schema):
    disabled: bool | None = None
    disabled_at: str | None = None
    disabled_by: str | None = None


class LineOut(DisabledOut):
    uuid: str
    external_id: str | None
    type: str
    subscription_uuid: str | None = None
    subscription_external_id: str | None = None
    subscription_set_external_id: str | None = None
    plan_uuid: str | None = None
    prorated: bool | None = None
    proration_type: str | None = None
    service_period_start: str | None = None
    service_period_end: str | None = None
    description: str | None = None
    amount_in_cents: int
    quantity: int
    discount_code: str
    discount_amount_in_cents: int
    discount_description: str | None
    tax_amount_in_cents: int
    transaction_fees_in_cents: int
    transaction_fees_currency: str | None
    account_code: str
    event_order: int | None
    balance_transfer: bool | None = None


class PaymentOut(DisabledOut):
    uuid: str
    external_id: str | None
    type: str
    date: str
    result: str
    amount_in_cents: int | None
    transaction_fees_in_cents: int | None
    transaction_fees_currency: str | None


class EditHistoryOut(Schema):
    values_changed: dict[str, Any]
    latest_edit_author: str | None
    latest_edit_performed_at: str | None


@with_texts
class InvoiceOut(DisabledOut):
    uuid: str
    external_id: str | None
    date: str
    due_date: str | None
    currency: str
    errors: dict[str, str]
    line_items: list[LineOut]
    transactions: list[PaymentOut]
    customer_uuid: str | None = None
    customer_external_id: str | None = None
    data_source_uuid: str | None = None
    status: str | None = None
    user_created: bool | None = None
    edit_history_summary: EditHistoryOut | None = None


LINES = OrderItem.objects.select_related("product", "purchase", "disabled_by").order_by("pk")
WITH_DISABLED = InvoiceOptions(with_disabled=True)
# An authorization moves no money, and what the gateway has not answered has no result yet.
PAYMENTS = Transaction.objects.filter(kind__in=(*SALES, *REFUNDS)).exclude(status=TransactionStatus.PENDING)
PAYMENTS = PAYMENTS.select_related("disabled_by").order_by("at", "pk")
NEVER_EDITED: dict[str, Any] = {"values_changed": {}, "latest_edit_author": None, "latest_edit_performed_at": None}


def reload_invoices(orders: Sequence[Order], options: InvoiceOptions = WITH_DISABLED) -> list[Order]:
    """The same orders as stored now, in the same order, with all rows of their answers."""
    enabled = Q() if options.with_disabled else Q(disabled_at=None)
    related = Order.objects.select_related("source_record__customer", "data_source", "disabled_by")
    rows = related.prefetch_related(
        Prefetch("items", LINES.filter(enabled)), Prefetch("transactions", PAYMENTS.filter(enabled))
    )
    current = rows.in_bulk([order.pk for order in orders])
    return [current[order.pk] for order in orders if order.pk in current]


def serialize_imported(order: Order) -> dict[str, Any]:
    """What every answer has: all of it for an import and for the invoices of a customer."""
    return {
        "uuid": order.uuid,
        "external_id": order.external_id,
        "date": format_time(order.at),
        "due_date": format_time(order.due),
        "currency": order.currency,
        "errors": {},
        "line_items": [serialize_line(item, order.currency) for item in order.items.all()],
        "transactions": [serialize_payment(payment) for payment in order.transactions.all()],
    }


def serialize_invoice(order: Order, options: InvoiceOptions) -> dict[str, Any]:
    """`serialize_imported`, and what the other answers have beyond it: customer, status, disabled rows."""
    record = order.source_record
    shown = serialize_imported(order) | serialize_disabled(order)
    shown |= {
        "customer_uuid": record.customer.uuid,
        "customer_external_id": record.public_id,
        "data_source_uuid": order.data_source.uuid,
        **{name: getattr(order, name) or None for name in TEXTS},
        "status": order.uncollected or None,
        "user_created": False,
    }
    for row, item in zip(shown["line_items"], order.items.all(), strict=True):
        row |= {"balance_transfer": item.balance_transfer, **serialize_disabled(item)}
    for row, payment in zip(shown["transactions"], order.transactions.all(), strict=True):
        row |= serialize_disabled(payment)
    return shown | ({"edit_history_summary": NEVER_EDITED} if options.include_edit_histories else {})


def serialize_disabled(row: Order | OrderItem | Transaction) -> dict[str, Any]:
    return {
        "disabled": row.disabled_at is not None,
        "disabled_at": format_time(row.disabled_at),
        "disabled_by": row.disabled_by.email if row.disabled_by else None,
    }


def serialize_line(item: OrderItem, currency: str) -> dict[str, Any]:
    subject = subscription_part(item) if item.kind != ItemKind.ONE_TIME else {"description": item.description}
    return {
        "uuid": item.uuid,
        "external_id": item.external_id or None,
        "type": item.kind,
        **subject,
        "amount_in_cents": cents(item.amount, currency),
        "quantity": item.quantity,
        "discount_code": item.discount_code,
        "discount_amount_in_cents": cents(item.discount, currency),
        "discount_description": item.discount_description or None,
        "tax_amount_in_cents": cents(item.tax, currency),
        "transaction_fees_in_cents": cents(item.fees, item.fees_currency or currency),
        "transaction_fees_currency": item.fees_currency or None,
        "account_code": item.account_code,
        "event_order": item.event_order,
    }


def subscription_part(item: OrderItem) -> dict[str, Any]:
    purchase = item.purchase
    shown = {
        "subscription_uuid": purchase.uuid if purchase else None,
        "subscription_external_id": purchase.external_id or None if purchase else None,
        "plan_uuid": item.product.uuid if item.product else None,
        "prorated": item.prorated,
        "proration_type": item.proration or None,
        "service_period_start": format_time(item.service_from),
        "service_period_end": format_time(item.service_to),
    }
    if purchase and purchase.set_external_id:
        shown["subscription_set_external_id"] = purchase.set_external_id
    return shown


def serialize_payment(row: Transaction) -> dict[str, Any]:
    fees_currency = row.fees_currency or row.currency
    return {
        "uuid": row.uuid,
        "external_id": row.external_id or None,
        "type": "refund" if row.kind in REFUNDS else "payment",
        "date": format_time(row.at),
        "result": "successful" if row.status == TransactionStatus.SUCCESS else "failed",
        "amount_in_cents": None if row.is_whole else cents(row.amount, row.currency),
        "transaction_fees_in_cents": None if row.fees is None else cents(row.fees, fees_currency),
        "transaction_fees_currency": row.fees_currency or None,
    }
