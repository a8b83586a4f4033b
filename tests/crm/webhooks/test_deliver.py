"""Events reach a receiver signed, in order per customer, again and again until it takes them."""

from datetime import timedelta
from itertools import pairwise
from threading import Event

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.webhooks import endpoints
from crm.webhooks.claims import claim, note
from crm.webhooks.deliver import deliver_due
from crm.webhooks.hand_out import fill_queue
from crm.webhooks.models import Attempt, Delivery, DeliveryState, WebhookEndpoint
from crm.webhooks.post import Reply
from customers.models import Customer, EventKind
from tests.crm.jobs.worker_processes import worker_process
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db


def fail_for(receiver, *customers: int, status: int = 503) -> None:
    receiver.answers = lambda body: status if body["data"]["customer"]["id"] in customers else 204


def states() -> list[str]:
    return list(Delivery.objects.exclude(event=None).order_by("at", "event_id").values_list("state", flat=True))


def in_time(**later: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**later), tick=True)


def test_an_event_arrives_signed_with_its_id_and_once(endpoint, receiver, happen):
    event = happen(7, kind=EventKind.CUSTOMER_MERGED, into=3)
    assert (deliver_due(), deliver_due()) == (1, 0)

    assert receiver.ids == [event.uuid]
    assert receiver.requests[0]["path"] == "/hook?tenant=7"
    assert receiver.requests[0]["content-type"] == "application/json"
    assert receiver.bodies[0]["type"] == "customer.merged"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)
    endpoint.refresh_from_db()
    assert endpoint.delivered_at == delivery.sent_at


def test_what_happened_before_an_endpoint_was_added_is_not_sent(receiver, happen):
    happen(1)
    _, receiver.secret = endpoints.add(name="Warehouse", url=receiver.url, kinds=[], by=None)
    happen(2)
    deliver_due()
    assert receiver.customers == [2]


def test_only_the_kinds_that_were_chosen_are_sent(endpoint, receiver, happen):
    endpoints.change(endpoint, name="Warehouse", url=receiver.url, kinds=["customer.merged"], by=None)
    happen(1)
    happen(2, kind=EventKind.CUSTOMER_MERGED)
    deliver_due()
    assert receiver.customers == [2]


def test_events_that_nobody_wants_keep_none_that_is_wanted(endpoint, receiver, happen, monkeypatch):
    monkeypatch.setattr("crm.webhooks.hand_out.BATCH", 3)
    endpoints.change(endpoint, name="Warehouse", url=receiver.url, kinds=["customer.merged"], by=None)
    for customer in range(10):
        happen(customer)
    for customer in range(10, 15):
        happen(customer, kind=EventKind.CUSTOMER_MERGED)
    deliver_due()
    assert sorted(receiver.customers) == [*range(10, 15)]


def test_events_of_a_customer_arrive_in_order(endpoint, receiver, happen):
    for number in range(30):
        happen(number % 3, order=str(number))
    deliver_due()
    for customer in range(3):
        numbers = [int(body["data"]["order"]) for body in receiver.bodies if body["data"]["customer"]["id"] == customer]
        assert numbers == list(range(customer, 30, 3))


def test_deliveries_are_composed_together_and_each_has_its_own_body(endpoint, receiver, happen, monkeypatch):
    monkeypatch.setattr("crm.webhooks.prepared_bodies.FRESH", 60)
    for number in range(20):
        happen(customer_with_order(email=f"c{number}@reunite.cz").pk, order=str(number))
    fill_queue(endpoint)
    waiting = Delivery.objects.filter(customer__isnull=False).count()
    with CaptureQueriesContext(connection) as queries:
        assert deliver_due() == waiting
    composing = [query for query in queries if 'FROM "customers_customer"' in query["sql"]]
    # Two statements for all that is due at one moment, which is one of each customer. By itself each had two.
    assert 0 < len(composing) <= waiting // 3
    sent = {body["data"]["customer"]["id"]: body["data"]["customer"]["uuid"] for body in receiver.bodies}
    assert sent == dict(Customer.objects.values_list("pk", "uuid"))


def test_later_events_wait_for_one_that_fails_and_other_customers_go_on(endpoint, receiver, happen):
    fail_for(receiver, 1)
    for customer in (1, 1, 2, 2):
        happen(customer)
    deliver_due()
    assert sorted(receiver.customers) == [1, 2, 2]

    fail_for(receiver)
    with in_time(seconds=7):
        deliver_due()
    assert receiver.customers[3:] == [1, 1]
    assert receiver.ids[3] == receiver.ids[receiver.customers.index(1)]


def test_a_merge_waits_for_the_events_of_both_and_both_wait_for_it(endpoint, receiver, happen):
    fail_for(receiver, 1)
    happen(1)
    happen(2, kind=EventKind.CUSTOMER_MERGED, into=1)
    happen(2)
    deliver_due()
    assert receiver.customers == [1]

    fail_for(receiver)
    with in_time(seconds=7):
        deliver_due()
    assert receiver.customers == [1, 1, 2, 2]


def test_the_pauses_between_attempts_grow_until_three_days_are_over(endpoint, receiver, happen):
    fail_for(receiver, 1)
    happen(1)
    times = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        began = timezone.now()
        for _ in range(100):
            deliver_due()
            delivery = Delivery.objects.get()
            times.append(timezone.now() - began)
            if delivery.state != DeliveryState.WAITING:
                break
            clock.move_to(max(delivery.next_at, WebhookEndpoint.objects.get().rests_until or delivery.next_at))

    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert timedelta(seconds=5) <= pauses[0] < timedelta(seconds=7)
    assert pauses[:7] == sorted(pauses[:7])
    assert timedelta(hours=2) <= pauses[7] < timedelta(hours=2.5)
    assert timedelta(days=3) <= times[-1] < timedelta(days=3, minutes=10)
    assert delivery.state == DeliveryState.GIVEN_UP
    assert (len(receiver.ids), len(set(receiver.ids))) == (delivery.attempts, 1) == (Attempt.objects.count(), 1)

    endpoint.refresh_from_db()
    assert endpoint.pause_reason == "Every delivery failed for three days."


def test_a_delivery_that_alone_fails_is_given_up_and_its_customer_goes_on(endpoint, receiver, happen):
    receiver.answers = lambda body: 400 if body["data"].get("order") == "bad" else 204
    happen(1, order="bad")
    happen(1)
    deliver_due()
    Delivery.objects.filter(attempts=1).update(attempts=9, next_at=timezone.now(), given_up_at=timezone.now())
    deliver_due()
    assert states() == [DeliveryState.GIVEN_UP, DeliveryState.DELIVERED]
    endpoint.refresh_from_db()
    assert not endpoint.is_paused


def test_an_endpoint_that_fails_again_and_again_is_asked_by_one_request_at_a_time(endpoint, receiver, happen):
    fail_for(receiver, *range(50))
    for customer in range(50):
        happen(customer)
    deliver_due()
    assert 5 <= len(receiver.ids) <= 8  # those that were under way when it was too much

    receiver.answers = lambda body: 500
    endpoints.send_test(endpoint)  # asked at once by a person
    assert deliver_due() == 1
    asked = len(receiver.ids)
    with in_time(minutes=1):
        deliver_due()
        assert len(receiver.ids) == asked + 1
        fail_for(receiver)
    with in_time(minutes=10):
        deliver_due()
    assert {*states()} == {DeliveryState.DELIVERED}


def test_an_endpoint_that_does_not_answer_keeps_no_other_waiting(endpoint, receiver, start_receiver, happen):
    slow = start_receiver()
    _, slow.secret = endpoints.add(name="Slow", url=slow.url, kinds=[], by=None)
    others_arrived = Event()
    slow.answers = lambda body: 204 if others_arrived.wait(timeout=5) else 500
    receiver.answers = lambda body: others_arrived.set() or 204 if len(receiver.ids) == 20 else 204
    for customer in range(20):
        happen(customer)
    deliver_due()
    assert {*states()} == {DeliveryState.DELIVERED}


def test_a_paused_endpoint_gets_what_happened_meanwhile_once_it_is_resumed(endpoint, receiver, happen, nobody):
    endpoints.pause(endpoint, by=nobody)
    happen(1)
    happen(2)
    deliver_due()
    assert (receiver.ids, states()) == ([], [DeliveryState.WAITING] * 2)

    endpoints.resume(endpoint, by=None)
    deliver_due()
    assert sorted(receiver.customers) == [1, 2]


def test_a_receiver_that_is_gone_is_paused_at_once(endpoint, receiver, happen):
    fail_for(receiver, 1, status=410)
    happen(1)
    deliver_due()
    endpoint.refresh_from_db()
    assert endpoint.is_paused
    assert "410 Gone" in endpoint.pause_reason
    assert states() == [DeliveryState.WAITING]


def test_a_test_is_sent_once_also_to_a_paused_endpoint(endpoint, receiver, happen, nobody):
    receiver.answers = lambda body: 500
    endpoints.pause(endpoint, by=nobody)
    happen(1)
    endpoints.send_test(endpoint)
    deliver_due()
    assert receiver.bodies[0]["type"] == "webhook.test"
    assert Delivery.objects.get(kind="webhook.test").state == DeliveryState.GIVEN_UP
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_what_a_killed_worker_had_claimed_is_sent_by_another(endpoint, receiver, happen):
    happen(1)
    happen(1)
    fill_queue(endpoint)
    lost = claim(Delivery.objects.earliest("pk").pk)
    assert deliver_due() == 0  # the claim holds, and the later event waits

    with in_time(minutes=3):
        assert deliver_due() == 2
        note(lost, Reply(None, "The connection failed.", 1), sent_at=timezone.now())
    assert states() == [DeliveryState.DELIVERED] * 2
    assert Attempt.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_loses_nothing(endpoint, receiver, happen):
    asked, is_killed = Event(), Event()
    receiver.answers = lambda body: asked.set() or (is_killed.wait(timeout=20) and 204)
    first, second = happen(1), happen(1)
    worker = worker_process(module="tests.crm.webhooks.sending_worker")
    assert asked.wait(timeout=20)
    worker.kill()
    worker.wait()
    is_killed.set()

    assert deliver_due() == 0  # its claim holds for now
    with in_time(minutes=3):
        assert deliver_due() == 2
    assert receiver.ids == [first.uuid, first.uuid, second.uuid]
    assert states() == [DeliveryState.DELIVERED] * 2


def test_workers_at_one_moment_send_nothing_twice(run_together, endpoint, receiver, happen):
    for number in range(40):
        happen(number % 20)
    run_together(*[deliver_due] * 3)
    assert (len(receiver.ids), len(set(receiver.ids))) == (40, 40)
