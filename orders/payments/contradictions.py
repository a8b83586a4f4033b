"""An answer that contradicts what was recorded: a declined payment that was made after all, or the other way round.

The gateway may answer late, after a look-up said that it never received the payment, or after a user recorded an
outcome. What it says is kept on the payment, and a user decides (`decide_contradiction.py`). Until then the order stays
as it was, the payment counts as made, and nothing else is charged or refunded, so that nobody pays twice.
"""

from __future__ import annotations

from customers.lib import sentences
from customers.lib.phrases import isolated
from customers.lib.sentences import Value
from customers.lib.text import without_unstorable
from orders import history
from orders.models import Contradiction, Order, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Answer
from orders.payments.outcome import UNKNOWN_PAYMENT_METHOD, amount_text

LONGEST_ANSWER = 200
MOVES_MONEY = (TransactionKind.SALE, TransactionKind.CAPTURE, TransactionKind.REFUND)
DONE_AFTER_ALL = {
    TransactionKind.SALE: (
        "The gateway says that {amount} was charged to {card} for order {order} after all. The charge was recorded as"
        " declined."
    ),
    TransactionKind.CAPTURE: (
        "The gateway says that {amount} was captured on {card} for order {order} after all. The capture was recorded as"
        " declined."
    ),
    TransactionKind.AUTHORIZE: (
        "The gateway says that {amount} was authorized on {card} for order {order} after all. The authorization was"
        " recorded as declined."
    ),
    TransactionKind.VOID: (
        "The gateway says that {amount} was voided on {card} for order {order} after all. The voiding was recorded as"
        " declined."
    ),
    TransactionKind.REFUND: (
        "The gateway says that {amount} of order {order} was refunded to {card} after all. The refund was recorded as"
        " declined."
    ),
}
NOT_DONE_AFTER_ALL = {
    TransactionKind.SALE: (
        "The gateway says that {amount} was not charged to {card} for order {order}. The charge was recorded as made."
    ),
    TransactionKind.CAPTURE: (
        "The gateway says that {amount} was not captured on {card} for order {order}. The capture was recorded as made."
    ),
    TransactionKind.AUTHORIZE: (
        "The gateway says that {amount} was not authorized on {card} for order {order}. The authorization was recorded"
        " as made."
    ),
    TransactionKind.VOID: (
        "The gateway says that {amount} was not voided on {card} for order {order}. The voiding was recorded as made."
    ),
    TransactionKind.REFUND: (
        "The gateway says that {amount} of order {order} was not refunded to {card}. The refund was recorded as made."
    ),
}
NOTES = {
    (TransactionKind.SALE, Contradiction.DONE): (
        "A charge of {amount} was recorded as declined, but the gateway says that it was made: “{answer}” Look for"
        " payment {uuid} in the console of {gateway}. Then keep the payment, refund it, or record that it was not made."
    ),
    (TransactionKind.CAPTURE, Contradiction.DONE): (
        "A capture of {amount} was recorded as declined, but the gateway says that it was made: “{answer}” Look for"
        " payment {uuid} in the console of {gateway}. Then keep the payment, refund it, or record that it was not made."
    ),
    (TransactionKind.REFUND, Contradiction.DONE): (
        "A refund of {amount} was recorded as declined, but the gateway says that it was made: “{answer}” Look for"
        " payment {uuid} in the console of {gateway}, and record which is right."
    ),
    (TransactionKind.SALE, Contradiction.NOT_DONE): (
        "A charge of {amount} was recorded as made, but the gateway says that it was not: “{answer}” Look for payment"
        " {uuid} in the console of {gateway}, and record which is right."
    ),
    (TransactionKind.CAPTURE, Contradiction.NOT_DONE): (
        "A capture of {amount} was recorded as made, but the gateway says that it was not: “{answer}” Look for payment"
        " {uuid} in the console of {gateway}, and record which is right."
    ),
    (TransactionKind.REFUND, Contradiction.NOT_DONE): (
        "A refund of {amount} was recorded as made, but the gateway says that it was not: “{answer}” Look for payment"
        " {uuid} in the console of {gateway}, and record which is right."
    ),
}


def note_contradiction(order: Order, payment: Transaction, answer: Answer) -> None:
    """Keep `answer` if it contradicts what is recorded of the locked `payment`, and write it into the history."""
    is_done = answer.status == TransactionStatus.SUCCESS
    if is_done == (payment.status == TransactionStatus.SUCCESS) or payment.contradiction:
        return
    payment.answer = without_unstorable(answer.text)[:LONGEST_ANSWER]
    if payment.kind not in MOVES_MONEY:
        payment.status = answer.status
    elif is_done:
        payment.status, payment.contradiction = TransactionStatus.SUCCESS, Contradiction.DONE
    else:
        payment.contradiction = Contradiction.NOT_DONE
    if is_done:
        payment.gateway_reference = answer.reference
    payment.save(update_fields=["status", "contradiction", "gateway_reference", "answer", "updated"])
    order.save(update_fields=["updated"])
    _write_history(order, payment, is_done=is_done)


def _write_history(order: Order, payment: Transaction, *, is_done: bool) -> None:
    sentence = (DONE_AFTER_ALL if is_done else NOT_DONE_AFTER_ALL)[TransactionKind(payment.kind)]
    amount = sentences.money(payment.amount, payment.currency)
    card = str(payment.pay_source) if payment.pay_source else sentences.word(UNKNOWN_PAYMENT_METHOD)
    messages = f"{sentence}\nAnswer: {{answer}}" if payment.answer else sentence
    answer: dict[str, Value] = {"answer": payment.answer} if payment.answer else {}
    history.write(order, messages, amount=amount, card=card, by=None, **answer)


def contradiction_note(payment: Transaction) -> str:
    """What a user has to decide about the `payment`, for the page of its order."""
    sentence = NOTES[TransactionKind(payment.kind), Contradiction(payment.contradiction)]
    keeper = (payment.pay_source.gateway if payment.pay_source else "") or "the gateway"
    return sentence.format(
        amount=amount_text(payment), answer=isolated(payment.answer), uuid=payment.uuid, gateway=isolated(keeper)
    )
