"""A gateway to try everything with: it moves no money, and its answer depends on the card alone.

| card number         | token                | a sale                    | a refund of it        |
| ------------------- | -------------------- | ------------------------- | --------------------- |
| 4242 4242 4242 4242 | sandbox-approves     | approved                  | approved              |
| 5555 5555 5555 4444 | sandbox-keeps        | approved                  | declined, hard        |
| 3782 822463 10005   | sandbox-slow-refund  | approved                  | no answer, approved   |
| 4000 0000 0000 9995 | sandbox-soft-decline | declined, soft            |                       |
| 4000 0000 0000 0002 | sandbox-hard-decline | declined, hard            |                       |
| 4000 0000 0000 0341 | sandbox-times-out    | no answer, then approved  | approved              |
| 4000 0000 0000 0119 | sandbox-lost         | no answer, never received |                       |
| 6011 1111 1111 1117 | sandbox-silent       | no answer, ever           |                       |

“Then approved” is what `settle_pending` is answered. Any other number or token is declined, hard, and so is an
expired card. The sandbox keeps no state: the same request gets the same answer in every process.
"""

from __future__ import annotations

import hashlib

from django.utils import timezone

from orders.models import TransactionStatus
from orders.payments.gateway import Answer, Card, Question, Refund, Sale, Token

TOKENS = {
    "4242424242424242": "sandbox-approves",
    "5555555555554444": "sandbox-keeps",
    "378282246310005": "sandbox-slow-refund",
    "4000000000009995": "sandbox-soft-decline",
    "4000000000000002": "sandbox-hard-decline",
    "4000000000000341": "sandbox-times-out",
    "4000000000000119": "sandbox-lost",
    "6011111111111117": "sandbox-silent",
}
BY_LAST_FOUR = {number[-4:]: token for number, token in TOKENS.items()}

NO_ANSWER = Answer(TransactionStatus.PENDING, "The gateway has not answered.")
NEVER_RECEIVED = Answer(TransactionStatus.SOFT_DECLINE, "The gateway never received this payment. Nothing was charged.")
UNKNOWN_CARD = Answer(TransactionStatus.HARD_DECLINE, "The gateway does not know this card.")
EXPIRED = Answer(TransactionStatus.HARD_DECLINE, "The card has expired.")
UNKNOWN_SALE = Answer(TransactionStatus.HARD_DECLINE, "The gateway does not know this payment.")

SALES = {
    "sandbox-soft-decline": Answer(TransactionStatus.SOFT_DECLINE, "Insufficient funds."),
    "sandbox-hard-decline": Answer(TransactionStatus.HARD_DECLINE, "The card was reported stolen."),
    "sandbox-times-out": NO_ANSWER,
    "sandbox-lost": NO_ANSWER,
    "sandbox-silent": NO_ANSWER,
}
REFUNDS = {
    "sandbox-keeps": Answer(TransactionStatus.HARD_DECLINE, "This type of card cannot be refunded."),
    "sandbox-slow-refund": NO_ANSWER,
}
# The answer to `look_up` where it differs from the first; None is an approval.
LATER = {"sandbox-times-out": None, "sandbox-slow-refund": None, "sandbox-lost": NEVER_RECEIVED}


class SandboxGateway:
    name = "Sandbox"

    def sale(self, request: Sale) -> Answer:
        if isinstance(request.source, Card) and _is_expired(request.source):
            return EXPIRED
        token = _token(request.source)
        return _of_sale(token, request.key, SALES.get(token))

    def refund(self, request: Refund) -> Answer:
        token = _token_in(request.reference)
        return _of_refund(token, request.key, REFUNDS.get(token))

    def look_up(self, question: Question) -> Answer:
        if question.reference:
            token = _token_in(question.reference)
            return _of_refund(token, question.key, LATER.get(token, REFUNDS.get(token)))
        token = question.token or BY_LAST_FOUR.get(question.last_four, "")
        return _of_sale(token, question.key, LATER.get(token, SALES.get(token)))


def _of_sale(token: str, key: str, otherwise: Answer | None) -> Answer:
    if token not in TOKENS.values():
        return UNKNOWN_CARD
    return otherwise or Answer(TransactionStatus.SUCCESS, "Approved.", _reference(token, key), Token(token))


def _of_refund(token: str, key: str, otherwise: Answer | None) -> Answer:
    if token not in TOKENS.values():
        return UNKNOWN_SALE
    return otherwise or Answer(TransactionStatus.SUCCESS, "Approved.", _reference(token, key))


def _token(source: Card | Token) -> str:
    if isinstance(source, Token):
        return source.value
    return TOKENS.get("".join(filter(str.isdigit, source.number)), "")


def _reference(token: str, key: str) -> str:
    """Begins with the token, so that any process can answer a refund; never contains the number of a card."""
    return f"{token}/{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _token_in(reference: str) -> str:
    return reference.partition("/")[0]


def _is_expired(card: Card) -> bool:
    today = timezone.now().date()
    return (card.expiry_year, card.expiry_month) < (today.year, today.month)
