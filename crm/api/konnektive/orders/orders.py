"""Orders: asked for, cancelled, refunded."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

from django.db.models import QuerySet

from crm.api.konnektive.endpoint import NOT_ALLOWED, Call, endpoint
from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import Amount, Id, Parameters, Text, Truth, Wholes, at_most
from crm.api.konnektive.orders.rows import order_rows
from crm.api.konnektive.paging import page
from crm.api.konnektive.queries import Person, Query, rows, without_none
from crm.api.konnektive.writing import amount
from customers.models import DataSource
from customers.web.permissions import VIEW_ORDERS
from orders.cancel_order import NothingToCancelError, cancel_order, cancel_order_after_next_bill
from orders.locks import OrderError
from orders.models import Order, OrderKind, OrderStatus, TransactionStatus
from orders.payments.refund import refund_order, refundable_payments
from orders.subscriptions.change import PurchaseError

VIEW = "customers.view_customer"
REFUND, CANCEL = "orders.refund_order", "orders.cancel_purchase"

Reason = Annotated[Text, at_most(100)]


class OrderQuery(Query, Person):
    order_id: Id | None = None
    client_order_id: Id | None = None
    order_status: Literal["PARTIAL", "PENDING", "COMPLETE", "DECLINED", "REFUNDED", "CANCELLED"] | None = None
    order_type: Literal["NEW_SALE", "RECURRING"] | None = None
    campaign_id: Wholes | None = None
    include_custom_fields: Truth = False


@endpoint(VIEW, VIEW_ORDERS)
def query(call: Call) -> dict[str, Any]:
    asked = call.read(OrderQuery)
    filters = without_none(
        number=asked.order_id,
        status=asked.order_status and OrderStatus(asked.order_status),
        kind=asked.order_type and OrderKind(asked.order_type),
        campaign__in=asked.campaign_id,
    )
    found = rows(
        Order,
        asked,
        _sent_as(asked.client_order_id).filter(**filters),
        by_id=bool(asked.order_id or asked.client_order_id),
    )
    return page(found, asked, what="orders", write=partial(order_rows, with_custom=asked.include_custom_fields))


def _sent_as(client_order_id: str | None) -> QuerySet[Order]:
    """All orders without an id; with the sources named, since the index that knows an id begins with its source."""
    if not client_order_id:
        return Order.objects.all()
    sources = list(DataSource.objects.values_list("pk", flat=True))
    return Order.objects.filter(client_order_id=client_order_id, data_source__in=sources)


class Cancellation(Parameters):
    order_id: Id
    cancel_reason: Reason
    full_refund: Truth = False
    after_next_bill: Truth = False


@endpoint(VIEW, VIEW_ORDERS, CANCEL)
def cancel(call: Call) -> dict[str, Any]:
    sent = call.read(Cancellation)
    order = _found(sent.order_id)
    if sent.full_refund and not call.by.has_perm(REFUND):
        raise CallError(NOT_ALLOWED)
    try:
        if sent.full_refund:
            refundable_payments(order)  # what is refused now leaves the order as it was
        if sent.after_next_bill:
            cancel_order_after_next_bill(order, reason=sent.cancel_reason, by=call.by)
        else:
            order = _drop(order, sent, call)
    except (OrderError, PurchaseError) as error:
        raise CallError(str(error)) from None
    if sent.full_refund:
        _refund_cancelled(order, sent.cancel_reason, call)
    return order_rows([_found(sent.order_id)])[0]


def _drop(order: Order, sent: Cancellation, call: Call) -> Order:
    """What has nothing left to cancel may still be paid back."""
    try:
        return cancel_order(order, reason=sent.cancel_reason, by=call.by)
    except NothingToCancelError:
        if sent.full_refund:
            return order
        raise


def _refund_cancelled(order: Order, reason: str, call: Call) -> None:
    """The gateway may say no to the refund when the cancellation is done: then the error says that it stands."""
    try:
        _refund_all(order, reason, call)
    except (OrderError, CallError) as error:
        raise CallError(f"{error} The order remains cancelled.") from None


class RefundOf(Parameters):
    order_id: Id
    refund_amount: Amount | None = None
    full_refund: Truth = False
    refund_reason: Reason = ""


@endpoint(VIEW, VIEW_ORDERS, REFUND)
def refund(call: Call) -> dict[str, Any]:
    sent = call.read(RefundOf)
    order = _found(sent.order_id)
    try:
        if sent.full_refund:
            _refund_all(order, sent.refund_reason, call)
        elif sent.refund_amount is None:
            raise invalid(refundAmount="Send an amount or fullRefund=1.")
        else:
            _refund(order, sent.refund_amount, sent.refund_reason, call)
    except OrderError as error:
        raise CallError(str(error)) from None
    return order_rows([_found(sent.order_id)])[0]


def _refund_all(order: Order, reason: str, call: Call) -> None:
    _refund(order, sum((each.left for each in refundable_payments(order)), Decimal()), reason, call)


def _refund(order: Order, wanted: Decimal, reason: str, call: Call) -> None:
    """Of the latest payment first, as far as it goes; CallError where the gateway says no, and what went back stays."""
    payments = refundable_payments(order)
    most = sum((each.left for each in payments), Decimal())
    if not 0 < wanted <= most:
        highest = amount(most, order.currency)
        raise invalid(refundAmount=f"Use an amount above zero and at most {highest}, the amount that can be refunded.")
    for each in payments:
        part = min(wanted, each.left)
        if part:
            _refund_part(order, part, each.sale.pk, reason, call)
            wanted -= part


def _refund_part(order: Order, part: Decimal, sale: int, reason: str, call: Call) -> None:
    order.refresh_from_db()
    answered = refund_order(order, part, sale=sale, reason=reason, seen=order.stamp, by=call.by)
    if answered.status == TransactionStatus.PENDING:
        raise CallError("The gateway has not answered yet. Reunite asks again. Check the order in a few minutes.")
    if answered.status != TransactionStatus.SUCCESS:
        raise CallError(f"Refund Declined: {answered.answer}")


def _found(number: str) -> Order:
    found = Order.objects.filter(number=number).select_related("source_record").first()
    if found is None:
        raise invalid(orderId="This order does not exist.")
    return found
