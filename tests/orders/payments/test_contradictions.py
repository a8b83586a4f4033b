"""A gateway that says the opposite of what was recorded is believed by nobody until a user has decided."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from customers.erasing.erase import refusals
from customers.models import HistoryEntry
from orders.cancel_order import cancel_order
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Answer
from orders.payments.record_answer import record_answer
from orders.payments.settle_by_hand import settle_by_hand
from tests.acts import make_pending_an_hour_old, refund, refusal, rerun, settle_pending
from tests.api.konnektive.store import SOFT, VISA, Store
from tests.database import history_of, reloaded
from tests.factories import declined_order, paid_order
from tests.orders.payments.changing_gateway import MADE, about, make_contradicted
from tests.recording_gateway import RecordingGateway
from tests.tables import table

pytestmark = pytest.mark.django_db

DECLINES = (TransactionStatus.SOFT_DECLINE, TransactionStatus.HARD_DECLINE)
MONEY = {TransactionKind.SALE, TransactionKind.CAPTURE, TransactionKind.REFUND}
TWO_ANSWERS = "The gateway has given two different answers"
REASON = "As the console shows it"


# Every state and every late answer


@pytest.mark.one_database  # hundreds of answers, each as the tests below send one
def test_every_late_answer_to_every_state_is_kept_where_it_contradicts_and_changes_nothing_else():
    orders = {status: paid_order(email=f"{status}@reunite.cz") for status in OrderStatus.values}
    answers = [Answer(status, "Late.", "late/1") for status in TransactionStatus]
    wrong = []
    states = [(status, kind) for status in orders for kind in TransactionKind if kind in MONEY or status == "COMPLETE"]
    for (status, kind), recorded, answer in product(states, (TransactionStatus.SUCCESS, *DECLINES), answers):
        order = orders[status]
        payment = about(order)
        columns = {"kind": kind, "status": recorded, "contradiction": "", "answer": "", "gateway_reference": "first"}
        Transaction.objects.filter(pk=payment.pk).update(**columns)
        Order.objects.filter(pk=order.pk).update(status=status)
        before = HistoryEntry.objects.count()
        record_answer(reloaded(payment), answer)
        after, row = reloaded(order), reloaded(payment)
        expected = outcome(kind, recorded, answer)
        actual = (row.status, row.contradiction, row.gateway_reference, HistoryEntry.objects.count() > before)
        if (after.status, after.refunded, after.total) != (status, order.refunded, order.total) or actual != expected:
            wrong.append((status, kind, recorded, answer.status, actual, expected))
    assert not wrong


def outcome(kind: str, recorded: str, answer: Answer) -> tuple[str, str, str, bool]:
    """The status, contradiction and reference of the payment, and whether the history says it."""
    if answer.status == "PENDING" or (answer.status == "SUCCESS") == (recorded == "SUCCESS"):
        return recorded, "", "first", False
    reference = "late/1" if answer.status == "SUCCESS" else "first"
    if kind not in MONEY:
        return answer.status, "", reference, True
    return "SUCCESS", "done" if answer.status == "SUCCESS" else "not_done", reference, True


# How such an answer comes in


def test_the_answer_of_a_slow_charge_that_was_settled_as_lost_meanwhile_is_not_lost(changing_gateway):
    declined = declined_order()

    def settle_meanwhile() -> None:
        make_pending_an_hour_old()
        settle_pending()

    changing_gateway.then = RecordingGateway.then = settle_meanwhile
    payment = rerun(declined)
    assert (payment.status, payment.contradiction) == ("SUCCESS", "done")
    assert reloaded(declined).status == "DECLINED"
    assert history_of(declined)[0] == (
        f"The gateway says that 9.90 USD was charged to VISA 4242 for order {declined.number} after all. The charge was"
        " recorded as declined. Answer: Approved."
    )
    assert TWO_ANSWERS in refusal(rerun, reloaded(declined))
    assert len(changing_gateway.requests) == 1


def lost() -> Order:
    """Declined, charged again, and booked as never received."""
    declined = declined_order(token="sandbox-times-out")
    rerun(declined)
    make_pending_an_hour_old()
    settle_pending()
    return reloaded(declined)


def test_settle_pending_asks_for_a_day_about_what_was_lost(changing_gateway):
    order = lost()
    assert settle_pending() == "Resolved: 0. Still without an answer: 0.\n"
    changing_gateway.later = MADE
    settled = settle_pending()
    assert f"Order {order.number}: A charge of 9.90 USD was recorded as declined" in settled
    assert about(order).contradiction == "done"
    assert settle_pending() == "Resolved: 0. Still without an answer: 0.\n"


def test_what_a_user_recorded_as_not_charged_may_turn_out_to_be_charged(changing_gateway):
    changing_gateway.later = Answer(TransactionStatus.PENDING, "")
    declined = declined_order(token="sandbox-silent")
    rerun(declined)
    Transaction.objects.filter(status="PENDING").update(at=timezone.now() - timedelta(hours=25))
    order = reloaded(declined)
    settle_by_hand(order, happened=False, reference="", reason=REASON, seen=order.stamp, by=None)
    changing_gateway.later = MADE
    settle_pending()
    assert about(order).contradiction == "done"


def test_before_an_order_is_charged_again_the_gateway_is_asked_whether_it_was_charged(changing_gateway):
    order = lost()
    changing_gateway.later = MADE
    sent = len(changing_gateway.requests)
    assert TWO_ANSWERS in refusal(rerun, order)
    assert len(changing_gateway.requests) == sent
    assert about(order).contradiction == "done"


@table("is_known", [True, False])
def test_no_order_is_completed_again_that_may_be_paid(changing_gateway, is_known):
    store = Store()
    _, lead = store.lead()
    assert store.order(**{**VISA, "cardNumber": SOFT}, orderId=lead["orderId"])[0] == "ERROR"
    order = Order.objects.get(number=lead["orderId"])
    Transaction.objects.update(at=timezone.now() - timedelta(hours=1))
    if is_known:
        record_answer(about(order), MADE)
    changing_gateway.later = MADE
    sent = len(changing_gateway.requests)
    result, message = store.order(**VISA, orderId=lead["orderId"])
    assert (result, TWO_ANSWERS in message) == ("ERROR", True)
    assert len(changing_gateway.requests) == sent


# What is refused until a user has decided


def test_until_it_is_decided_nothing_is_charged_refunded_cancelled_or_erased():
    paid, declined = paid_order(email="a@reunite.cz"), declined_order()
    make_contradicted(paid, recorded="SUCCESS")
    make_contradicted(declined)
    for order in (paid, declined):
        assert TWO_ANSWERS in refusal(refund, reloaded(order))
        assert TWO_ANSWERS in refusal(rerun, reloaded(order))
        assert TWO_ANSWERS in refusal(cancel_order, reloaded(order), reason=REASON, by=None)
        assert "two different answers" in refusals(order.source_record.customer.records.all())[0]
