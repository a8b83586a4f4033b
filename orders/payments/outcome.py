"""The sentence that tells the outcome of a payment, on the page and in the output of `settle_pending`."""

from customers.lib.money import format_money
from orders.models import OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway_request import PAYMENTS

UNKNOWN_PAYMENT_METHOD = "an unknown payment method"
DONE = {
    TransactionKind.SALE: "{amount} charged to {card}.",
    TransactionKind.CAPTURE: "{amount} captured on {card}.",
    TransactionKind.AUTHORIZE: "{amount} authorized on {card}.",
    TransactionKind.VOID: "{amount} voided on {card}.",
    TransactionKind.REFUND: "{amount} refunded to {card}.",
}
# Of an order that was cancelled meanwhile
DONE_LATE = {
    TransactionKind.SALE: (
        "{amount} charged to {card}. The order was cancelled in the meantime and stays cancelled. This payment"
        " can be refunded."
    ),
    TransactionKind.CAPTURE: (
        "{amount} captured on {card}. The order was cancelled in the meantime and stays cancelled. This payment"
        " can be refunded."
    ),
}
DECLINED = {
    TransactionKind.SALE: "Charge of {amount} to {card} declined. {answer}",
    TransactionKind.CAPTURE: "Capture of {amount} on {card} declined. {answer}",
    TransactionKind.AUTHORIZE: "Authorization of {amount} on {card} declined. {answer}",
    TransactionKind.VOID: "Voiding of {amount} on {card} declined. {answer}",
    TransactionKind.REFUND: "Refund of {amount} to {card} declined. {answer}",
}


def outcome_sentence(payment: Transaction) -> str:
    """Such as “3.00 USD refunded to VISA 4242.”"""
    successes = DONE_LATE if is_late(payment) else DONE
    sentences = successes if payment.status == TransactionStatus.SUCCESS else DECLINED
    return sentences[TransactionKind(payment.kind)].format(
        amount=amount_text(payment), card=payment.pay_source or UNKNOWN_PAYMENT_METHOD, answer=payment.answer
    )


def is_late(payment: Transaction) -> bool:
    is_paid = payment.kind in PAYMENTS and payment.status == TransactionStatus.SUCCESS
    return is_paid and payment.order.status == OrderStatus.CANCELLED


def amount_text(payment: Transaction) -> str:
    return format_money(payment.amount, payment.currency)
