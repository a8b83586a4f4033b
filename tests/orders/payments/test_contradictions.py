"""A gateway that says the opposite of what was recorded is believed by nobody until a user has decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.test import override_settings
from django.utils import timezone

from customers.erasing.erase import refusals
from customers.models import HistoryEntry
from orders.cancel_order import cancel_order
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.decide import Decision, decide, decisions_about, payment_to_decide
from orders.payments.gateway import Answer
from orders.payments.record_answer import record_answer
from orders.payments.sandbox import NEVER_RECEIVED
from orders.payments.settle_by_hand import settle_by_hand
from tests.acts import make_pending_an_hour_old, refund, refusal, rerun, settle_pending
from tests.api.konnektive.store import SOFT, VISA, Store
from tests.database import check_totals, history_of, reloaded
from tests.factories import declined_order, paid_order, sale, shipped_order
from tests.recording_gateway import RecordingGateway, recording
from tests.tables import table

pytestmark = pytest.mark.django_db

DECLINES = (TransactionStatus.SOFT_DECLINE, TransactionStatus.HARD_DECLINE)
MONEY = {TransactionKind.SALE, TransactionKind.CAPTURE, TransactionKind.REFUND}
MADE = Answer(TransactionStatus.SUCCESS, "Approved.", "sandbox-approves/late")
TWO_ANSWERS = "The gateway has given two different answers"
REASON = "As the console shows it"


class ChangingGateway(RecordingGateway):
    """What it answers to a look-up is set by the test."""

    later = NEVER_RECEIVED

    def look_up(self, question):
        return ChangingGateway.later


@pytest.fixture
def gateway():
    changing = "tests.orders.payments.test_contradictions.ChangingGateway"
    with recording(), override_settings(PAYMENT_GATEWAY=changing):
        ChangingGateway.later = NEVER_RECEIVED
        yield ChangingGateway


def about(order: Order) -> Transaction:
    return order.transactions.latest("pk")


def make_contradicted(order: Order, *, kind: str = "SALE", recorded: str = "SOFT_DECLINE") -> Transaction:
    payment = about(order)
    paid = payment if kind == "REFUND" else None
    if paid:
        payment = Transaction.objects.get(pk=sale(order, recorded, amount=Decimal(3)).pk)
    Transaction.objects.filter(pk=payment.pk).update(kind=kind, status=recorded, sale=paid)
    late = Answer(TransactionStatus.SOFT_DECLINE, "Unknown.") if recorded == "SUCCESS" else MADE
    return record_answer(reloaded(payment), late)


# Every state and every late answer


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


@dataclass(frozen=True)
class Decided:
    """How an order and its contradicted payment are after a decision."""

    status: str
    contradiction: str
    order: str
    refunded: str = "0"


def decided_orders() -> Iterator[tuple[str, str, str, dict[Decision, Decided]]]:
    """(kind, what was recorded, status of the order, what comes of each decision that is offered)."""
    keep, give_back, done, not_done = Decision.KEEP, Decision.REFUND, Decision.DONE, Decision.NOT_DONE
    for kind in ("SALE", "CAPTURE"):
        for status in ("DECLINED", "PENDING"):
            outcomes = {
                keep: Decided("SUCCESS", "", "COMPLETE"),
                give_back: Decided("SUCCESS", "extra", status),
                not_done: Decided("SOFT_DECLINE", "", status),
            }
            yield kind, "SOFT_DECLINE", status, outcomes
        for status in ("CANCELLED", "COMPLETE", "REFUNDED"):
            yield (
                kind,
                "SOFT_DECLINE",
                status,
                {
                    give_back: Decided("SUCCESS", "extra", status),
                    not_done: Decided("SOFT_DECLINE", "", status),
                },
            )
        for status, after in {"COMPLETE": "DECLINED", "CANCELLED": "CANCELLED"}.items():
            yield (
                kind,
                "SUCCESS",
                status,
                {
                    done: Decided("SUCCESS", "", status),
                    not_done: Decided("SOFT_DECLINE", "", after),
                },
            )
    yield (
        "REFUND",
        "SOFT_DECLINE",
        "COMPLETE",
        {
            done: Decided("SUCCESS", "", "COMPLETE", "3"),
            not_done: Decided("SOFT_DECLINE", "", "COMPLETE"),
        },
    )
    yield (
        "REFUND",
        "SUCCESS",
        "COMPLETE",
        {
            done: Decided("SUCCESS", "", "COMPLETE", "3"),
            not_done: Decided("SOFT_DECLINE", "", "COMPLETE"),
        },
    )


def test_every_decision_makes_the_order_what_it_would_be_with_that_answer_at_first(gateway):
    wrong = []
    for n, (kind, recorded, status, outcomes) in enumerate(decided_orders()):
        for decision, expected in outcomes.items():
            payment, order = contradicted(f"{n}{decision}@reunite.cz", kind, recorded, status)
            assert decisions_about(payment_to_decide(order)) == list(outcomes)
            decide(order, decision, reason=REASON, seen=order.stamp, by=None)
            after, row = reloaded(order), reloaded(payment)
            actual = Decided(row.status, row.contradiction, after.status, f"{after.refunded:.0f}")
            if actual != expected or REASON not in " ".join(history_of(order)):
                wrong.append((kind, recorded, status, decision, actual, expected))
    assert not wrong
    check_totals()


def contradicted(email: str, kind: str, recorded: str, status: str) -> tuple[Transaction, Order]:
    """An order of that status, whose totals say the same, with a payment about which there are two answers."""
    is_counted = status in ("COMPLETE", "REFUNDED")
    order = paid_order(email=email) if is_counted else declined_order(email=email)
    if kind == "REFUND" and recorded == "SUCCESS":
        payment = refund(order)
        payment = record_answer(payment, Answer(TransactionStatus.SOFT_DECLINE, "Unknown."))
        return payment, reloaded(order)
    if status == "COMPLETE" and recorded == "SOFT_DECLINE" and kind != "REFUND":
        sale(order, "SOFT_DECLINE")
    payment = make_contradicted(order, kind=kind, recorded=recorded)
    Order.objects.filter(pk=order.pk).update(status=status)
    return payment, reloaded(order)


# How such an answer comes in


def test_the_answer_of_a_slow_charge_that_was_settled_as_lost_meanwhile_is_not_lost(gateway):
    declined = declined_order()

    def settle_meanwhile() -> None:
        make_pending_an_hour_old()
        settle_pending()

    gateway.then = RecordingGateway.then = settle_meanwhile
    payment = rerun(declined)
    assert (payment.status, payment.contradiction) == ("SUCCESS", "done")
    assert reloaded(declined).status == "DECLINED"
    assert history_of(declined)[0] == (
        f"The gateway says that 9.90 USD was charged to VISA 4242 for order {declined.number} after all. The charge was"
        " recorded as declined. Answer: Approved."
    )
    assert TWO_ANSWERS in refusal(rerun, reloaded(declined))
    assert len(gateway.requests) == 1


def lost() -> Order:
    """Declined, charged again, and booked as never received."""
    declined = declined_order(token="sandbox-times-out")
    rerun(declined)
    make_pending_an_hour_old()
    settle_pending()
    return reloaded(declined)


def test_settle_pending_asks_for_a_day_about_what_was_lost(gateway):
    order = lost()
    assert settle_pending() == "Resolved: 0. Still without an answer: 0.\n"
    gateway.later = MADE
    told = settle_pending()
    assert f"Order {order.number}: A charge of 9.90 USD was recorded as declined" in told
    assert about(order).contradiction == "done"
    assert settle_pending() == "Resolved: 0. Still without an answer: 0.\n"


def test_what_a_user_recorded_as_not_charged_may_turn_out_to_be_charged(gateway):
    gateway.later = Answer(TransactionStatus.PENDING, "")
    declined = declined_order(token="sandbox-silent")
    rerun(declined)
    Transaction.objects.filter(status="PENDING").update(at=timezone.now() - timedelta(hours=25))
    order = reloaded(declined)
    settle_by_hand(order, happened=False, reference="", reason=REASON, seen=order.stamp, by=None)
    gateway.later = MADE
    settle_pending()
    assert about(order).contradiction == "done"


def test_before_an_order_is_charged_again_the_gateway_is_asked_whether_it_was_charged(gateway):
    order = lost()
    gateway.later = MADE
    sent = len(gateway.requests)
    assert TWO_ANSWERS in refusal(rerun, order)
    assert len(gateway.requests) == sent
    assert about(order).contradiction == "done"


@table("is_known", [True, False])
def test_no_order_is_completed_again_that_may_be_paid(gateway, is_known):
    store = Store()
    _, lead = store.lead()
    assert store.order(**{**VISA, "cardNumber": SOFT}, orderId=lead["orderId"])[0] == "ERROR"
    order = Order.objects.get(number=lead["orderId"])
    Transaction.objects.update(at=timezone.now() - timedelta(hours=1))
    if is_known:
        record_answer(about(order), MADE)
    gateway.later = MADE
    sent = len(gateway.requests)
    result, message = store.order(**VISA, orderId=lead["orderId"])
    assert (result, TWO_ANSWERS in message) == ("ERROR", True)
    assert len(gateway.requests) == sent


# What is refused until then, and what follows


def test_until_it_is_decided_nothing_is_charged_refunded_cancelled_or_erased():
    paid, declined = paid_order(email="a@reunite.cz"), declined_order()
    make_contradicted(paid, recorded="SUCCESS")
    make_contradicted(declined)
    for order in (paid, declined):
        assert TWO_ANSWERS in refusal(refund, reloaded(order))
        assert TWO_ANSWERS in refusal(rerun, reloaded(order))
        assert TWO_ANSWERS in refusal(cancel_order, reloaded(order), reason=REASON, by=None)
        assert "two different answers" in refusals(order.source_record.customer.records.all())[0]


def test_the_page_says_what_has_to_be_decided_and_how(as_admin, gateway):
    order = declined_order()
    payment = make_contradicted(order)
    page = as_admin.get(order.get_absolute_url()).content.decode()
    assert "The gateway has given two different answers." in page
    assert f"Look for payment {payment.uuid} in the console of" in page
    assert "Rerun…" not in page
    form = as_admin.get(f"/orders/{order.number}/decide/").context["form"]
    sent = {"seen": form["seen"].value(), "decision": "keep", "reason": REASON}
    page = as_admin.post(f"/orders/{order.number}/decide/", sent, follow=True).content.decode()
    assert "Decided." in page
    assert reloaded(order).status == "COMPLETE"
    page = as_admin.post(f"/orders/{order.number}/decide/", sent, follow=True).content.decode()
    assert "This order has no payment to decide." in page
    check_totals()


def test_a_payment_that_is_set_aside_is_refunded_and_the_order_can_be_charged_anew(as_admin, gateway):
    order = declined_order()
    make_contradicted(order)
    form = as_admin.get(f"/orders/{order.number}/decide/").context["form"]
    sent = {"seen": form["seen"].value(), "decision": "refund", "reason": REASON}
    page = as_admin.post(f"/orders/{order.number}/decide/", sent, follow=True).content.decode()
    assert "Refunded." in page
    after = reloaded(order)
    assert (after.status, after.refunded) == ("DECLINED", 0)
    assert order.transactions.get(kind="REFUND").status == "SUCCESS"
    assert "already fully refunded" not in page
    sale(after, "SOFT_DECLINE", answer="Insufficient funds.")
    assert rerun(reloaded(order)).status == "SUCCESS"
    assert refund(reloaded(order), "9.90", sale=about(order).pk).status == "SUCCESS"
    assert reloaded(order).status == "REFUNDED"
    check_totals()


def test_a_second_payment_that_is_set_aside_leaves_the_first_one_paid(gateway):
    order = paid_order()
    extra = sale(order, "SOFT_DECLINE")
    record_answer(extra, MADE)
    after = reloaded(order)
    decide(after, Decision.REFUND, reason=REASON, seen=after.stamp, by=None)
    after = reloaded(order)
    assert (after.status, after.refunded) == ("COMPLETE", 0)
    assert refund(after, "9.90").status == "SUCCESS"
    assert reloaded(order).status == "REFUNDED"
    check_totals()


def test_a_charge_that_was_not_made_ends_the_purchases_of_its_order():
    order = shipped_order()
    make_contradicted(order, recorded="SUCCESS")
    after = reloaded(order)
    decide(after, Decision.NOT_DONE, reason=REASON, seen=after.stamp, by=None)
    assert reloaded(order).status == "DECLINED"
    assert order.purchases.get().status == "CANCELLED"
    assert reloaded(order.source_record.customer).billing_status == "cancelled"
    check_totals()
