"""What is answered about a payment that was not made, or of which nobody knows."""

from crm.api.konnektive.errors import OutcomeError
from orders.locks import CONTRADICTED
from orders.models import Transaction, TransactionStatus

NO_ANSWER = "The gateway has not answered yet. Reunite asks again. Check the order in a few minutes."


def refuse_contradicted(payment: Transaction) -> None:
    if payment.is_undecided:
        raise OutcomeError(CONTRADICTED)


def refuse_failed(payment: Transaction, *, declined: str) -> None:
    """OutcomeError unless the payment was made; `declined` are the words of this dialect for a decline."""
    refuse_contradicted(payment)
    if payment.status == TransactionStatus.PENDING:
        raise OutcomeError(NO_ANSWER)
    if payment.status != TransactionStatus.SUCCESS:
        raise OutcomeError(f"{declined}: {payment.answer}".strip())
