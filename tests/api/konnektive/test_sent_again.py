"""The same order sent again is one order and one charge."""

import pytest
from django.test import Client

from customers.models import Customer
from orders.models import IdempotencyKey, Order, Transaction
from tests.acts import erase
from tests.api.konnektive.caller import told
from tests.api.konnektive.sales import HELENA, SOFT, VISA, World
from tests.database import check_totals
from tests.recording_gateway import recording


def send(world, key="", **sent):
    about = {"campaignId": world.campaign.pk, "product1_id": world.video.pk, **HELENA, **VISA, **sent}
    headers = {"Idempotency-Key": key} if key else {}
    return told(Client().post("/order/import/", world.shop.login | about, headers=headers))


WAYS = pytest.mark.parametrize("way", [{"clientOrderId": "o-1"}, {"key": "k-1"}], ids=["client order id", "header"])


@WAYS
def test_it_is_answered_alike(world, way):
    assert send(world, **way) == send(world, **way)
    assert (Order.objects.count(), Transaction.objects.count()) == (1, 1)
    check_totals()


@WAYS
def test_a_declined_one_stays_declined(world, way):
    first = send(world, **way, cardNumber=SOFT)
    assert first == send(world, **way, cardNumber=SOFT) == ("ERROR", "Transaction Declined: Insufficient funds.")
    assert Transaction.objects.count() == 1


@WAYS
def test_one_that_says_something_else_is_told(world, way):
    send(world, **way)
    result, message = send(world, **way, product1_qty="2")
    assert result == "ERROR"
    assert "Nothing was done." in message
    assert Order.objects.count() == 1


@WAYS
def test_a_completed_lead_is_completed_once(world, way):
    _, lead = world.lead()
    assert send(world, **way, orderId=lead["orderId"]) == send(world, **way, orderId=lead["orderId"])
    assert Transaction.objects.count() == 1


def test_a_declined_lead_is_not_charged_again_by_the_same_request(world):
    _, lead = world.lead()
    sent = {"orderId": lead["orderId"], "cardNumber": SOFT}
    assert send(world, "k-1", **sent) == send(world, "k-1", **sent)
    assert Transaction.objects.count() == 1


def test_the_keys_of_another_caller_are_their_own(world):
    send(world, "k-1", clientOrderId="o-1")
    world.shop = type(world.shop)(username="other")
    assert send(world, "k-1", clientOrderId="o-1")[0] == "SUCCESS"
    assert Order.objects.count() == 2


def test_what_is_kept_of_a_request_knows_no_card(world):
    send(world, "k-1")
    digest = IdempotencyKey.objects.get().request_digest
    send(world, "k-2", cardNumber="5555555555554444")
    assert IdempotencyKey.objects.get(key="k-2").request_digest == digest


def test_a_customer_who_is_erased_takes_the_key_along(world):
    _, message = send(world, "k-1")
    customer = Customer.objects.get(pk=message["customerId"])
    erase(customer)
    assert not IdempotencyKey.objects.exists()


def test_a_key_that_is_too_long_is_an_error(world):
    assert send(world, "x" * 256)[0] == "ERROR"
    assert not Order.objects.exists()


@pytest.mark.parametrize("way", [{"clientOrderId": "o-1"}, {"key": "k-1"}, "lead"], ids=["id", "header", "lead"])
def test_both_at_one_moment_are_one_order_and_one_charge(transactional_db, run_together, way):
    world = World()
    with recording() as gateway:
        for _ in range(3):
            sent = {"orderId": world.lead(disableCustomerDedup=1)[1]["orderId"]} if way == "lead" else way
            outcomes = run_together(*[lambda sent=sent: send(world, **sent)] * 2)
            assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
            assert [result for result, _ in outcomes].count("SUCCESS") >= 1, outcomes
    times = 3 if way == "lead" else 1
    assert (Order.objects.count(), Transaction.objects.count(), len(gateway.requests)) == (times, times, times)
    check_totals()
