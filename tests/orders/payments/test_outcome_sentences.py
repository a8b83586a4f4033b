"""One whole sentence for each outcome of each kind of payment."""

from decimal import Decimal

from customers.models import PaySource
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments import outcome, record_answer
from orders.payments.gateway_request import PAYMENTS
from orders.payments.outcome import outcome_sentence

SENTENCES = {
    "SALE": ("9.90 USD charged to VISA 4242.", "Charge of 9.90 USD to VISA 4242 declined. No funds."),
    "CAPTURE": ("9.90 USD captured on VISA 4242.", "Capture of 9.90 USD on VISA 4242 declined. No funds."),
    "AUTHORIZE": ("9.90 USD authorized on VISA 4242.", "Authorization of 9.90 USD on VISA 4242 declined. No funds."),
    "VOID": ("9.90 USD voided on VISA 4242.", "Voiding of 9.90 USD on VISA 4242 declined. No funds."),
    "REFUND": ("9.90 USD refunded to VISA 4242.", "Refund of 9.90 USD to VISA 4242 declined. No funds."),
}


def payment(kind: str, status: str, *, card: PaySource | None, order_status: str = OrderStatus.COMPLETE) -> Transaction:
    order = Order(status=order_status)
    money = {"amount": Decimal("9.90"), "currency": "USD"}
    return Transaction(order=order, kind=kind, status=status, pay_source=card, answer="No funds.", **money)


def test_an_outcome_is_told_in_the_words_of_its_kind():
    card = PaySource(brand="VISA", last_four="4242")
    for kind in TransactionKind.values:
        sentences = [outcome_sentence(payment(kind, status, card=card)) for status in ("SUCCESS", "HARD_DECLINE")]
        assert sentences == [*SENTENCES[kind]]


def test_a_payment_without_a_payment_method_says_so():
    sale = payment("SALE", TransactionStatus.SUCCESS, card=None)
    assert outcome_sentence(sale) == "9.90 USD charged to an unknown payment method."


def test_a_payment_of_an_order_cancelled_meanwhile_says_what_to_do():
    assert {*PAYMENTS} == outcome.DONE_LATE.keys() == record_answer.DONE_LATE.keys()
    sale = payment("SALE", TransactionStatus.SUCCESS, card=None, order_status=OrderStatus.CANCELLED)
    assert outcome_sentence(sale) == (
        "9.90 USD charged to an unknown payment method. The order was cancelled in the meantime and stays cancelled."
        " This payment can be refunded."
    )
