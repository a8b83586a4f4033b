"""What carts ask besides orders: their session, the products, and a declined order once more."""

import pytest

from orders.models import Transaction
from tests.factories import card, declined_order, paid_order

pytestmark = pytest.mark.django_db(transaction=True)


def click(world, **sent):
    return world.shop.ask("landers/clicks/import", **{"campaignId": world.campaign.pk, "pageType": "leadPage", **sent})


def test_a_click_gets_a_session_with_which_the_cart_goes_on(world):
    result, message = click(world)
    assert (result, len(message["sessionId"])) == ("SUCCESS", 32)
    assert click(world, sessionId=message["sessionId"])[1]["sessionId"] == message["sessionId"]
    assert click(world)[1]["sessionId"] != message["sessionId"]
    assert world.order(sessionId=message["sessionId"])[0] == "SUCCESS"


def test_a_click_of_no_campaign_is_refused(world):
    assert click(world, campaignId=0) == ("ERROR", {"campaignId": "This campaign does not exist."})
    assert list(click(world, sessionId="x" * 41)[1]) == ["sessionId"]


def test_products_are_listed_with_price_and_interval(world):
    result, message = world.shop.ask("product/query")
    assert (result, message["totalResults"]) == ("SUCCESS", 2)
    assert message["data"][1] == {
        "productId": world.monthly.pk,
        "productName": "Monthly",
        "productSku": "monthly",
        "price": "9.90",
        "currencyCode": "USD",
        "billingCycleType": "RECURRING",
        "billingInterval": 1,
        "billingIntervalUnit": "month",
    }
    (row,) = world.shop.ask("product/query", productId=world.video.pk)[1]["data"]
    assert (row["productSku"], row["billingCycleType"]) == ("video", "ONE_TIME")
    assert world.shop.ask("product/query", productSku="none")[0] == "ERROR"


def test_a_declined_order_is_charged_again_to_its_card(world):
    declined = declined_order()
    result, row = world.shop.ask("order/rerun", orderId=declined.number)
    assert (result, row["orderId"], row["orderStatus"]) == ("SUCCESS", declined.number, "COMPLETE")
    charges = Transaction.objects.count()
    assert world.shop.ask("order/rerun", orderId=declined.number)[0] == "ERROR"
    assert Transaction.objects.count() == charges


def test_a_charge_that_is_declined_again_says_so(world):
    declined = declined_order(token="sandbox-soft-decline")
    answer = world.shop.ask("order/rerun", orderId=declined.number)
    assert answer == ("ERROR", "Transaction Declined: Insufficient funds.")


def test_another_card_than_the_declined_one_is_not_charged(world):
    declined = declined_order(token="")
    card(declined)
    result, message = world.shop.ask("order/rerun", orderId=declined.number)
    assert (result, message) == ("ERROR", "The card of the declined sale is not on file with the gateway.")
    assert declined.transactions.count() == 1


def test_an_order_that_is_paid_or_declined_for_good_is_not_charged_again(world):
    for placed, words in (
        (paid_order(), "Only a declined order"),
        (declined_order("HARD_DECLINE"), "declined this sale permanently"),
    ):
        result, message = world.shop.ask("order/rerun", orderId=placed.number)
        assert result == "ERROR"
        assert words in message
    assert world.shop.ask("order/rerun", orderId="none")[1] == {"orderId": "This order does not exist."}
