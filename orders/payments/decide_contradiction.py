"""Deciding what is true of a payment whose answers contradict each other (`contradictions.py`).

The decision is carried out on the order as if it had been the first answer. A payment that was made and does not belong
to the order, because the order is paid otherwise or stays declined, is set aside: it is refunded, and no total counts
it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import TextChoices

from customers.lib import sentences
from customers.models import EventKind
from customers.statements.prepared import insert
from customers.totals import billing_status
from orders import history
from orders.locks import OrderError, locked_order
from orders.models import (
    ENDED,
    UNDECIDED,
    Contradiction,
    Order,
    OrderStatus,
    Transaction,
    TransactionKind,
    TransactionStatus,
)
from orders.payments.gateway_request import amount_paid, payment_entry, refuse_changed
from orders.payments.record_answer import ORDER_FIELDS, apply_success
from orders.payments.refund import refund_order
from orders.subscriptions.cancel import end_purchase
from orders.subscriptions.common import locked_purchase
from orders.totals.add import add_to_totals, replace_totals
from orders.totals.deltas import Delta, deltas_of_order, deltas_of_refund

if TYPE_CHECKING:
    from crm.accounts.models import User


class Decision(TextChoices):
    KEEP = "keep", "It was made: keep it as the payment of this order"
    REFUND = "refund", "It was made: refund it, and leave the order as it is"
    DONE = "done", "It was made"
    NOT_DONE = "not_done", "It was not made"


WRITTEN = {
    Decision.KEEP: "Decided that the payment of {amount} for order {order} was made and is kept.",
    Decision.REFUND: "Decided that the payment of {amount} for order {order} was made and is refunded.",
    Decision.DONE: "Decided that the payment of {amount} for order {order} was made.",
    Decision.NOT_DONE: "Decided that the payment of {amount} for order {order} was not made.",
}
WRITTEN_OF_REFUND = {
    Decision.DONE: "Decided that the refund of {amount} of order {order} was made.",
    Decision.NOT_DONE: "Decided that the refund of {amount} of order {order} was not made.",
}


def payment_to_decide(order: Order) -> Transaction:
    """OrderError if no payment of the order has to be decided."""
    undecided = order.transactions.filter(contradiction__in=UNDECIDED)
    payment = undecided.select_related("order__source_record", "pay_source", "sale").order_by("at", "pk").first()
    if payment is None:
        raise OrderError("This order has no payment to decide. This is its current state.")
    return payment


def decisions_about(payment: Transaction) -> list[Decision]:
    if payment.kind == TransactionKind.REFUND or payment.contradiction == Contradiction.NOT_DONE:
        return [Decision.DONE, Decision.NOT_DONE]
    return [*([Decision.KEEP] if _can_be_kept(payment) else []), Decision.REFUND, Decision.NOT_DONE]


def _can_be_kept(payment: Transaction) -> bool:
    order = payment.order
    if payment.adds:
        return order.status == OrderStatus.COMPLETE
    return order.status in (OrderStatus.PENDING, OrderStatus.DECLINED) and payment.amount == order.total


def decide(order: Order, decision: Decision, *, reason: str, seen: str, by: User | None) -> Transaction:
    """Carry out the `decision`; return the payment, or the refund of it that was asked for."""
    with locked_order(order) as current:
        payment = payment_to_decide(current)
        payment.order = current
        refuse_changed(current, seen)
        if decision not in decisions_about(payment):
            raise OrderError("This cannot be decided for this payment. This is its current state.")
        before, refunded = list(deltas_of_order(current)), current.refunded
        deltas = _carry_out(current, payment, decision)
        payment.save(update_fields=["status", "contradiction", "gateway_reference", "updated"])
        current.save(update_fields=[*ORDER_FIELDS, "updated"])
        written = WRITTEN_OF_REFUND if payment.kind == TransactionKind.REFUND else WRITTEN
        amount = sentences.money(payment.amount, payment.currency)
        event = EventKind.ORDER_REFUNDED if current.refunded > refunded else None
        history.write(current, written[decision], amount=amount, reason=reason, by=by, event=event)
        insert(payment_entry(current, f"decided as {decision.label.lower()}", payment.amount, by=by))
        if before and not current.is_counted:
            replace_totals(before, [])
        add_to_totals(deltas)
        if any(delta.is_about_purchases for delta in deltas):
            billing_status.refresh([current.source_record.customer_id])
    if decision == Decision.REFUND:
        return refund_order(current, payment.amount, sale=payment.pk, reason=reason, seen=current.stamp, by=by)
    return payment


def _carry_out(order: Order, payment: Transaction, decision: Decision) -> Collection[Delta]:
    was_recorded = payment.contradiction == Contradiction.NOT_DONE
    payment.contradiction = Contradiction.EXTRA if decision == Decision.REFUND else ""
    if decision == Decision.NOT_DONE:
        payment.status, payment.gateway_reference = TransactionStatus.SOFT_DECLINE, ""
        return _take_back(order, payment) if was_recorded else []
    if decision == Decision.REFUND or was_recorded:
        return []
    return apply_success(order, payment)


def _take_back(order: Order, payment: Transaction) -> Collection[Delta]:
    """Make the order as it would be had the `payment` been declined; the deltas are of an order that still counts."""
    if payment.kind == TransactionKind.REFUND:
        return _take_back_refund(order, payment)
    others = order.transactions.exclude(pk=payment.pk)
    if payment.adds or order.status != OrderStatus.COMPLETE or amount_paid(others, order) >= order.total:
        return []
    order.status = OrderStatus.DECLINED
    for purchase in order.purchases.exclude(status__in=ENDED).select_related("source_record").order_by("pk"):
        with locked_purchase(purchase, seen=None) as current:
            end_purchase(current, reason="The order was not paid.")
            history.write(
                current,
                "Cancelled purchase {purchase}, because its order was not paid.",
                by=None,
                event=EventKind.SUBSCRIPTION_CANCELLED,
            )
    return []


def _take_back_refund(order: Order, refund: Transaction) -> Collection[Delta]:
    if refund.sale and refund.sale.contradiction == Contradiction.EXTRA:
        return []
    amount = min(refund.amount, order.refunded)
    order.refunded -= amount
    if order.status == OrderStatus.REFUNDED:
        order.status = OrderStatus.COMPLETE
    return list(deltas_of_refund(order, -amount))
