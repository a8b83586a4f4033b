"""Whoever keeps a copy of orders learns of each whose row in Query Orders is another now: `dateUpdated` has moved."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import SourceRecord
from orders.invoices import cancellations
from orders.models import Fulfillment, Order, Purchase, Transaction
from orders.subscriptions.apply_due import apply_due
from orders.subscriptions.common import today
from orders.subscriptions.derive import refresh_purchases
from tests.acts import merge, rerun
from tests.api.caller import Caller
from tests.api.chartmogul.invoices import invoice_requests
from tests.api.konnektive.store import TIMES_OUT, VISA
from tests.factories import CustomerFactory, card

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def placed(store) -> Order:
    """Paid by card, with a purchase and a parcel on its way."""
    sold = store.order(product1_id=store.monthly.pk, **VISA)[1]["orderId"]
    store.caller.ask("fulfillment/update", orderId=sold, fulfillmentStatus="SHIPPED", trackingNumber="TR1")
    return Order.objects.get(number=sold)


def changes(store, path: str, **sent) -> bool:
    """Whether the call makes the order one of those that changed lately, as `dateRangeType=dateUpdated` has them."""
    Order.objects.update(updated=LONG_AGO)
    parameters = {"dateRangeType": "dateUpdated", "startDate": "2021-01-01", "endDate": "2199-01-01"}
    assert store.caller.ask("order/query", **parameters)[0] == "ERROR"
    result, message = store.caller.ask(path, **sent)
    assert result == "SUCCESS", message
    return store.caller.ask("order/query", **parameters)[0] == "SUCCESS"


def test_when_its_purchase_is_paused_reactivated_billed_on_another_day_or_cancelled(store, placed):
    bought = {"purchaseId": placed.purchases.get().pk}
    soon = f"{today() + timedelta(days=3):%m/%d/%Y}"
    assert changes(store, "purchase/update", nextBillDate=soon, **bought)
    assert changes(store, "purchase/pause", **bought)
    assert changes(store, "purchase/update", reactivate=1, **bought)
    assert changes(store, "purchase/cancel", cancelReason="Moved", **bought)


def test_not_when_nothing_that_it_shows_of_its_purchase_is_another(store, placed):
    bought = {"purchaseId": placed.purchases.get().pk}
    assert not changes(store, "purchase/update", price="3.00", **bought)
    assert not changes(store, "purchase/cancel", cancelReason="Moved", afterNextBill=1, **bought)


def test_when_a_planned_cancellation_of_its_purchase_is_carried_out(placed):
    placed.purchases.update(cancels_on=today())
    Order.objects.update(updated=LONG_AGO)
    assert list(apply_due(today()))
    assert Order.objects.get().updated > LONG_AGO


def test_when_its_parcel_is_delivered(store, placed):
    parcel = placed.fulfillments.get().pk
    assert changes(store, "fulfillment/update", fulfillmentId=parcel, fulfillmentStatus="DELIVERED")
    assert changes(store, "fulfillment/update", orderId=placed.number, fulfillmentStatus="DELIVERED", shipCarrier="UPS")


def test_when_some_of_it_is_refunded(store, placed):
    assert changes(store, "order/refund", orderId=placed.number, refundAmount="1.00")


def test_when_it_is_cancelled_with_what_it_subscribed_to(store, placed):
    assert changes(store, "order/cancel", orderId=placed.number, cancelReason="Moved")


def test_when_it_is_charged_to_another_card_although_nobody_answers(store):
    store.order(**VISA | {"cardNumber": "4000000000009995"})
    declined = Order.objects.get()
    chosen = card(declined, "sandbox-times-out", last_four=TIMES_OUT[-4:])
    Order.objects.update(updated=LONG_AGO)
    assert rerun(Order.objects.get(), chosen).status == "PENDING"
    assert Order.objects.get().updated > LONG_AGO


# Those of billing systems, which bill one subscription many times


@pytest.fixture
def subscribed(db) -> Purchase:
    """A subscription that two invoices bill."""
    known, plan = invoice_requests.known(), invoice_requests.plan()
    lines = [
        invoice_requests.line(plan_uuid=plan.uuid, service_period_start="2026-01-01", service_period_end="2026-02-01"),
        invoice_requests.line(plan_uuid=plan.uuid, service_period_start="2026-02-01", service_period_end="2026-03-01"),
    ]
    invoices = [
        invoice_requests.invoice(line, external_id=f"inv_{n}", payments=[invoice_requests.paid(external_id=f"tr_{n}")])
        for n, line in enumerate(lines)
    ]
    invoice_requests.imported(known, *invoices, caller=Caller())
    Order.objects.update(updated=LONG_AGO)
    return Purchase.objects.get()


def have_changed() -> int:
    return Order.objects.filter(updated__gt=LONG_AGO).count()


def test_when_its_billing_system_cancels_a_subscription_of_it(subscribed):
    cancellations.add(subscribed, datetime(2026, 2, 20, tzinfo=UTC), by=None)
    assert have_changed() == 2


def test_not_when_a_subscription_is_looked_at_and_is_as_it_was(subscribed):
    refresh_purchases([subscribed])
    assert have_changed() == 0


def test_when_another_invoice_makes_its_subscription_past_due(subscribed):
    late = invoice_requests.line(
        plan_uuid=subscribed.product.uuid, service_period_start="2026-03-01", service_period_end="2026-04-01"
    )
    unpaid = invoice_requests.invoice(late, external_id="inv_3", due_date="2026-03-02", payments=[])
    invoice_requests.imported(subscribed.source_record.customer, unpaid, caller=Caller(username="other"))
    assert Purchase.objects.get().status == "RECYCLE_BILLING"
    assert have_changed() == 3


def test_a_row_that_a_merge_moved_says_when(store, placed):
    """A client that goes on from the latest `dateUpdated` would otherwise stay where it was, or drop the row."""
    parameters = {"dateRangeType": "dateUpdated", "startDate": "2021-01-01", "endDate": "2199-01-01"}
    owner = placed.source_record.customer
    for model in (Order, Purchase, Fulfillment, Transaction):
        model.objects.update(updated=LONG_AGO)
    survivor = CustomerFactory(first_name="Helena", last_name="Holý")
    merge(survivor, owner)
    moved_at = SourceRecord.objects.get(pk=placed.source_record_id).moved_at

    for path in ("order/query", "purchase/query", "fulfillment/query", "transactions/query"):
        result, message = store.caller.ask(path, **parameters)
        assert result == "SUCCESS"
        for row in message["data"]:
            assert (row["customerId"], row["dateUpdated"]) == (survivor.pk, f"{moved_at:%Y-%m-%d %H:%M:%S}")
            assert {parcel["dateUpdated"] for parcel in row.get("fulfillments", [])} <= {row["dateUpdated"]}


def test_a_row_that_was_changed_after_its_move_says_when_it_was_changed(store, placed):
    SourceRecord.objects.filter(pk=placed.source_record_id).update(moved_at=LONG_AGO)
    (row,) = store.caller.ask("order/query", orderId=placed.number)[1]["data"]
    assert row["dateUpdated"] == f"{Order.objects.get().updated:%Y-%m-%d %H:%M:%S}"
