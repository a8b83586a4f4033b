"""A paid order is refunded."""

from decimal import Decimal

import pytest

from customers.models import RecordTotals
from orders.models import Transaction
from orders.payments.refund import refundable_payments
from tests.acts import refund, refusal
from tests.database import check_totals, history_of, reloaded
from tests.factories import card, order, paid_order, sale
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_a_part_is_refunded_and_then_the_rest(agent):
    paid = paid_order()
    refund(paid, "3.00", by=agent)
    paid = reloaded(paid)
    assert (paid.status, paid.refunded) == ("COMPLETE", Decimal(3))
    last = refund(paid, "6.90", by=agent)
    assert (reloaded(paid).status, reloaded(paid).refunded) == ("REFUNDED", Decimal("9.90"))
    assert (last.status, last.by, last.sale) == ("SUCCESS", agent, paid.transactions.get(kind="SALE"))
    assert history_of(paid) == [
        f"Refunded 6.90 USD of order {paid.number} to VISA 4242. Reason: Damaged in the post",
        f"Refunded 3.00 USD of order {paid.number} to VISA 4242. Reason: Damaged in the post",
    ]
    assert RecordTotals.objects.get().refunded == 990
    check_totals()


@table("amount", ["9.91", "0", "-1", "1.001", "1e400", "1e-400", "99999999999999999999"])
def test_what_cannot_be_refunded_is_refused_and_not_asked(amount, recording_gateway):
    paid = paid_order()
    assert refusal(refund, paid, amount)
    assert (recording_gateway.requests, paid.transactions.count()) == ([], 1)


def test_no_more_is_refunded_than_what_is_left():
    paid = paid_order()
    refund(paid, "9.00")
    assert refusal(refund, reloaded(paid), "0.91") == "At most 0.90 USD of this payment can be refunded."


def test_decimals_are_those_of_the_currency():
    yen = paid_order(currency="JPY", total="500")
    assert refusal(refund, yen, "1.5") == "Enter an amount such as 500."
    assert refund(yen, "1").status == "SUCCESS"


@table("status", ["DECLINED", "PENDING", "PARTIAL"])
def test_an_order_that_was_not_paid_is_not_refunded(status):
    unpaid = paid_order(status=status)
    assert "so nothing was paid for it" in refusal(refund, unpaid)


def test_an_order_without_a_known_payment_is_not_refunded():
    taken = order().order
    assert "This order has no payments" in refusal(refundable_payments, taken)
    elsewhere = order(first_name="B").order
    sale(elsewhere, "SUCCESS", pay_source=card(elsewhere, gateway="Stripe"))
    assert "not paid through the configured gateway" in refusal(refund, elsewhere)


def test_a_refund_that_is_declined_leaves_the_order_as_it_was():
    paid = paid_order(token="sandbox-keeps")
    assert refund(paid).status == "HARD_DECLINE"
    assert (reloaded(paid).status, reloaded(paid).refunded) == ("COMPLETE", 0)
    assert history_of(paid) == [
        f"Refund of 3.00 USD of order {paid.number} to VISA 4242 declined."
        " Answer: This type of card cannot be refunded. Reason: Damaged in the post"
    ]
    check_totals()


def test_of_two_payments_each_has_its_own_rest():
    paid = paid_order(total="10.00")
    first = paid.transactions.get()
    Transaction.objects.filter(pk=first.pk).update(amount=4)
    second = sale(paid, "SUCCESS", amount=6)
    assert [(p.sale, p.left) for p in refundable_payments(paid)] == [(second, 6), (first, 4)]
    assert "At most 4.00 USD" in refusal(refund, paid, "5.00", sale=first.pk)
    refund(paid, "4.00", sale=first.pk)
    assert [(p.sale, p.left) for p in refundable_payments(reloaded(paid))] == [(second, 6)]
    assert "Nothing of this payment" in refusal(refund, reloaded(paid), "1", sale=first.pk)


def test_a_second_click_refunds_nothing_more(recording_gateway):
    paid = paid_order()
    refund(paid)
    assert "has changed since you opened the page" in refusal(refund, reloaded(paid), seen=paid.stamp)
    assert len(recording_gateway.requests) == 1
