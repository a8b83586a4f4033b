from datetime import timedelta
from decimal import Decimal

import pytest

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.models import PaySource
from orders.models import Fulfillment, Order, Purchase, Transaction
from orders.subscriptions.common import today
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import shipped_order

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_purchase_is_repriced_and_its_next_bill_moved(shop):
    purchase = shipped_order().purchases.get()
    day = today() + timedelta(days=20)
    result, row = shop.ask("purchase/update", purchaseId=purchase.pk, price="12.00", nextBillDate=f"{day:%m/%d/%Y}")
    assert (result, row["price"], row["nextBillDate"]) == ("SUCCESS", "12.00", f"{day}")


def test_a_purchase_is_cancelled_and_reactivated(shop):
    purchase = shipped_order().purchases.get()
    result, row = shop.ask("purchase/cancel", purchaseId=purchase.pk, cancelReason="Too dear")
    assert (result, row["status"], row["cancelReason"]) == ("SUCCESS", "CANCELLED", "Too dear")
    assert shop.ask("purchase/update", purchaseId=purchase.pk, reactivate=1)[1]["status"] == "ACTIVE"


def test_a_purchase_is_paused_until_a_day(shop):
    purchase = shipped_order().purchases.get()
    day = today() + timedelta(days=20)
    result, row = shop.ask("purchase/pause", purchaseId=purchase.pk, restartDate=f"{day:%m/%d/%y}", priorToNextBill=1)
    assert (result, row["status"], row["restartDate"]) == ("SUCCESS", "PAUSED", f"{day}")


def test_a_purchase_is_reactivated_at_its_new_price_or_not_at_all(shop):
    purchase = shipped_order().purchases.get()
    shop.ask("purchase/pause", purchaseId=purchase.pk)
    result, _ = shop.ask("purchase/update", purchaseId=purchase.pk, reactivate=1, price="0.001")
    assert (result, Purchase.objects.get().status) == ("ERROR", "PAUSED")


def test_who_may_not_cancel_a_purchase_may_not_reactivate_it():
    purchase = shipped_order().purchases.get()
    Purchase.objects.update(status="PAUSED")
    shop = KonnektiveCaller(*(ALL_PERMISSIONS - {"orders.cancel_purchase"}))
    assert shop.ask("purchase/update", purchaseId=purchase.pk, reactivate=1) == (
        "ERROR",
        "API user does not have access to this endpoint",
    )
    assert shop.ask("purchase/update", purchaseId=purchase.pk, price="5.00")[0] == "SUCCESS"


@pytest.mark.parametrize("name", ["billNow", "finalBillingCycle", "newMerchantId"])
def test_what_of_a_purchase_cannot_be_changed_is_said(shop, name):
    purchase = shipped_order().purchases.get()
    result, message = shop.ask("purchase/update", **{"purchaseId": purchase.pk, "price": "1.00", name: "1"})
    assert (result, message.keys()) == ("ERROR", {name})
    assert Purchase.objects.get().price == Decimal("9.90")


def paid_here() -> Purchase:
    purchase = shipped_order().purchases.get()
    PaySource.objects.update(gateway="Sandbox")
    Transaction.objects.update(gateway_reference="sandbox-approves/1")
    return purchase


def test_a_purchase_is_cancelled_with_a_refund_of_what_it_was_last_billed(shop):
    purchase = paid_here()
    parameters = {"purchaseId": purchase.pk, "cancelReason": "x", "fullRefund": 1, "cancelFulfillment": 1}
    assert shop.ask("purchase/cancel", **parameters)[1]["status"] == "CANCELLED"
    assert Order.objects.get().refunded == Decimal("9.90")
    assert Fulfillment.objects.get().status == "CANCELLED"


def test_nothing_is_cancelled_where_nothing_can_be_refunded(shop):
    purchase = shipped_order().purchases.get()
    result, message = shop.ask("purchase/cancel", purchaseId=purchase.pk, cancelReason="x", fullRefund=1)
    assert (result, "was not paid through the configured gateway" in message) == ("ERROR", True)
    assert Purchase.objects.get().status == "ACTIVE"


def test_a_refund_with_a_cancellation_needs_the_permission_to_refund():
    purchase = paid_here()
    shop = KonnektiveCaller(*(ALL_PERMISSIONS - {"orders.refund_order"}))
    result, _ = shop.ask("purchase/cancel", purchaseId=purchase.pk, cancelReason="x", fullRefund=1)
    assert (result, Purchase.objects.get().status) == ("ERROR", "ACTIVE")


def test_a_purchase_is_paused_before_its_next_bill(shop):
    purchase = shipped_order().purchases.get()
    bill_day = today() + timedelta(days=9)
    Purchase.objects.update(next_bill_date=bill_day)
    row = shop.ask("purchase/pause", purchaseId=purchase.pk, priorToNextBill=1)[1]
    assert (row["status"], row["pauseScheduled"], Purchase.objects.get().pauses_on) == ("ACTIVE", 1, bill_day)


def test_cancelling_a_purchase_after_its_next_bill_lets_that_bill_come(shop):
    purchase = shipped_order().purchases.get()
    bill_day = today() + timedelta(days=9)
    Purchase.objects.filter(pk=purchase.pk).update(next_bill_date=bill_day)
    parameters = {"purchaseId": purchase.pk, "cancelReason": "Moved", "afterNextBill": 1}
    assert shop.ask("purchase/cancel", **parameters)[1]["nextBillDate"] == f"{bill_day}"
    purchase.refresh_from_db()
    assert (purchase.cancels_on, purchase.bills_on) == (bill_day + timedelta(days=1), bill_day)
