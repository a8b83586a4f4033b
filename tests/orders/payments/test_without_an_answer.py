"""What the gateway did not answer is found out later."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import RecordTotals
from orders.locks import locked_order
from orders.models import Transaction
from orders.payments.gateway import Sale, Token
from orders.payments.gateway_request import create_pending
from orders.payments.record_answer import record_answer
from orders.payments.sandbox import SandboxGateway
from tests.acts import make_pending_an_hour_old, refund, refusal, rerun, settle_pending
from tests.database import check_totals, history_of, reloaded
from tests.factories import card, declined_order, order, paid_order, sale

pytestmark = pytest.mark.django_db
THREE = Decimal("3.00")


def break_down() -> None:
    raise ConnectionResetError


def test_without_an_answer_it_is_pending_and_nothing_else_is_asked(recording_gateway):
    declined = declined_order(token="sandbox-times-out")
    assert rerun(declined).status == "PENDING"
    assert reloaded(declined).status == "DECLINED"
    assert history_of(declined) == []
    assert "has not answered yet" in refusal(rerun, declined)
    assert len(recording_gateway.requests) == 1
    assert settle_pending() == "Resolved: 0. Still without an answer: 0.\n"


def test_what_is_found_out_later_is_written_down_once():
    declined = declined_order(token="sandbox-times-out")
    rerun(declined)
    make_pending_an_hour_old()
    assert (
        settle_pending()
        == f"Order {declined.number}: 9.90 USD charged to VISA 4242.\nResolved: 1. Still without an answer: 0.\n"
    )
    assert reloaded(declined).status == "COMPLETE"
    assert settle_pending() == "Resolved: 0. Still without an answer: 0.\n"
    assert RecordTotals.objects.get().orders == 1
    check_totals()


def test_a_late_refund_keeps_its_reason():
    paid = paid_order(token="sandbox-slow-refund")
    assert refund(paid).status == "PENDING"
    assert "has not answered yet" in refusal(refund, paid)
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(paid).refunded == 3
    assert history_of(paid) == [f"Refunded 3.00 USD of order {paid.number} to VISA 4242. Reason: Damaged in the post"]
    check_totals()


def test_what_never_reached_the_gateway_may_be_tried_again():
    declined = declined_order(token="sandbox-lost")
    rerun(declined)
    make_pending_an_hour_old()
    assert "declined. The gateway never received this payment." in settle_pending()
    assert rerun(reloaded(declined), card(declined)).status == "SUCCESS"


def test_what_has_no_answer_yet_stays_and_the_others_are_settled():
    silent = declined_order(token="sandbox-silent")
    late = declined_order(token="sandbox-times-out", first_name="B", email="b@reunite.cz")
    rerun(silent)
    rerun(late)
    make_pending_an_hour_old()
    assert settle_pending().endswith("Resolved: 1. Still without an answer: 1.\n")
    assert Transaction.objects.get(status="PENDING").order == silent


def test_what_has_waited_for_a_day_is_named_with_whom_to_ask(as_admin):
    silent = declined_order(token="sandbox-silent")
    payment = rerun(silent)
    Transaction.objects.filter(pk=payment.pk).update(at=timezone.now() - timedelta(hours=25))
    where = f"look for payment {payment.uuid} in the console of Sandbox"
    assert where in as_admin.get(silent.get_absolute_url()).content.decode()
    assert where in settle_pending()


def test_what_can_never_be_asked_from_here_says_so_on_its_order(as_admin):
    unpaid = order(status="PENDING").order
    sale(unpaid, "PENDING", pay_source=card(unpaid, gateway="Stripe"))
    page = as_admin.get(unpaid.get_absolute_url()).content.decode()
    assert "Reunite cannot ask Stripe about this payment." in page


def test_what_another_system_sent_as_pending_is_not_asked_about():
    unpaid = order(status="PENDING").order
    sale(unpaid, "PENDING", pay_source=card(unpaid, gateway="Stripe"))
    make_pending_an_hour_old()
    assert settle_pending() == "Resolved: 0. Still without an answer: 0.\n"


def test_a_breakdown_between_charge_and_answer_is_settled_later(recording_gateway):
    declined = declined_order()
    recording_gateway.then = break_down
    with pytest.raises(ConnectionResetError):
        rerun(declined)
    assert declined.transactions.filter(status="PENDING").count() == 1
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(declined).status == "COMPLETE"
    check_totals()


def test_an_answer_that_was_written_down_already_changes_nothing():
    paid = paid_order()
    payment = refund(paid)
    Transaction.objects.filter(pk=payment.pk).update(status="PENDING")
    answer = SandboxGateway().sale(Sale("k", Token("sandbox-approves"), THREE, "USD"))
    stale = reloaded(payment)
    Transaction.objects.filter(pk=payment.pk).update(status="SUCCESS")
    assert record_answer(stale, answer).status == "SUCCESS"
    assert reloaded(paid).refunded == 3


def test_the_token_of_a_card_typed_for_a_sale_is_kept_when_the_answer_is_late():
    declined = declined_order(token="", status="SOFT_DECLINE")
    typed = card(declined, token="", last_four="0341")
    with locked_order(declined) as current:
        create_pending(current, "SALE", current.total, what="charge", pay_source=typed, by=None)
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(typed).token == "sandbox-times-out"
    assert reloaded(declined).status == "COMPLETE"
