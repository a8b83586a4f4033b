"""Purchases: queried, changed, cancelled, paused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction

from crm.api.konnektive.endpoint import NOT_ALLOWED, Call, endpoint, query_endpoint
from crm.api.konnektive.errors import CallError
from crm.api.konnektive.fields import Amount, Day, Id, Parameters, Text, Truth, Whole, at_most
from crm.api.konnektive.orders.outcomes import refuse_failed
from crm.api.konnektive.paging import NumberedPage, answer_page
from crm.api.konnektive.purchases.find import find_purchase
from crm.api.konnektive.purchases.rows import purchase_rows
from crm.api.konnektive.queries import PersonFilter, RowQuery, filter_rows, without_none
from customers.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from orders.fulfillment.parcels import cancel_unshipped
from orders.models import Purchase
from orders.payments.cancel_and_refund import cancel_and_refund, last_billing
from orders.permissions import CANCEL, CHANGE_BILLING, REFUND
from orders.subscriptions.billing import change_billing
from orders.subscriptions.cancel import cancel_when_possible
from orders.subscriptions.common import today
from orders.subscriptions.pause import pause_purchase, reactivate_purchase, schedule_pause

NOT_DONE_HERE = ("status", "billNow", "newMerchantId", "shippingPrice", "billingIntervalDays", "finalBillingCycle")


class PurchaseQuery(RowQuery, PersonFilter):
    purchase_id: Whole | None = None
    order_id: Id | None = None
    campaign_id: Whole | None = None
    status: (
        Literal["TRIAL", "ACTIVE", "PAUSED", "RECYCLE_BILLING", "RECYCLE_FAILED", "CANCELLED", "COMPLETE"] | None
    ) = None


@query_endpoint(PurchaseQuery, VIEW_CUSTOMERS, VIEW_ORDERS)
def purchase_query(call: Call, query: PurchaseQuery) -> NumberedPage:
    filters = without_none(
        pk=query.purchase_id, order__number=query.order_id, order__campaign=query.campaign_id, status=query.status
    )
    purchases = Purchase.objects.filter(**filters)
    rows = filter_rows(purchases, query, by_id=bool(query.purchase_id or query.order_id))
    return answer_page(rows, query, what="purchases", write=purchase_rows)


class UpdatePurchase(Parameters):
    purchase_id: Whole
    reactivate: Truth = False
    price: Amount | None = None
    next_bill_date: Day | None = None


@endpoint(UpdatePurchase, VIEW_CUSTOMERS, VIEW_ORDERS, CHANGE_BILLING)
def purchase_update(call: Call, sent: UpdatePurchase) -> dict[str, Any]:
    if unknown := [name for name in NOT_DONE_HERE if call.parameters.get(name, "").strip()]:
        raise CallError(dict.fromkeys(unknown, "This cannot be changed here. Nothing was changed."))
    if not (sent.reactivate or sent.price is not None or sent.next_bill_date):
        raise CallError("Send what to change: reactivate=1, price or nextBillDate.")
    if sent.reactivate and not call.by.has_perm(CANCEL):
        raise CallError(NOT_ALLOWED)  # as on the page, where reactivating needs the permission to cancel
    purchase = find_purchase(sent.purchase_id)
    with transaction.atomic():
        if sent.reactivate:
            reactivate_purchase(purchase, sent.next_bill_date, seen=purchase.stamp, by=call.by)
        if sent.price is not None or (sent.next_bill_date and not sent.reactivate):
            _change_billing(find_purchase(sent.purchase_id), sent, call)
    return purchase_rows([find_purchase(sent.purchase_id)])[0]


def _change_billing(purchase: Purchase, sent: UpdatePurchase, call: Call) -> None:
    price = purchase.price if sent.price is None else sent.price
    next_bill = sent.next_bill_date or purchase.next_bill_date
    change_billing(purchase, price=price, next_bill=next_bill, seen=purchase.stamp, by=call.by)


class CancelPurchase(Parameters):
    purchase_id: Whole
    cancel_reason: Annotated[Text, at_most(100)]
    after_next_bill: Truth = False
    full_refund: Truth = False
    cancel_fulfillment: Truth = False


@endpoint(CancelPurchase, VIEW_CUSTOMERS, VIEW_ORDERS, CANCEL)
def purchase_cancel(call: Call, sent: CancelPurchase) -> dict[str, Any]:
    """With `fullRefund`, what the purchase was last billed is refunded in the same act, as on its page."""
    if sent.full_refund and not call.by.has_perm(REFUND):
        raise CallError(NOT_ALLOWED)
    purchase = find_purchase(sent.purchase_id)
    if sent.full_refund:
        amount, reason = last_billing(purchase).payment.left, sent.cancel_reason
        refund = cancel_and_refund(purchase, lambda: _cancel(purchase, sent, call), amount, reason=reason, by=call.by)
        refuse_failed(refund, declined="Refund Declined, the purchase remains cancelled")
    else:
        with transaction.atomic():
            _cancel(purchase, sent, call)
    return purchase_rows([find_purchase(sent.purchase_id)])[0]


def _cancel(purchase: Purchase, sent: CancelPurchase, call: Call) -> None:
    about: dict[str, Any] = {"reason": sent.cancel_reason, "seen": purchase.stamp, "by": call.by}
    cancel_when_possible(purchase, **about, after_next_bill=sent.after_next_bill)
    if sent.cancel_fulfillment and purchase.order:
        cancel_unshipped(purchase.order, by=call.by)


class PausePurchase(Parameters):
    purchase_id: Whole
    restart_date: Day | None = None
    prior_to_next_bill: Truth = False


@endpoint(PausePurchase, VIEW_CUSTOMERS, VIEW_ORDERS, CANCEL)
def purchase_pause(call: Call, sent: PausePurchase) -> dict[str, Any]:
    purchase = find_purchase(sent.purchase_id)
    act = schedule_pause if sent.prior_to_next_bill and _has_later_bill(purchase) else pause_purchase
    act(purchase, sent.restart_date, seen=purchase.stamp, by=call.by)
    return purchase_rows([find_purchase(sent.purchase_id)])[0]


def _has_later_bill(purchase: Purchase) -> bool:
    """Without one, to pause before it is to pause now."""
    return bool(purchase.next_bill_date and purchase.next_bill_date > today())
