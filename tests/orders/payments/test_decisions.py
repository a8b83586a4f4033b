"""A user decides which of two answers about a payment is right, and the order follows."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from orders.models import Order, Transaction, TransactionStatus
from orders.payments.decide_contradiction import Decision, decide, decisions_about, payment_to_decide
from orders.payments.gateway import Answer
from orders.payments.record_answer import record_answer
from tests.acts import refund, rerun
from tests.database import check_totals, history_of, reloaded
from tests.factories import declined_order, paid_order, sale, shipped_order, signed_in
from tests.orders.payments.changing_gateway import MADE, about, make_contradicted

pytestmark = pytest.mark.django_db

REASON = "As the console shows it"


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


def test_every_decision_makes_the_order_what_it_would_be_with_that_answer_at_first(changing_gateway):
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


def test_the_page_says_what_has_to_be_decided_and_how(as_admin, changing_gateway):
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


def test_a_payment_that_is_set_aside_is_refunded_and_the_order_can_be_charged_anew(as_admin, changing_gateway):
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


def test_a_second_payment_that_is_set_aside_leaves_the_first_one_paid(changing_gateway):
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


def test_a_decision_to_refund_asks_whether_it_is_still_the_same_person(admin_user, changing_gateway):
    order = declined_order()
    make_contradicted(order)
    client, path = signed_in(admin_user, answered=False), f"/orders/{order.number}/decide/"
    sent = {"seen": client.get(path).context["form"]["seen"].value(), "reason": REASON}
    asked = client.post(path, sent | {"decision": "refund"})
    assert (asked.status_code, "Confirm that it is you" in asked.text) == (403, True)
    assert not order.transactions.filter(kind="REFUND").exists()
    assert client.post(path, sent | {"decision": "keep"}).status_code == 302
