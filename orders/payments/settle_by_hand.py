"""Saying by hand what became of a payment that the gateway never answers: somebody looked into its console.

Only after a day, and the gateway is asked once more before: if it answers, that counts. What is said is written down as
an answer would be, with all that follows, and nobody can take it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orders.locks import OrderError
from orders.models import Order, Transaction, TransactionStatus
from orders.payments.gateway import Answer, configured_gateway
from orders.payments.gateway_request import refuse_changed
from orders.payments.record_answer import record_answer
from orders.payments.settle_pending import is_overdue, question_about

if TYPE_CHECKING:
    from crm.accounts.models import User


@dataclass(frozen=True)
class SettledPayment:
    """The payment as it is now, and whether that is what was said or what the gateway answered meanwhile."""

    payment: Transaction
    is_by_hand: bool


def payment_to_settle(order: Order) -> Transaction:
    """The payment that waits; OrderError when none does, or not for long enough."""
    pending = order.transactions.filter(status=TransactionStatus.PENDING)
    payment = pending.select_related("order__source_record", "pay_source", "sale").order_by("at", "pk").first()
    if payment is None:
        raise OrderError("This order has no pending payment. This is its current state.")
    if not is_overdue(payment):
        raise OrderError("The gateway may still answer. You can resolve a payment that has had no answer for a day.")
    return payment


def settle_by_hand(
    order: Order, *, happened: bool, reference: str, reason: str, seen: str, by: User | None
) -> SettledPayment:
    """Write down whether the payment `happened`, by what the gateway calls it, unless the gateway answers now."""
    payment = payment_to_settle(order)
    refuse_changed(order, seen)
    answer = _asked_again(payment)
    if answer and answer.status != TransactionStatus.PENDING:
        return SettledPayment(record_answer(payment, answer), is_by_hand=False)
    said = f"Resolved manually: {reason}"
    status = TransactionStatus.SUCCESS if happened else TransactionStatus.SOFT_DECLINE
    settled = record_answer(payment, Answer(status, said, reference), by=by)
    return SettledPayment(settled, is_by_hand=settled.answer == said)


def _asked_again(payment: Transaction) -> Answer | None:
    """None when the gateway that is set up here does not know of it."""
    ours, card = configured_gateway(), payment.pay_source
    if ours is None or card is None or card.gateway != ours.name:
        return None
    return ours.look_up(question_about(payment))
