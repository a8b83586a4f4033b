"""Subscription events: kept, told, and what follows from a cancellation."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from chartmogul import SubscriptionEvent as Client
from django.core.management import call_command
from django.utils import timezone

from customers.models import Customer, HistoryEntry
from orders.models import SubscriptionEvent
from tests.api.chartmogul.invoices.invoice_requests import (
    FEBRUARY,
    JANUARY,
    check,
    imported,
    invoice,
    known,
    line,
    purchase,
    source,
)
from tests.tables import table

pytestmark = pytest.mark.django_db

TENTH = "2016-01-10T00:00:00.000Z"


def cancelled(**values):
    about = {
        "external_id": "ev_1",
        "data_source_uuid": source().uuid,
        "customer_external_id": "scus_1",
        "event_type": "subscription_cancelled",
        "event_date": JANUARY,
        "effective_date": TENTH,
        "subscription_external_id": "sub_1",
    }
    return about | values


def send(caller, **values):
    return caller.post("subscription_events", {"subscription_event": cancelled(**values)})


def known_as(**values):
    return {"subscription_event": {"data_source_uuid": source().uuid, "external_id": "ev_1", **values}}


@pytest.fixture
def january(caller, helena):
    return imported(helena, invoice(line()), caller=caller)[0]


def test_an_event_is_told_as_recorded(caller, helena):
    more = {
        "plan_external_id": "gold", "currency": "USD", "amount_in_cents": 1000, "tax_amount_in_cents": -5,
        "quantity": 2, "event_order": 7, "retracted_event_id": "ev_0", "subscription_set_external_id": "set",
    }  # fmt: skip
    response = send(caller, **more)
    assert response.status_code == 201
    event = SubscriptionEvent.objects.get()
    assert response.json() == {
        "id": event.pk, **cancelled(), **more, "errors": {}, "disabled": False, "disabled_at": None,
        "disabled_by": None, "created_at": response.json()["created_at"], "updated_at": response.json()["updated_at"],
    }  # fmt: skip
    assert "Added the event “subscription cancelled” of subscription" in HistoryEntry.objects.get(by=caller.user).text


@table("way", ["in the envelope", "beside it", "bare"])
def test_an_event_is_disabled_however_it_is_wrapped(caller, helena, way):
    send(caller)
    ids = known_as()["subscription_event"]
    body = {
        "in the envelope": {"subscription_event": ids | {"disabled": True}},
        "beside it": {"subscription_event": ids, "disabled": True},
        "bare": ids | {"disabled": True},
    }[way]
    response = caller.patch("subscription_events/disabled_state", body)
    assert (response.status_code, response.json()["disabled"]) == (200, True)


@pytest.mark.parametrize("blank", ["", " "])
def test_an_empty_number_of_an_event_counts_as_not_sent(caller, helena, blank):
    numbers = ("amount_in_cents", "tax_amount_in_cents", "quantity", "event_order")
    response = send(caller, currency="USD", **dict.fromkeys(numbers, blank))
    assert response.status_code == 201
    assert {response.json()[name] for name in numbers} == {None}
    sent = send(caller, external_id="ev_2", currency="USD", **dict.fromkeys(numbers, 7)).json()
    changed = known_as(external_id="ev_2", id="", **dict.fromkeys(numbers, blank))
    assert caller.patch("subscription_events", changed).json() | {"updated_at": ""} == sent | {"updated_at": ""}


def test_an_event_may_come_bare_and_without_what_it_does_not_say(caller, helena):
    sent = cancelled()
    del sent["external_id"]
    shown = caller.post("subscription_events", sent).json()
    assert (shown["external_id"], shown["quantity"], shown["amount_in_cents"]) == (None, None, None)
    caller.post("subscription_events", sent)
    assert SubscriptionEvent.objects.count() == 2


def test_a_cancellation_ends_the_subscription_as_long_as_it_stands(caller, helena, january):
    uuid = send(caller).json()["id"]
    assert (purchase().status, purchase().cancelled_at.day) == ("CANCELLED", 10)
    assert Customer.objects.get(pk=helena.pk).billing_status == "cancelled"
    check()
    caller.patch("subscription_events", known_as(effective_date="2016-01-15"))
    assert (purchase().cancelled_at.day, purchase().past_cancellations) == (15, [])
    caller.patch(f"subscription_events/{uuid}/disabled_state", {"disabled": True})
    assert (purchase().status, purchase().cancelled_at) == ("ACTIVE", None)
    caller.patch("subscription_events/disabled_state", known_as(disabled=False))
    assert purchase().status == "CANCELLED"
    assert send(caller, external_id="ev_2", event_type="subscription_event_retracted", retracted_event_id="ev_1")
    assert purchase().status == "ACTIVE"
    caller.delete("subscription_events", known_as(external_id="ev_2"))
    assert purchase().status == "CANCELLED"
    assert caller.delete("subscription_events", {"subscription_event": {"id": uuid}}).status_code == 204
    assert (purchase().status, Customer.objects.get(pk=helena.pk).billing_status) == ("ACTIVE", "active")
    check()


def test_a_cancellation_that_was_sent_before_its_subscription_counts(caller, helena):
    send(caller)
    imported(helena, invoice(line()), caller=caller)
    assert purchase().status == "CANCELLED"
    check()


def test_a_cancellation_that_is_yet_to_come_waits_until_then(caller, helena, january):
    at = timezone.now().replace(hour=12) + timedelta(days=3)
    send(caller, effective_date=at.isoformat())
    assert (purchase().status, purchase().cancels_on) == ("ACTIVE", at.date())
    with time_machine.travel(at.replace(hour=1), tick=False):
        call_command("apply_due")
        assert purchase().status == "ACTIVE"
    with time_machine.travel(at + timedelta(hours=1), tick=False):
        call_command("apply_due")
        assert (purchase().status, purchase().cancelled_at) == ("CANCELLED", at)
        check()


def test_a_cancellation_that_will_not_come_is_no_longer_planned(caller, helena, january):
    send(caller, effective_date=(timezone.now() + timedelta(days=3)).isoformat())
    caller.delete("subscription_events", known_as())
    assert purchase().cancels_on is None


@table("kind", ["subscription_cancellation_scheduled", "subscription_updated", "subscription_start"])
def test_what_only_tells_or_plans_has_no_effect(caller, helena, january, kind):
    assert send(caller, event_type=kind).status_code == 201
    assert (purchase().status, purchase().cancels_on) == ("ACTIVE", None)


@table(
    ("wrong", "status", "field"),
    [
        ({"event_type": "subscription_forgotten"}, 422, "event_type"),
        ({"event_date": "soon"}, 422, "event_date"),
        ({"effective_date": "99999-01-01"}, 422, "effective_date"),
        ({"subscription_external_id": " "}, 422, "subscription_external_id"),
        ({"plan_external_id": "x" * 256}, 422, "plan_external_id"),
        ({"external_id": "a\x00"}, 422, "external_id"),
        ({"currency": "XYZ"}, 422, "currency"),
        ({"amount_in_cents": 10**13}, 422, "amount_in_cents"),
        ({"quantity": 2**31}, 422, "quantity"),
        ({"event_order": 2**63}, 422, "event_order"),
        ({"external_id": "taken"}, 422, "external_id"),
        ({"customer_external_id": "nobody"}, 404, "customer_external_id"),
        ({"data_source_uuid": "ds_x"}, 404, "data_source_uuid"),
    ],
)
def test_what_cannot_be_an_event_is_refused(caller, helena, wrong, status, field):
    send(caller, external_id="taken")
    response = send(caller, **wrong)
    said = response.json()
    assert (response.status_code, said.get("param") or next(iter(said["errors"]))) == (status, field)
    assert SubscriptionEvent.objects.count() == 1


def test_an_event_is_changed_by_its_number_and_stays_with_its_customer(caller, helena):
    known("scus_2")
    uuid = send(caller, currency="JPY", amount_in_cents=500).json()["id"]
    shown = caller.patch("subscription_events", {"subscription_event": {"id": uuid, "amount_in_cents": 700}}).json()
    assert (shown["amount_in_cents"], shown["currency"], shown["event_type"]) == (700, "JPY", "subscription_cancelled")
    moved = caller.patch("subscription_events", {"subscription_event": {"id": uuid, "customer_external_id": "scus_2"}})
    assert (moved.status_code, *moved.json()["errors"]) == (422, "customer_external_id")
    assert caller.patch("subscription_events", {"subscription_event": {"quantity": 1}}).status_code == 400
    assert caller.patch("subscription_events", {"subscription_event": {"id": 2**64}}).status_code == 404


@table("way", ["number", "external id"])
def test_the_ruby_client_deletes_by_a_nested_query(caller, helena, way):
    uuid = send(caller).json()["id"]
    by_id = f"subscription_event[data_source_uuid]={source().uuid}&subscription_event[external_id]=ev_1"
    query = f"subscription_event[id]={uuid}" if way == "number" else by_id
    assert caller.send("DELETE", f"subscription_events?{query}", b"").status_code == 204
    assert not SubscriptionEvent.objects.exists()


def test_events_are_listed_and_filtered(caller, helena, django_assert_num_queries):
    known("scus_2")
    send(caller)
    send(caller, external_id="ev_2", customer_external_id="scus_2", event_date=FEBRUARY, plan_external_id="gold")
    send(caller, external_id="ev_3", subscription_external_id="sub_2", event_type="subscription_updated")
    caller.patch("subscription_events/disabled_state", known_as(external_id="ev_3", disabled=True))
    with django_assert_num_queries(2):  # the key, the page
        shown = caller.get("subscription_events").json()
    assert shown.keys() == {"subscription_events", "meta", "cursor", "has_more"}

    def found(**query):
        rows = caller.get("subscription_events", **query).json()["subscription_events"]
        return [row["external_id"] for row in rows]

    assert found() == ["ev_2", "ev_1"]
    assert found(with_disabled="true") == ["ev_2", "ev_3", "ev_1"]
    assert found(with_disabled="true", subscription_external_id="sub_2") == ["ev_3"]
    assert found(external_id="ev_1") == ["ev_1"]
    assert found(customer_external_id="scus_2") == ["ev_2"]
    assert found(customer_uuid=helena.uuid, data_source_uuid=source().uuid) == ["ev_1"]
    assert found(plan_external_id="gold") == ["ev_2"]
    assert found(event_type="subscription_updated") == []
    assert found(event_date="2016-01-01") == ["ev_1"]
    assert found(event_date=FEBRUARY, effective_date=TENTH) == ["ev_2"]
    assert found(plan_external_id="a\x00b") == []
    first = caller.get("subscription_events", per_page=1).json()
    assert (first["has_more"], found(per_page=1, cursor=first["cursor"])) == (True, ["ev_1"])


def test_the_published_client(config):
    known()
    made = Client.create(config, data=cancelled(event_date=datetime(2016, 1, 1, tzinfo=UTC))).get()
    assert [event.id for event in Client.all(config, external_id="ev_1").get().subscription_events] == [made.id]
    assert Client.modify_with_params(config, data={"id": made.id, "amount_in_cents": 10}).get().amount_in_cents == 10
    by_id = {"external_id": "ev_1", "data_source_uuid": source().uuid}
    assert Client.modify_with_params(config, data={**by_id, "quantity": 3}).get().quantity == 3
    assert Client.disable(config, id=made.id).get().disabled is True
    assert Client.enable(config, **by_id).get().disabled is False
    assert Client.destroy_with_params(config, data={"subscription_event": {"id": made.id}}).get() is None
    again = Client.create(config, data=cancelled()).get()
    assert Client.destroy_with_params(config, data=by_id).get() is None
    assert not SubscriptionEvent.objects.filter(pk=again.id).exists()
