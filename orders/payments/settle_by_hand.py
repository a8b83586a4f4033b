"""Recording by hand the outcome of a payment that the gateway does not answer, as its console shows it.

Only after a day. The gateway is asked once more first, and if it answers, its answer counts. The outcome is recorded as
an answer of the gateway would be, and cannot be undone.
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
    """The payment, and whether its outcome is the user's or an answer that the gateway gave in the meantime."""

    payment: Transaction
    is_by_hand: bool


def payment_to_settle(order: Order) -> Transaction:
    """The pending payment; OrderError if there is none, or it has not been pending for a day."""
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
    """Record whether the payment `happened`; `reference` is the gateway's."""
    payment = payment_to_settle(order)
    refuse_changed(order, seen)
    answer = _ask_again(payment)
    if answer and answer.status != TransactionStatus.PENDING:
        return SettledPayment(record_answer(payment, answer), is_by_hand=False)
    text = f"Resolved manually: {reason}"
    status = TransactionStatus.SUCCESS if happened else TransactionStatus.SOFT_DECLINE
    settled = record_answer(payment, Answer(status, text, reference), by=by)
    return SettledPayment(settled, is_by_hand=settled.answer == text)


def _ask_again(payment: Transaction) -> Answer | None:
    gateway, card = configured_gateway(), payment.pay_source
    if gateway is None or card is None or card.gateway != gateway.name:
        return None
    return gateway.look_up(question_about(payment))
