"""A purchase is cancelled and what it was last billed refunded, together or not at all."""

from decimal import Decimal

import pytest

from orders.models import Purchase, Transaction
from orders.payments.cancel_and_refund import cancel_and_refund, last_billing
from orders.subscriptions.cancel import cancel_purchase
from orders.subscriptions.common import PurchaseError
from tests.acts import make_pending_an_hour_old, refusal, settle_pending
from tests.database import check_totals, reloaded
from tests.factories.purchases import bought
from tests.recording_gateway import recording

pytestmark = pytest.mark.django_db


def act(purchase: Purchase, amount: str = "9.90", seen: str | None = None) -> Transaction:
    def cancel() -> None:
        cancel_purchase(purchase, reason="Too dear", seen=seen, by=None)

    return cancel_and_refund(purchase, cancel, Decimal(amount), reason="Too dear", by=None)


def test_both_are_done_in_one_act():
    purchase = bought()
    assert str(last_billing(purchase)) == "9.90 USD"
    assert act(purchase, "3").status == "SUCCESS"
    assert (reloaded(purchase).status, reloaded(purchase.order).refunded) == ("CANCELLED", Decimal(3))
    assert str(last_billing(purchase)) == "6.90 USD"
    check_totals()


def test_more_than_what_was_paid_is_refused_and_nothing_is_cancelled():
    purchase = bought()
    assert "At most 9.90 USD" in refusal(act, purchase, "9.91")
    assert (reloaded(purchase).status, Transaction.objects.filter(kind="REFUND").exists()) == ("ACTIVE", False)


def test_a_cancellation_that_is_refused_refunds_nothing():
    purchase = bought()
    with recording() as gateway, pytest.raises(PurchaseError):
        act(purchase, seen="another")
    assert gateway.requests == []
    assert not Transaction.objects.filter(kind="REFUND").exists()


def test_a_refund_that_the_gateway_declines_leaves_the_purchase_cancelled():
    purchase = bought("sandbox-keeps")
    assert act(purchase).status == "HARD_DECLINE"
    assert (reloaded(purchase).status, reloaded(purchase.order).refunded) == ("CANCELLED", 0)


def test_a_refund_without_an_answer_is_asked_for_again():
    purchase = bought("sandbox-slow-refund")
    assert act(purchase).status == "PENDING"
    assert reloaded(purchase).status == "CANCELLED"
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(purchase.order).refunded == Decimal("9.90")
    check_totals()


def test_a_killed_process_leaves_a_cancellation_with_a_refund_that_is_asked_for_again():
    purchase = bought()

    def killed() -> None:
        raise KeyboardInterrupt

    with recording() as gateway:
        gateway.then = killed
        with pytest.raises(KeyboardInterrupt):
            act(purchase)
    assert reloaded(purchase).status == "CANCELLED"
    make_pending_an_hour_old()
    settle_pending()
    assert reloaded(purchase.order).refunded == Decimal("9.90")


def test_two_at_once_cancel_and_refund_once(run_together):
    purchase = bought()
    seen = purchase.stamp
    outcomes = run_together(*[lambda: act(purchase, seen=seen)] * 2)
    assert sorted(isinstance(outcome, Transaction) for outcome in outcomes) == [False, True]
    assert reloaded(purchase.order).refunded == Decimal("9.90")
    check_totals()
