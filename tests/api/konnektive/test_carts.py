"""What carts ask besides orders: their session, the products, and a declined order once more."""

import pytest

from orders.models import Transaction
from tests.factories import card, declined_order, paid_order

pytestmark = pytest.mark.django_db(transaction=True)


def click(store, **sent):
    return store.caller.ask(
        "landers/clicks/import", **{"campaignId": store.campaign.pk, "pageType": "leadPage", **sent}
    )


def test_a_click_gets_a_session_with_which_the_cart_goes_on(store):
    result, message = click(store)
    assert (result, len(message["sessionId"])) == ("SUCCESS", 32)
    assert click(store, sessionId=message["sessionId"])[1]["sessionId"] == message["sessionId"]
    assert click(store)[1]["sessionId"] != message["sessionId"]
    assert store.order(sessionId=message["sessionId"])[0] == "SUCCESS"


def test_a_click_of_no_campaign_is_refused(store):
    assert click(store, campaignId=0) == ("ERROR", {"campaignId": "This campaign does not exist."})
    assert list(click(store, sessionId="x" * 41)[1]) == ["sessionId"]


def test_products_are_listed_with_price_and_interval(store):
    result, message = store.caller.ask("product/query")
    assert (result, message["totalResults"]) == ("SUCCESS", 2)
    assert message["data"][1] == {
        "productId": store.monthly.pk,
        "productName": "Monthly",
        "productSku": "monthly",
        "price": "9.90",
        "currencyCode": "USD",
        "billingCycleType": "RECURRING",
        "billingInterval": 1,
        "billingIntervalUnit": "month",
    }
    (row,) = store.caller.ask("product/query", productId=store.video.pk)[1]["data"]
    assert (row["productSku"], row["billingCycleType"]) == ("video", "ONE_TIME")
    assert store.caller.ask("product/query", productSku="none")[0] == "ERROR"


def test_a_declined_order_is_charged_again_to_its_card(store):
    declined = declined_order()
    result, row = store.caller.ask("order/rerun", orderId=declined.number)
    assert (result, row["orderId"], row["orderStatus"]) == ("SUCCESS", declined.number, "COMPLETE")
    charges = Transaction.objects.count()
    assert store.caller.ask("order/rerun", orderId=declined.number)[0] == "ERROR"
    assert Transaction.objects.count() == charges


def test_a_charge_that_is_declined_again_says_so(store):
    declined = declined_order(token="sandbox-soft-decline")
    answer = store.caller.ask("order/rerun", orderId=declined.number)
    assert answer == ("ERROR", "Transaction Declined: Insufficient funds.")


def test_another_card_than_the_declined_one_is_not_charged(store):
    declined = declined_order(token="")
    card(declined)
    result, message = store.caller.ask("order/rerun", orderId=declined.number)
    assert (result, message) == ("ERROR", "The card of the declined sale is not on file with the gateway.")
    assert declined.transactions.count() == 1


def test_an_order_that_is_paid_or_declined_for_good_is_not_charged_again(store):
    for placed, words in (
        (paid_order(), "Only a declined order"),
        (declined_order("HARD_DECLINE"), "declined this sale permanently"),
    ):
        result, message = store.caller.ask("order/rerun", orderId=placed.number)
        assert result == "ERROR"
        assert words in message
    assert store.caller.ask("order/rerun", orderId="none")[1] == {"orderId": "This order does not exist."}
