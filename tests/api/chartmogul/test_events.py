"""The feed tells each event once and in order, to keys that may see what it is about, as long as events are kept."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from customers.models import Event
from tests.acts import merge, undo
from tests.api.caller import Caller
from tests.factories import customer_with_order
from tests.threads import Held

pytestmark = pytest.mark.django_db

VIEW = "customers.view_customer"


@pytest.fixture
def caller() -> Caller:
    return Caller()


def types(answer) -> list[str]:
    return [entry["type"] for entry in answer.json()["entries"]]


def test_the_feed_is_read_on_from_its_last_cursor(caller):
    helena = customer_with_order(email="a@x.cz")
    first = caller.get("events", per_page=1).json()
    assert (first["has_more"], first["entries"][0]["type"]) == (True, "customer.created")
    rest = caller.get("events", cursor=first["cursor"])
    assert types(rest) == ["order.created"]
    double = customer_with_order(email="b@x.cz")
    merge(helena, double)
    later = caller.get("events", cursor=rest.json()["cursor"])
    assert types(later) == ["customer.created", "order.created", "customer.merged", "customer.updated"]
    assert later.json()["entries"][2]["data"]["into"] == {"id": helena.pk, "uuid": helena.uuid}


def test_an_empty_feed_has_a_cursor_to_read_on_from(caller):
    empty = caller.get("events").json()
    customer_with_order()
    assert (empty["entries"], empty["has_more"]) == ([], False)
    assert types(caller.get("events", cursor=empty["cursor"])) == ["customer.created", "order.created"]


def test_the_feed_is_filtered_by_kinds_and_by_a_customer_with_those_merged_into_it(caller):
    helena, double = customer_with_order(email="a@x.cz"), customer_with_order(email="b@x.cz")
    standing = merge(helena, double)
    assert types(caller.get("events", kind=["customer.merged", *2 * ["order.created"]])) == 2 * ["order.created"] + [
        "customer.merged"
    ]
    for name in (helena.uuid, double.uuid, helena.pk):
        assert len(types(caller.get("events", customer=name))) == 6
    undo(standing)
    assert types(caller.get("events", customer=double.uuid))[-2:] == ["customer.merged", "customer.unmerged"]
    assert caller.get("events", customer="nobody").status_code == 404
    assert caller.get("events", kind="customer.praised").status_code == 422


def test_a_key_without_the_permission_for_orders_gets_events_of_customers():
    customer_with_order()
    assert types(Caller(VIEW).get("events")) == ["customer.created"]
    refused = Caller(VIEW, username="other").get("events", kind="order.created")
    assert (refused.status_code, "Can view orders" in refused.json()["message"]) == (403, True)


def test_who_was_away_for_longer_than_events_are_kept_is_told_so(caller):
    customer_with_order()
    Event.objects.update(at=timezone.now() - timedelta(days=91))
    cursor = caller.get("events", per_page=1).json()["cursor"]
    customer_with_order(email="b@x.cz")
    call_command("purge_events", verbosity=0)
    gone = caller.get("events", cursor=cursor)
    assert (gone.status_code, gone.json()["param"]) == (410, "cursor")
    assert types(caller.get("events")) == ["customer.created", "order.created"]


def test_who_reads_on_regularly_is_never_too_late_however_little_happens(caller, settings):
    settings.EVENTS_DAYS = 1
    customer_with_order()
    Event.objects.update(at=timezone.now() - timedelta(hours=23))
    cursor = caller.get("events").json()["cursor"]
    settings.EVENTS_DAYS = 0.5
    assert caller.get("events", cursor=cursor).status_code == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_feed_ends_before_what_an_open_transaction_may_still_tell(caller):
    helena = customer_with_order()
    cursor = caller.get("events").json()["cursor"]
    with Held(lambda: Event.objects.create(kind="customer.updated", customer=helena.pk)):
        customer_with_order(email="b@x.cz")
        meanwhile = caller.get("events", cursor=cursor)
        assert types(meanwhile) == []
    later = caller.get("events", cursor=meanwhile.json()["cursor"])
    assert types(later) == ["customer.updated", "customer.created", "order.created"]
