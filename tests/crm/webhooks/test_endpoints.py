"""Endpoints, their secrets, and replays."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from crm.webhooks import endpoints, replay
from crm.webhooks.addresses import TargetRefusedError
from crm.webhooks.claims import claim
from crm.webhooks.deliver import deliver_due
from crm.webhooks.hand_out import fill_queue
from crm.webhooks.models import Delivery, DeliveryState, EndpointSecret, WebhookEndpoint
from crm.webhooks.purge import purge_deliveries
from crm.webhooks.queue import put_back
from customers.models import Event, EventKind
from tests.query_costs import analyze, plan_of

pytestmark = pytest.mark.django_db


def test_an_endpoint_inside_is_neither_added_nor_changed_to(endpoint):
    with pytest.raises(TargetRefusedError):
        endpoints.add(name="Inside", url="https://10.0.0.1/", kinds=[], by=None)
    with pytest.raises(TargetRefusedError):
        endpoints.change(endpoint, name="Inside", url="https://10.0.0.1/", kinds=[], by=None)
    assert list(WebhookEndpoint.objects.values_list("url", flat=True)) == [endpoint.url]


def test_what_failed_at_the_old_url_is_sent_to_the_new_one_at_once(endpoint, receiver, start_receiver, happen):
    receiver.answers = lambda body: 500
    for customer in range(9):
        happen(customer)
    deliver_due()
    new = start_receiver(secret=receiver.secret)
    endpoints.change(endpoint, name="Warehouse", url=new.url, kinds=[], by=None)
    deliver_due()
    assert sorted(new.customers) == [*range(9)]


def test_a_deleted_endpoint_gets_nothing(endpoint, receiver, happen):
    happen(1)
    fill_queue(endpoint)
    endpoints.delete(endpoint, by=None)
    assert (deliver_due(), claim(Delivery.objects.get().pk)) == (0, None)


def test_there_are_not_more_endpoints_than_pages_can_show(endpoint, monkeypatch):
    monkeypatch.setattr(endpoints, "MOST_ENDPOINTS", 1)
    with pytest.raises(endpoints.EndpointError, match="There are 1 endpoints already"):
        endpoints.add(name="Another", url=endpoint.url, kinds=[], by=None)


def test_a_secret_is_not_readable_in_the_database(endpoint, receiver, settings):
    stored = EndpointSecret.objects.get().encrypted
    assert receiver.secret.removeprefix("whsec_") not in stored
    assert endpoints.secrets_of(endpoint, at=timezone.now()) == [receiver.secret]

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert endpoints.secrets_of(endpoint, at=timezone.now()) == [receiver.secret]


def test_an_endpoint_whose_secret_cannot_be_read_is_paused(endpoint, receiver, happen, settings):
    happen(1)
    settings.SECRET_KEY = "another"
    deliver_due()
    endpoint.refresh_from_db()
    assert (receiver.ids, endpoint.pause_reason) == (
        [],
        "Its secret cannot be read since the key of stored secrets was changed. Rotate it.",
    )


def test_while_a_secret_is_rotated_both_verify(endpoint, receiver, happen):
    old = receiver.secret
    new = endpoints.rotate(endpoint, keep_old_for=timedelta(days=1), by=None)
    happen(1)
    deliver_due()  # the receiver has verified by the old one
    request = receiver.requests[0]
    assert len(request["webhook-signature"].split()) == 2

    receiver.secret = new
    happen(1)
    deliver_due()
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        happen(1)
        deliver_due()
    assert len(receiver.bodies) == 3
    assert len(receiver.requests[-1]["webhook-signature"].split()) == 1
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify("{}", receiver.requests[-1])


def test_a_third_secret_ends_the_first_at_once(endpoint, receiver):
    second = endpoints.rotate(endpoint, keep_old_for=timedelta(days=1), by=None)
    third = endpoints.rotate(endpoint, keep_old_for=timedelta(days=1), by=None)
    assert endpoints.secrets_of(endpoint, at=timezone.now()) == [third, second]


def test_a_secret_that_leaked_is_replaced_at_once(endpoint):
    new = endpoints.rotate(endpoint, keep_old_for=timedelta(), by=None)
    assert endpoints.secrets_of(endpoint, at=timezone.now()) == [new]


def test_a_replay_sends_all_events_since_a_time_again_in_order_with_their_ids(endpoint, receiver, happen, nobody):
    events = [happen(number) for number in (1, 2, 1)]
    deliver_due()
    Delivery.objects.filter(event=events[1]).delete()  # purged meanwhile
    Event.objects.filter(pk=events[0].pk).update(at=events[1].at - timedelta(seconds=1))

    replay.start(endpoint, since=events[1].at, by=nobody)
    new = happen(3)
    deliver_due()
    deliver_due()
    assert sorted(receiver.ids[3:]) == sorted(event.uuid for event in (*events[1:], new))
    assert (endpoint.replays.get().events, endpoint.replays.get().ended is None) == (2, False)


def test_a_replay_is_put_in_the_queue_bit_by_bit(endpoint, receiver, happen, nobody, monkeypatch):
    monkeypatch.setattr("crm.webhooks.hand_out.MOST_REPLAYED", 2)
    since = timezone.now() - timedelta(minutes=1)
    for _ in range(7):
        happen(1)
    deliver_due()
    replay.start(endpoint, since=since, by=nobody)
    deliver_due()
    deliver_due()
    assert receiver.ids[7:] == receiver.ids[:7]


def test_a_replay_of_some_kinds_leaves_the_others_out(endpoint, receiver, happen, nobody):
    happen(1)
    merged = happen(2, kind=EventKind.CUSTOMER_MERGED)
    deliver_due()
    since = timezone.now() - timedelta(minutes=1)
    replay.start(endpoint, since=since, kinds=["customer.merged"], by=nobody)
    deliver_due()
    assert receiver.ids[2:] == [merged.uuid]


def test_events_to_replay_are_counted_up_to_a_limit_and_rare_kinds_through_their_index(endpoint):
    since = timezone.now() - timedelta(minutes=1)
    rare, common = EventKind.CUSTOMER_MERGED, EventKind.ORDER_CREATED
    Event.objects.bulk_create(Event(kind=kind, customer=1) for kind in [*[common] * 600, *[rare] * 3])
    analyze()
    endpoint.handed_out_at, endpoint.handed_out_pk = timezone.now() + timedelta(minutes=1), 0
    assert replay.count_events(endpoint, since, [], most=10) == 11
    with CaptureQueriesContext(connection) as queries:
        assert replay.count_events(endpoint, since, [rare, EventKind.CUSTOMER_SPLIT], most=10) == 3
    endpoint.kinds = [common, rare]
    assert replay.count_events(endpoint, since, [], most=700) == 603
    assert replay.count_events(endpoint, since, [rare], most=1) == 2
    assert {"event_of_kind" in plan_of(query["sql"]) for query in queries} == {True}


def test_a_replay_of_nothing_and_a_second_one_are_refused(endpoint, happen, nobody):
    since = timezone.now() - timedelta(minutes=1)
    with pytest.raises(replay.ReplayError, match="No events to replay"):
        replay.start(endpoint, since=since, by=nobody)
    happen(1)
    deliver_due()
    replay.start(endpoint, since=since, by=nobody)
    with pytest.raises(replay.ReplayError, match="has not ended yet"):
        replay.start(endpoint, since=since, by=nobody)
    replay.cancel(endpoint, by=nobody)
    replay.start(endpoint, since=since, by=nobody)


def test_what_was_given_up_is_sent_again_and_retried_as_if_it_were_new(endpoint, receiver, happen):
    happen(1)
    deliver_due()
    Delivery.objects.update(state=DeliveryState.GIVEN_UP, attempts=40, given_up_at=timezone.now())
    assert put_back(Delivery.objects.all()) == 1
    assert put_back(Delivery.objects.all()) == 0  # it waits already
    deliver_due()
    assert receiver.ids[0] == receiver.ids[1]
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_old_deliveries_are_deleted_and_those_that_wait_are_kept(endpoint, happen, settings):
    for _ in range(3):
        happen(1)
    deliver_due()
    old = timezone.now() - timedelta(days=settings.WEBHOOK_DAYS, minutes=1)
    first, second, _ = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk__in=[first.pk, second.pk]).update(sent_at=old)
    Delivery.objects.filter(pk=second.pk).update(state=DeliveryState.WAITING)
    assert purge_deliveries() == 1
    assert not Delivery.objects.filter(pk=first.pk).exists()
    assert Delivery.objects.count() == 2


def test_who_added_an_endpoint_gets_an_email_when_it_pauses_itself(
    endpoint, nobody, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://reunite.example"
    WebhookEndpoint.objects.update(by=nobody)
    type(nobody).objects.update(email="admin@reunite.cz")
    endpoint.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        endpoints.pause_by_itself(endpoint, "Every delivery failed for three days.")
        endpoints.pause_by_itself(endpoint, "Every delivery failed for three days.")
    assert [mail.to for mail in mailoutbox] == [["admin@reunite.cz"]]
    assert "Every delivery failed for three days." in mailoutbox[0].body
