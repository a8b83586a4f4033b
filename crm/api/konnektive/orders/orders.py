"""Orders: queried, cancelled, rerun."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from django.db.models import QuerySet

from crm.api.konnektive.endpoint import NOT_ALLOWED, Call, endpoint, query_endpoint
from crm.api.konnektive.errors import CallError, OutcomeError
from crm.api.konnektive.fields import Id, Parameters, Truth, Wholes
from crm.api.konnektive.orders.outcomes import refuse_failed
from crm.api.konnektive.orders.refunds import Reason, refund_all
from crm.api.konnektive.orders.rows import order_rows
from crm.api.konnektive.paging import NumberedPage, answer_page
from crm.api.konnektive.queries import PersonFilter, RowQuery, filter_rows, find_order, without_none
from customers.models import DataSource
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.cancel_order import NothingToCancelError, cancel_order, cancel_order_after_next_bill
from orders.locks import OrderError
from orders.models import Order, OrderKind, OrderStatus
from orders.payments.refund import refundable_payments
from orders.payments.rerun import chargeable_cards, declined_sale, rerun_order
from orders.permissions import CANCEL, REFUND, RERUN


class OrderQuery(RowQuery, PersonFilter):
    order_id: Id | None = None
    client_order_id: Id | None = None
    order_status: Literal["PARTIAL", "PENDING", "COMPLETE", "DECLINED", "REFUNDED", "CANCELLED"] | None = None
    order_type: Literal["NEW_SALE", "RECURRING"] | None = None
    campaign_id: Wholes | None = None
    include_custom_fields: Truth = False


@query_endpoint(OrderQuery, VIEW_CUSTOMERS, VIEW_ORDERS)
def order_query(call: Call, query: OrderQuery) -> NumberedPage:
    filters = without_none(
        number=query.order_id,
        status=query.order_status and OrderStatus(query.order_status),
        kind=query.order_type and OrderKind(query.order_type),
        campaign__in=query.campaign_id,
    )
    orders = _with_client_id(query.client_order_id).filter(**filters)
    rows = filter_rows(orders, query, by_id=bool(query.order_id or query.client_order_id))
    return answer_page(rows, query, what="orders", write=partial(order_rows, with_custom=query.include_custom_fields))


def _with_client_id(client_order_id: str | None) -> QuerySet[Order]:
    if not client_order_id:
        return Order.objects.all()
    # With the sources named, because the index on client ids begins with the source.
    sources = list(DataSource.objects.values_list("pk", flat=True))
    return Order.objects.filter(client_order_id=client_order_id, data_source__in=sources)


class CancelOrder(Parameters):
    order_id: Id
    cancel_reason: Reason
    full_refund: Truth = False
    after_next_bill: Truth = False


@endpoint(CancelOrder, VIEW_CUSTOMERS, VIEW_ORDERS, CANCEL)
def order_cancel(call: Call, sent: CancelOrder) -> dict[str, Any]:
    order = find_order(sent.order_id)
    if sent.full_refund and not call.by.has_perm(REFUND):
        raise CallError(NOT_ALLOWED)
    if sent.full_refund:
        refundable_payments(order)  # what is refused now leaves the order as it was
    if sent.after_next_bill:
        cancel_order_after_next_bill(order, reason=sent.cancel_reason, by=call.by)
    else:
        order = _cancel(order, sent, call)
    if sent.full_refund:
        _refund_cancelled(order, sent.cancel_reason, call)
    return order_rows([find_order(sent.order_id)])[0]


def _cancel(order: Order, sent: CancelOrder, call: Call) -> Order:
    """Cancel `order`; with `fullRefund`, an order with nothing left to cancel is refunded all the same."""
    try:
        return cancel_order(order, reason=sent.cancel_reason, by=call.by)
    except NothingToCancelError:
        if sent.full_refund:
            return order
        raise


def _refund_cancelled(order: Order, reason: str, call: Call) -> None:
    # If the gateway declines the refund, the order is cancelled all the same.
    try:
        refund_all(find_order(order.number), reason, by=call.by)
    except (OrderError, CallError) as error:
        raise OutcomeError(f"{error} The order remains cancelled.") from None


class RerunOrder(Parameters):
    order_id: Id


@endpoint(RerunOrder, VIEW_CUSTOMERS, VIEW_ORDERS, RERUN)
def order_rerun(call: Call, sent: RerunOrder) -> dict[str, Any]:
    """Charge the card of the declined sale again. Another card needs a user to choose it."""
    order = find_order(sent.order_id)
    declined = declined_sale(order)
    if declined.pay_source_id not in {card.pk for card in chargeable_cards(order)}:
        raise CallError("The card of the declined sale is not on file with the gateway.")
    answer = rerun_order(order, declined.pay_source_id, seen=order.stamp, by=call.by)
    refuse_failed(answer, declined="Transaction Declined")
    return order_rows([find_order(order.number)])[0]
