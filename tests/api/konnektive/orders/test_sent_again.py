"""The same order sent again is one order and one charge."""

import pytest
from django.test import Client

from customers.models import Customer, DeletedRow
from orders.models import ErasedId, IdempotencyKey, Order, Transaction
from tests.acts import erase
from tests.api.konnektive.konnektive_caller import answer_of
from tests.api.konnektive.store import HELENA, SOFT, VISA, Store
from tests.database import check_totals
from tests.recording_gateway import recording
from tests.tables import table


def send(store, key="", **sent):
    about = {"campaignId": store.campaign.pk, "product1_id": store.video.pk, **HELENA, **VISA, **sent}
    headers = {"Idempotency-Key": key} if key else {}
    return answer_of(Client().post("/order/import/", store.caller.login | about, headers=headers))


WAYS = pytest.mark.parametrize("way", [{"clientOrderId": "o-1"}, {"key": "k-1"}], ids=["client order id", "header"])


@WAYS
def test_it_is_answered_alike(store, way):
    assert send(store, **way) == send(store, **way)
    assert (Order.objects.count(), Transaction.objects.count()) == (1, 1)
    check_totals()


@WAYS
def test_a_declined_one_stays_declined(store, way):
    first = send(store, **way, cardNumber=SOFT)
    assert first == send(store, **way, cardNumber=SOFT) == ("ERROR", "Transaction Declined: Insufficient funds.")
    assert Transaction.objects.count() == 1


@WAYS
@table(
    "other",
    [
        {"product1_qty": "2"},
        {"firstName": "Ida", "lastName": "First", "emailAddress": "ida@first.com", "phoneNumber": ""},
        {"phoneNumber": "+420 2 4177 0450"},
        {"city": "Brno"},
        {"shipAddress1": "Rilská 1"},
        {"cardNumber": "5555555555554444"},
        {"couponCode": "SPRING"},
    ],
)
def test_one_that_says_something_else_is_told(store, way, other):
    send(store, **way)
    result, message = send(store, **way, **other)
    assert result == "ERROR"
    assert "Nothing was done." in message
    assert (Order.objects.count(), Transaction.objects.count(), Customer.objects.count()) == (1, 1, 1)


def test_two_shops_behind_one_login_that_both_number_their_orders_from_one(store):
    ida = {"firstName": "Ida", "lastName": "First", "emailAddress": "ida@first.com", "phoneNumber": ""}
    udo = {"firstName": "Udo", "lastName": "Second", "emailAddress": "udo@second.com", "phoneNumber": ""}
    _, first = send(store, clientOrderId="1001", **ida)
    result, message = send(store, clientOrderId="1001", **udo)
    assert (result, "Nothing was done." in message) == ("ERROR", True)
    assert send(store, clientOrderId="1001", **ida)[1]["orderId"] == first["orderId"]
    assert send(store, clientOrderId="1002", **udo)[0] == "SUCCESS"


def test_a_repeat_of_an_order_that_got_an_upsale_is_still_the_first_order(store):
    _, first = send(store, clientOrderId="o-1")
    store.caller.ask("upsale/import", orderId=first["orderId"], productId=store.monthly.pk)
    assert send(store, clientOrderId="o-1")[1]["orderId"] == first["orderId"]


@WAYS
def test_an_order_taken_in_before_orders_had_a_digest_is_compared_by_its_own_values(store, way):
    first = send(store, **way)
    Order.objects.update(sent_digest="")
    assert send(store, **way) == first
    assert send(store, **way, firstName="Ida")[0] == "ERROR"


@WAYS
def test_a_repeat_is_recognised_while_the_old_secret_key_is_a_fallback(store, settings, way):
    first = send(store, **way)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the new one"
    assert send(store, **way) == first


@WAYS
def test_a_completed_lead_is_completed_once(store, way):
    _, lead = store.lead()
    assert send(store, **way, orderId=lead["orderId"]) == send(store, **way, orderId=lead["orderId"])
    assert Transaction.objects.count() == 1


def test_a_declined_lead_is_not_charged_again_by_the_same_request(store):
    _, lead = store.lead()
    sent = {"orderId": lead["orderId"], "cardNumber": SOFT}
    assert send(store, "k-1", **sent) == send(store, "k-1", **sent)
    assert Transaction.objects.count() == 1


def test_the_keys_of_another_caller_are_their_own(store):
    send(store, "k-1", clientOrderId="o-1")
    store.caller = type(store.caller)(username="other")
    assert send(store, "k-1", clientOrderId="o-1")[0] == "SUCCESS"
    assert Order.objects.count() == 2


def test_of_a_security_code_not_even_a_digest_is_kept(store):
    send(store, "k-1")
    digest = IdempotencyKey.objects.get().request_digest
    send(store, "k-2", cardSecurityCode="321")
    assert IdempotencyKey.objects.get(key="k-2").request_digest == digest


@pytest.fixture
def erased(store):
    """Erases the customer of an order that was sent."""

    def act(message) -> None:
        erase(Customer.objects.get(pk=message["customerId"]))
        assert not IdempotencyKey.objects.exists()

    return act


@WAYS
@table("is_rotated", [False, True])
def test_the_order_of_an_erased_customer_is_not_placed_again_by_the_same_call(store, erased, settings, way, is_rotated):
    erased(send(store, **way)[1])
    if is_rotated:
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the new one"
    result, message = send(store, **way)
    assert (result, "erased" in message) == ("ERROR", True)
    assert not Transaction.objects.exists()
    assert not Customer.objects.filter(erased_at=None).exists()


@WAYS
def test_neither_is_the_order_of_a_customer_who_was_merged_into_the_erased_one(store, erased, way):
    _, first = send(store, **way)
    _, other = send(store, disableCustomerDedup=1)
    told_of = store.caller.ask("customer/merge", customerId=other["customerId"], mergeCustomerIds=first["customerId"])
    assert told_of[0] == "SUCCESS"
    erased(other)
    assert "erased" in send(store, **way)[1]


def test_a_new_order_of_an_erased_person_is_welcome(store, erased):
    erased(send(store, "k-1", clientOrderId="o-1")[1])
    result, message = send(store, "k-2", clientOrderId="o-2")
    assert result == "SUCCESS"
    assert Customer.objects.filter(erased_at=None).get().pk == message["customerId"]


def test_what_is_kept_of_an_erased_order_are_digests(store, erased):
    erased(send(store, "hholy@gmail.com", clientOrderId="hholy@gmail.com")[1])
    assert {len(row.digest) for row in ErasedId.objects.all()} == {64}
    assert ErasedId.objects.count() == 2


def test_a_call_that_names_an_erased_order_or_what_belonged_to_it_says_that_it_was_erased(store, erased):
    lead = store.lead()[1]
    erased(lead)
    for call in ("order/import", "leads/import", "order/refund", "order/cancel"):
        sent = {
            "orderId": lead["orderId"],
            "campaignId": store.campaign.pk,
            "product1_id": store.video.pk,
            "cancelReason": "x",
            "fullRefund": 1,
        }
        assert store.caller.ask(call, **sent, paySource="PREPAID")[1] == {"orderId": "This order was erased."}, call
    for kind, call in (
        ("purchase", "purchase/cancel"),
        ("fulfillment", "fulfillment/update"),
        ("member", "members/reactivate"),
    ):
        DeletedRow.objects.create(kind=kind, key="12")
        about = {"clubId": "club", "cancelReason": "x", "fulfillmentStatus": "SHIPPED"}
        answers = [store.caller.ask(call, **about, **{f"{kind}Id": number})[1][f"{kind}Id"] for number in (12, 13)]
        assert ("erased" in answers[0], "does not exist" in answers[1]) == (True, True), answers


def test_a_lead_of_an_erased_person_is_not_made_again_by_the_same_call(store, erased):
    lead = {"campaignId": store.campaign.pk, **HELENA, **store.caller.login}

    def send_lead():
        return answer_of(Client().post("/leads/import/", lead, headers={"Idempotency-Key": "k-1"}))

    erased(send_lead()[1])
    assert "erased" in send_lead()[1]


def test_a_key_that_is_too_long_is_an_error(store):
    assert send(store, "x" * 256)[0] == "ERROR"
    assert not Order.objects.exists()


@pytest.mark.parametrize("way", [{"clientOrderId": "o-1"}, {"key": "k-1"}, "lead"], ids=["id", "header", "lead"])
def test_both_at_one_moment_are_one_order_and_one_charge(transactional_db, run_together, way):
    store = Store()
    with recording() as gateway:
        for _ in range(3):
            sent = {"orderId": store.lead(disableCustomerDedup=1)[1]["orderId"]} if way == "lead" else way
            outcomes = run_together(*[lambda sent=sent: send(store, **sent)] * 2)
            assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
            assert [result for result, _ in outcomes].count("SUCCESS") >= 1, outcomes
    times = 3 if way == "lead" else 1
    assert (Order.objects.count(), Transaction.objects.count(), len(gateway.requests)) == (times, times, times)
    check_totals()
