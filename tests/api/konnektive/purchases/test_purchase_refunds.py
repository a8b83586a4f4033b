"""A purchase is refunded: at most what it was last billed, once a key, and never over what was paid."""

import pytest
from django.test import Client

from orders import history
from orders.models import Membership, Order, Purchase, Transaction
from tests.api.konnektive.konnektive_caller import answer_of
from tests.api.konnektive.store import VISA
from tests.database import check_totals
from tests.factories import shipped_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def purchase(store):
    """Billed 9.90, in an order of 13.89 with another product and shipping of 2.00."""
    result, _ = store.order(product2_id=store.monthly.pk, baseShipping="2.00", **VISA)
    assert result == "SUCCESS"
    return Purchase.objects.get()


def refund(store, purchase, key="", **sent):
    headers = {"Idempotency-Key": key} if key else {}
    sent = store.caller.login | {"purchaseId": purchase.pk} | sent
    return answer_of(Client().post("/purchase/refund/", sent, headers=headers))


def refunded():
    return Order.objects.get().refunded


def test_all_that_it_was_billed_is_refunded_and_no_more(store, purchase):
    result, row = refund(store, purchase, fullRefund=1, refundReason="Moved")
    assert (result, row["purchaseId"], f"{refunded():.2f}") == ("SUCCESS", str(purchase.pk), "9.90")
    assert Order.objects.get().status == "COMPLETE"
    assert refund(store, purchase, fullRefund=1) == (
        "ERROR",
        "All that this purchase was last billed is already refunded.",
    )
    check_totals()
    sentence = f"Refunded 9.90 USD of purchase {purchase.pk} (Monthly) in order {purchase.order.number} to VISA 4242."
    for row in (purchase, purchase.order):
        assert history.of(row)[0].text == f"{sentence} Reason: Moved"


def test_a_part_is_refunded_and_then_at_most_the_rest(store, purchase):
    assert refund(store, purchase, refundAmount="4.00")[0] == "SUCCESS"
    result, message = refund(store, purchase, refundAmount="5.91")
    assert (result, message.keys()) == ("ERROR", {"refundAmount"})
    assert "at most 5.90" in message["refundAmount"]
    assert refund(store, purchase, refundAmount="5.90")[0] == "SUCCESS"
    assert f"{refunded():.2f}" == "9.90"


def test_what_was_refunded_of_the_order_is_not_refunded_again(store, purchase):
    assert store.caller.ask("order/refund", orderId=purchase.order.number, refundAmount="10.00")[0] == "SUCCESS"
    assert refund(store, purchase, fullRefund=1)[0] == "SUCCESS"
    assert (refunded(), Order.objects.get().status) == (Order.objects.get().total, "REFUNDED")


def test_an_order_of_nothing_else_is_refunded_with_its_shipping_and_tax(store):
    store.order(product1_id=store.monthly.pk, baseShipping="2.00", salesTax="1.00", **VISA)
    assert refund(store, Purchase.objects.get(), fullRefund=1)[0] == "SUCCESS"
    assert (f"{refunded():.2f}", Order.objects.get().status) == ("12.90", "REFUNDED")


def test_the_same_call_with_the_same_key_is_one_refund(store, purchase):
    sent = {"key": "r-1", "refundAmount": "3.00"}
    assert refund(store, purchase, **sent)[0] == refund(store, purchase, **sent)[0] == "SUCCESS"
    result, message = refund(store, purchase, key="r-1", refundAmount="4.00")
    assert (result, "Nothing was done." in message) == ("ERROR", True)
    assert (f"{refunded():.2f}", Transaction.objects.filter(kind="REFUND").count()) == ("3.00", 1)


def test_calls_at_one_moment_never_refund_more_than_was_billed(store, purchase, run_together):
    outcomes = run_together(*[lambda: refund(store, purchase, fullRefund=1)] * 2)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert f"{refunded():.2f}" == "9.90"
    check_totals()


@pytest.mark.parametrize("sent", [{}, {"refundAmount": "0"}, {"refundAmount": "-1"}, {"refundAmount": "9.91"}])
def test_an_amount_that_cannot_be_refunded_is_refused_by_its_name(store, purchase, sent):
    result, message = refund(store, purchase, **sent)
    assert (result, set(message), refunded()) == ("ERROR", {"refundAmount"}, 0)


def test_a_full_refund_of_another_amount_is_refused(store, purchase):
    result, message = refund(store, purchase, refundAmount="1.00", fullRefund=1)
    assert (result, message) == (
        "ERROR",
        {"refundAmount": "A full refund is 9.90. Send refundAmount or fullRefund=1, not both."},
    )
    sent = {"orderId": purchase.order.number, "fullRefund": 1}
    assert store.caller.ask("order/refund", refundAmount="1.00", **sent)[0] == "ERROR"
    assert refunded() == 0
    assert store.caller.ask("order/refund", refundAmount="13.89", **sent)[0] == "SUCCESS"


def test_what_was_never_paid_is_refused(store, purchase):
    Order.objects.update(status="DECLINED")
    message = "No paid order bills this purchase, so there is nothing to refund."
    assert refund(store, purchase, fullRefund=1) == ("ERROR", message)


def test_a_membership_is_reactivated_by_its_club_and_its_number(shop):
    membership = Membership.objects.get(purchase=shipped_order().purchases.get())
    Membership.objects.update(status="INACTIVE")
    assert shop.ask("members/reactivate", clubId="Silver", memberId=membership.pk)[1].keys() == {"clubId"}
    assert shop.ask("members/reactivate", clubId="Gold", memberId="999999")[1].keys() == {"memberId"}
    result, row = shop.ask("members/reactivate", clubId="Gold", memberId=membership.pk)
    assert (result, row["memberId"], row["status"]) == ("SUCCESS", membership.pk, "ACTIVE")
    again = shop.ask("members/reactivate", clubId="Gold", memberId=membership.pk)
    assert again == ("ERROR", "This membership is already active.")
