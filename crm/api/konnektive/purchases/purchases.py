"""Purchases: asked for, changed, cancelled, paused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction

from crm.api.konnektive.endpoint import NOT_ALLOWED, Call, endpoint
from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import Amount, Day, Id, Parameters, Text, Truth, Whole, at_most
from crm.api.konnektive.paging import page
from crm.api.konnektive.purchases.rows import purchase_rows
from crm.api.konnektive.queries import Person, Query, rows, without_none
from customers.web.permissions import VIEW_ORDERS
from orders.models import Purchase
from orders.subscriptions.billing import change_billing
from orders.subscriptions.cancel import cancel_after_next_bill, cancel_purchase
from orders.subscriptions.change import PurchaseError
from orders.subscriptions.pause import pause_purchase, reactivate_purchase

VIEW = "customers.view_customer"
CANCEL, CHANGE = "orders.cancel_purchase", "orders.change_purchase"
NOT_DONE_HERE = ("status", "billNow", "newMerchantId", "shippingPrice", "billingIntervalDays", "finalBillingCycle")


class PurchaseQuery(Query, Person):
    purchase_id: Whole | None = None
    order_id: Id | None = None
    campaign_id: Whole | None = None
    status: (
        Literal["TRIAL", "ACTIVE", "PAUSED", "RECYCLE_BILLING", "RECYCLE_FAILED", "CANCELLED", "COMPLETE"] | None
    ) = None


@endpoint(VIEW, VIEW_ORDERS)
def query(call: Call) -> dict[str, Any]:
    asked = call.read(PurchaseQuery)
    filters = without_none(
        pk=asked.purchase_id, order__number=asked.order_id, order__campaign=asked.campaign_id, status=asked.status
    )
    found = rows(Purchase, asked, Purchase.objects.filter(**filters), by_id=bool(asked.purchase_id or asked.order_id))
    return page(found, asked, what="purchases", write=purchase_rows)


class Changes(Parameters):
    purchase_id: Whole
    reactivate: Truth = False
    price: Amount | None = None
    next_bill_date: Day | None = None


@endpoint(VIEW, VIEW_ORDERS, CHANGE)
def update(call: Call) -> dict[str, Any]:
    sent = call.read(Changes)
    if unknown := [name for name in NOT_DONE_HERE if call.parameters.get(name, "").strip()]:
        raise CallError(dict.fromkeys(unknown, "This cannot be changed here. Nothing was changed."))
    if not (sent.reactivate or sent.price is not None or sent.next_bill_date):
        raise CallError("Send what to change: reactivate=1, price or nextBillDate.")
    if sent.reactivate and not call.by.has_perm(CANCEL):
        raise CallError(NOT_ALLOWED)  # as on the page, where who may cancel may take it back
    purchase = _found(sent.purchase_id)
    try:
        with transaction.atomic():
            if sent.reactivate:
                reactivate_purchase(purchase, sent.next_bill_date, seen=purchase.stamp, by=call.by)
            if sent.price is not None or (sent.next_bill_date and not sent.reactivate):
                _rebill(_found(sent.purchase_id), sent, call)
    except PurchaseError as error:
        raise CallError(str(error)) from None
    return purchase_rows([_found(sent.purchase_id)])[0]


def _rebill(purchase: Purchase, sent: Changes, call: Call) -> None:
    price = purchase.price if sent.price is None else sent.price
    next_bill = sent.next_bill_date or purchase.next_bill_date
    change_billing(purchase, price=price, next_bill=next_bill, seen=purchase.stamp, by=call.by)


class Cancellation(Parameters):
    purchase_id: Whole
    cancel_reason: Annotated[Text, at_most(100)]
    after_next_bill: Truth = False
    full_refund: Truth = False


@endpoint(VIEW, VIEW_ORDERS, CANCEL)
def cancel(call: Call) -> dict[str, Any]:
    sent = call.read(Cancellation)
    if sent.full_refund:
        raise invalid(fullRefund="Refund its order with /order/refund/. Nothing was cancelled.")
    purchase = _found(sent.purchase_id)
    try:
        if sent.after_next_bill:
            cancel_after_next_bill(purchase, reason=sent.cancel_reason, by=call.by)
        else:
            cancel_purchase(purchase, reason=sent.cancel_reason, seen=purchase.stamp, by=call.by)
    except PurchaseError as error:
        raise CallError(str(error)) from None
    return purchase_rows([_found(sent.purchase_id)])[0]


class Pause(Parameters):
    purchase_id: Whole
    restart_date: Day | None = None


@endpoint(VIEW, VIEW_ORDERS, CANCEL)
def pause(call: Call) -> dict[str, Any]:
    """At once, also with `priorToNextBill`: nothing is billed before the next bill, so both come to the same."""
    sent = call.read(Pause)
    purchase = _found(sent.purchase_id)
    try:
        pause_purchase(purchase, sent.restart_date, seen=purchase.stamp, by=call.by)
    except PurchaseError as error:
        raise CallError(str(error)) from None
    return purchase_rows([_found(sent.purchase_id)])[0]


def _found(number: int) -> Purchase:
    found = Purchase.objects.filter(pk=number).select_related("source_record", "product").first()
    if found is None:
        raise invalid(purchaseId="This purchase does not exist.")
    return found
