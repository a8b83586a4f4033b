"""Import Upsale."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.test import Client

from customers.models import PaySource
from orders.models import Order, Purchase, Transaction
from tests.acts import make_pending_an_hour_old, refund, settle_pending
from tests.api.konnektive.konnektive_caller import answer_of
from tests.api.konnektive.store import SOFT, TIMES_OUT, VISA, Store
from tests.database import check_totals
from tests.tables import table


@pytest.fixture
def order(store):
    return store.order(**VISA)[1]["orderId"]


def upsell(store, order, *, key="", **sent):
    about = store.caller.login | {"orderId": order, "productId": store.monthly.pk, **sent}
    return answer_of(Client().post("/upsale/import/", about, headers={"Idempotency-Key": key} if key else {}))


def use_card(token):
    """From now on the card of the order answers as another does."""
    for card in PaySource.objects.all():
        card.token = token
        card.save()


def test_a_line_is_added_and_charged_to_the_card_of_the_order(store, order):
    result, message = upsell(store, order, productQty=2, productShipPrice="3.00", productSalesTax="0.50")
    assert (result, message["orderId"], message["totalAmount"]) == ("SUCCESS", order, "25.29")
    assert (message["shipTotal"], message["salesTax"], message["cardLast4"]) == ("3.00", "0.50", "4242")
    assert [item["price"] for item in message["items"].values()] == ["1.99", "19.80"]
    assert list(Transaction.objects.order_by("pk").values_list("amount", flat=True)) == [
        Decimal("1.99"),
        Decimal("23.30"),
    ]
    assert Purchase.objects.get().price == Decimal("19.80")
    assert store.caller.ask("order/query", orderId=order)[1]["data"][0]["hasUpsell"] is True
    check_totals()


def test_the_product_may_be_called_as_in_an_order(store, order):
    assert upsell(store, order, productId="", product1_id=store.video.pk)[1]["totalAmount"] == "3.98"


def test_a_declined_one_leaves_the_order_as_it_was(store, order):
    use_card("sandbox-soft-decline")
    assert upsell(store, order) == ("ERROR", "Transaction Declined: Insufficient funds.")
    kept = Order.objects.get()
    assert (kept.status, kept.total, kept.items.count(), kept.details) == (
        "COMPLETE",
        Decimal("1.99"),
        1,
        {"paySource": "CREDITCARD"},
    )
    assert not Purchase.objects.exists()
    check_totals()


def test_without_an_answer_it_is_added_when_it_is_settled(store, order):
    use_card("sandbox-times-out")
    assert upsell(store, order)[1]["totalAmount"] == "1.99"
    assert "has not answered yet" in upsell(store, order, productQty=2)[1]
    make_pending_an_hour_old()
    settle_pending()
    assert Order.objects.get().total == Decimal("11.89")
    assert Purchase.objects.get().status == "ACTIVE"
    check_totals()


def test_what_it_paid_can_be_refunded(store, order):
    upsell(store, order)
    upsale = Transaction.objects.get(amount="9.90")
    assert refund(Order.objects.get(), "9.90", sale=upsale.pk).status == "SUCCESS"
    check_totals()


@table("token", ["sandbox-approves", "sandbox-soft-decline"])
def test_the_same_request_sent_again_is_one_line_and_one_charge(store, order, token):
    use_card(token)
    assert upsell(store, order, key="k") == upsell(store, order, key="k")
    assert Transaction.objects.count() == 2
    assert "Nothing was done." in upsell(store, order, key="k", productQty="2")[1]


@table("token", ["sandbox-approves", "sandbox-soft-decline", "sandbox-times-out"])
def test_the_same_upsale_without_a_key_is_one_line_and_one_charge(store, order, token):
    use_card(token)
    first = upsell(store, order)
    assert upsell(store, order) == upsell(store, order, productPrice="9.90", product1_id=store.monthly.pk) == first
    assert Transaction.objects.count() == 2
    check_totals()


def test_an_upsale_that_is_wanted_again_or_says_something_else_is_another(store, order):
    upsell(store, order)
    again = [{"forceNew": 1}, {"productQty": 2}, {"productPrice": "9.80"}, {"productSalesTax": "1.00"}]
    assert [upsell(store, order, **sent)[0] for sent in again] == ["SUCCESS"] * 4
    assert upsell(store, order, productId=store.video.pk)[0] == "SUCCESS"
    assert Transaction.objects.count() == 7
    check_totals()


def test_the_same_upsale_of_another_order_is_another(store, order):
    other = store.order(**VISA)[1]["orderId"]
    assert {upsell(store, number)[1]["totalAmount"] for number in (order, other)} == {"11.89"}
    assert Transaction.objects.count() == 4


def test_the_same_upsale_at_one_moment_is_one_charge(run_together, transactional_db):
    store = Store()
    number = store.order(**VISA)[1]["orderId"]
    outcomes = run_together(*[lambda: upsell(store, number)] * 3)
    assert {result for result, _ in outcomes} == {"SUCCESS"}, outcomes
    assert Transaction.objects.count() == 2
    check_totals()


def test_to_an_order_that_was_not_paid_by_card_nothing_is_added(store):
    _, message = store.order()
    assert "not paid with a card" in upsell(store, message["orderId"])[1]


def test_to_a_declined_or_unanswered_order_nothing_is_added(store):
    for number in (SOFT, TIMES_OUT):
        store.order(**VISA | {"cardNumber": number})
        assert upsell(store, Order.objects.latest("pk").number)[0] == "ERROR"


def test_to_an_order_of_last_week_nothing_is_added(store, order):
    Order.objects.update(at=F("at") - timedelta(days=7))
    assert "more than a day ago" in upsell(store, order)[1]


@table(
    ("sent", "wrong"),
    [
        ({"orderId": ""}, {"orderId"}),
        ({"orderId": "0000000000"}, {"orderId"}),
        ({"productId": ""}, {"productId"}),
        ({"productId": "999"}, {"productId"}),
        ({"productPrice": "-1"}, {"productPrice"}),
        ({"productQty": "0"}, {"productQty"}),
        ({"productSalesTax": "0.001"}, {"productSalesTax"}),
        ({"replaceProductId": "1"}, {"replaceProductId"}),
    ],
)
def test_what_cannot_be_taken_is_named(store, order, sent, wrong):
    result, message = upsell(store, order, **sent)
    assert (result, set(message)) == ("ERROR", wrong)
    assert Transaction.objects.count() == 1


def test_what_costs_nothing_cannot_be_charged(store, order):
    assert upsell(store, order, productPrice="0")[0] == "ERROR"
