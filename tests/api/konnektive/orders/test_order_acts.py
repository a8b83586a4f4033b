from datetime import timedelta

import pytest
from django.test import Client

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.models import HistoryEntry
from customers.models.ids import public_id
from orders import history
from orders.models import Fulfillment, Order, Transaction
from orders.subscriptions.common import today
from tests.api.konnektive.konnektive_caller import KonnektiveCaller, answer_of
from tests.factories import sale, shipped_order

pytestmark = pytest.mark.django_db(transaction=True)


def charged() -> Order:
    """An order whose payment the gateway knows."""
    placed = shipped_order()
    placed.transactions.all().delete()
    sale(placed, "SUCCESS")
    return placed


def test_a_refund_pays_back_a_part_and_then_the_rest(shop):
    placed = charged()
    result, row = shop.ask("order/refund", orderId=placed.number, refundAmount="3.00", refundReason="Late")
    assert (result, row["amountRefunded"], row["orderStatus"]) == ("SUCCESS", "3.00", "COMPLETE")
    result, row = shop.ask("order/refund", orderId=placed.number, fullRefund=1)
    assert (result, row["amountRefunded"], row["orderStatus"]) == ("SUCCESS", "9.90", "REFUNDED")
    assert shop.ask("order/refund", orderId=placed.number, fullRefund=1) == (
        "ERROR",
        "This order is already fully refunded.",
    )


def refund_with_key(shop, key, **sent):
    return answer_of(Client().post("/order/refund/", shop.login | sent, headers={"Idempotency-Key": key}))


@pytest.mark.parametrize("sent", [{"refundAmount": "3.00"}, {"fullRefund": "1"}], ids=["part", "whole"])
def test_a_refund_sent_again_with_its_key_is_paid_once(shop, sent):
    placed = charged()
    first = refund_with_key(shop, "k-1", orderId=placed.number, **sent)
    assert first[0] == "SUCCESS"
    again = refund_with_key(shop, "k-1", orderId=placed.number, **sent)
    assert (again[0], again[1]["amountRefunded"]) == ("SUCCESS", first[1]["amountRefunded"])
    assert Transaction.objects.filter(kind="REFUND").count() == 1


def test_another_key_is_another_refund_and_one_key_is_one_request(shop):
    placed = charged()
    refund_with_key(shop, "k-1", orderId=placed.number, refundAmount="3.00")
    assert "Nothing was done." in refund_with_key(shop, "k-1", orderId=placed.number, refundAmount="4.00")[1]
    assert refund_with_key(shop, "k-2", orderId=placed.number, refundAmount="3.00")[1]["amountRefunded"] == "6.00"


def test_a_declined_refund_sent_again_with_its_key_stays_declined(shop):
    placed = shipped_order()
    placed.transactions.all().delete()
    sale(placed, "SUCCESS", token="sandbox-keeps")
    answers = [refund_with_key(shop, "k-1", orderId=placed.number, fullRefund="1") for _ in range(2)]
    assert answers[0] == answers[1]
    assert "Refund Declined" in answers[0][1]
    assert Transaction.objects.filter(kind="REFUND").count() == 1


@pytest.mark.parametrize("amount", ["0", "9.91", "1000000", "-1", "3.001", "nothing"])
def test_what_cannot_be_refunded_is_refused_by_its_name(shop, amount):
    placed = charged()
    result, message = shop.ask("order/refund", orderId=placed.number, refundAmount=amount)
    assert result == "ERROR"
    assert message == "Enter an amount such as 9.90." or message.keys() == {"refundAmount"}
    placed.refresh_from_db()
    assert placed.refunded == 0


def test_a_refund_needs_an_amount(shop):
    placed = charged()
    assert shop.ask("order/refund", orderId=placed.number) == (
        "ERROR",
        {"refundAmount": "Send an amount or fullRefund=1."},
    )


def test_cancelling_an_order_ends_what_it_subscribed_to_and_keeps_what_was_paid(shop):
    placed = charged()
    result, row = shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved")
    assert (result, row["orderStatus"]) == ("SUCCESS", "COMPLETE")
    assert [parcel["status"] for parcel in row["fulfillments"]] == ["CANCELLED"]
    assert [item["purchaseStatus"] for item in row["items"].values()] in ([None], ["CANCELLED"])
    assert placed.purchases.get().status == "CANCELLED"
    assert HistoryEntry.objects.filter(kind="payment").latest("pk").text.endswith(". Reason: Moved")


def test_cancelling_with_a_full_refund_pays_it_back(shop):
    placed = charged()
    result, row = shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", fullRefund=1)
    assert (result, row["orderStatus"], row["amountRefunded"]) == ("SUCCESS", "REFUNDED", "9.90")


def test_cancelling_with_a_refund_needs_the_permission_to_refund():
    shop = KonnektiveCaller(*(ALL_PERMISSIONS - {"orders.refund_order"}))
    placed = charged()
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", fullRefund=1)[0] == "ERROR"
    assert placed.purchases.get().status == "ACTIVE"


def test_a_refund_that_cannot_be_leaves_the_order_as_it_was(shop):
    placed = charged()
    placed.transactions.all().delete()
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", fullRefund=1)[0] == "ERROR"
    assert placed.purchases.get().status == "ACTIVE"
    assert placed.fulfillments.get().status == "PENDING"


def test_a_refund_that_is_declined_says_that_the_cancellation_stands(shop):
    placed = shipped_order()
    placed.transactions.all().delete()
    sale(placed, "SUCCESS", token="sandbox-keeps")
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", fullRefund=1) == (
        "ERROR",
        "Refund Declined: This type of card cannot be refunded. The order remains cancelled.",
    )
    assert placed.purchases.get().status == "CANCELLED"


def test_all_of_an_order_is_cancelled_after_its_next_bill_or_nothing(shop):
    placed = charged()
    placed.purchases.update(next_bill_date=today() + timedelta(days=9))
    never_billed = placed.purchases.get()
    never_billed.pk, never_billed.next_bill_date, never_billed.status = None, None, "RECYCLE_FAILED"
    never_billed.uuid = public_id("sub")
    never_billed.save(force_insert=True)
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", afterNextBill=1)[0] == "ERROR"
    assert not placed.purchases.exclude(cancels_on=None).exists()


def test_a_parcel_that_is_kept_back_has_changed(shop):
    placed = charged()
    before = placed.fulfillments.get().updated
    shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved")
    assert placed.fulfillments.get().updated > before


def test_an_order_can_be_cancelled_after_its_next_bill(shop):
    placed = charged()
    placed.purchases.update(next_bill_date=today() + timedelta(days=9))
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", afterNextBill=1)[0] == "SUCCESS"
    assert placed.purchases.get().cancels_on == today() + timedelta(days=10)


def test_a_purchase_that_is_cancelled_with_its_order_says_so_in_its_own_history(shop):
    placed = charged()
    purchase = placed.purchases.get()
    shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved")
    assert [entry.text for entry in history.of(purchase)] == [
        f"Cancelled purchase {purchase.pk} ({purchase.product}). Reason: Moved"
    ]


def test_an_order_is_cancelled_once(shop):
    placed = charged()
    placed.transactions.all().delete()
    Order.objects.filter(pk=placed.pk).update(status="PENDING")
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved")[1]["orderStatus"] == "CANCELLED"
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved") == (
        "ERROR",
        "This order is already cancelled.",
    )


def standing(of: Order) -> tuple[object, ...]:
    """All that a cancellation could write."""
    entries = HistoryEntry.objects.filter(source_record=of.source_record).count()
    rows = (of.purchases, of.fulfillments, of.transactions)
    return (entries, Order.objects.get(pk=of.pk).updated, *([*table.order_by("pk").values()] for table in rows))


def test_what_has_nothing_left_to_cancel_is_an_error_that_writes_nothing(shop):
    placed = charged()
    assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved")[0] == "SUCCESS"
    before = standing(placed)
    for _ in range(2):
        assert shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved") == (
            "ERROR",
            "Nothing in this order is left to cancel. To return the payment, refund the order.",
        )
    assert standing(placed) == before


def test_what_is_refunded_and_cancelled_is_not_cancelled_again(shop):
    placed = charged()
    shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", fullRefund=1)
    before = standing(placed)
    for sent in ({}, {"fullRefund": 1}):
        result, message = shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", **sent)
        assert (result, message) == ("ERROR", "This order is already fully refunded.")
    assert standing(placed) == before


def test_what_has_nothing_left_to_cancel_can_still_be_paid_back_with_it(shop):
    placed = charged()
    shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved")
    result, row = shop.ask("order/cancel", orderId=placed.number, cancelReason="Moved", fullRefund=1)
    assert (result, row["orderStatus"], row["amountRefunded"]) == ("SUCCESS", "REFUNDED", "9.90")
    assert HistoryEntry.objects.filter(sentence__startswith="Cancelled order", values__reason="Moved").count() == 1


def test_what_will_be_cancelled_on_that_day_already_is_not_told_twice(shop):
    placed = charged()
    placed.purchases.update(next_bill_date=today() + timedelta(days=9))
    parameters = {"orderId": placed.number, "cancelReason": "Moved", "afterNextBill": 1}
    shop.ask("order/cancel", **parameters)
    before = standing(placed)
    assert shop.ask("order/cancel", **parameters)[0] == "SUCCESS"
    assert standing(placed) == before


def test_a_parcel_is_told_to_have_left(shop):
    parcel = shipped_order().fulfillments.get()
    Fulfillment.objects.update(tracking_number="")
    parameters = {"fulfillmentId": parcel.pk, "fulfillmentStatus": "SHIPPED", "dateShipped": "11/20/2026"}
    assert shop.ask("fulfillment/update", **parameters) == ("ERROR", "A shipped fulfillment needs a trackingNumber.")
    result, [row] = shop.ask("fulfillment/update", **parameters, trackingNumber="9400", shipCarrier="USPS")
    assert (result, row["status"], row["trackingNumber"]) == ("SUCCESS", "SHIPPED", "9400")
    assert row["dateShipped"].startswith("2026-11-20")


def test_a_lead_has_no_parcel(shop):
    placed = shipped_order()
    placed.fulfillments.all().delete()
    Order.objects.update(status="PARTIAL")
    parameters = {"orderId": placed.number, "fulfillmentStatus": "SHIPPED", "trackingNumber": "9400"}
    assert shop.ask("fulfillment/update", **parameters) == (
        "ERROR",
        "This order is a lead, so it has no fulfillments.",
    )


def test_a_return_needs_its_number(shop):
    placed = shipped_order()
    parameters = {"orderId": placed.number, "fulfillmentStatus": "RMA PENDING"}
    assert shop.ask("fulfillment/update", **parameters) == ("ERROR", "A pending return needs an rmaNumber.")
    assert shop.ask("fulfillment/update", **parameters, rmaNumber="R1")[1][0]["status"] == "RMA PENDING"


@pytest.mark.parametrize(
    ("path", "parameters", "refused"),
    [
        ("order/cancel", {"orderId": "none", "cancelReason": "x"}, "orderId"),
        ("order/refund", {"orderId": "none", "fullRefund": "1"}, "orderId"),
        ("purchase/update", {"purchaseId": "999999", "price": "1"}, "purchaseId"),
        ("purchase/cancel", {"purchaseId": "999999", "cancelReason": "x"}, "purchaseId"),
        ("purchase/cancel", {"purchaseId": "999999"}, "cancelReason"),
        ("purchase/pause", {"purchaseId": "x"}, "purchaseId"),
        ("fulfillment/update", {"fulfillmentId": "999999", "fulfillmentStatus": "HOLD"}, "fulfillmentId"),
        ("fulfillment/update", {"fulfillmentStatus": "HOLD"}, "fulfillmentId"),
        ("fulfillment/update", {"orderId": "none", "fulfillmentStatus": "HOLD"}, "orderId"),
    ],
)
def test_what_is_not_there_is_refused_by_its_name(shop, path, parameters, refused):
    result, message = shop.ask(path, **parameters)
    assert (result, set(message)) == ("ERROR", {refused})
