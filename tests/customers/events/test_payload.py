"""What a program is sent says by which ids it knows the rows that an event names, as they are when it is sent."""

import pytest

from customers.events.payload import payloads
from customers.models import Customer, Event
from tests.acts import erase, merge
from tests.database import reloaded
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db


def ids(customer: Customer) -> dict:
    return {"id": customer.pk, "uuid": customer.uuid}


@pytest.fixture
def pair() -> list[Customer]:
    return [customer_with_order(external_id=name, email=f"{name}@x.cz") for name in ("helena", "double")]


def sent(kind: str, customer: Customer) -> dict:
    [payload] = payloads(Event.objects.filter(kind=kind, customer=customer.pk))
    return payload


def test_a_merge_names_both_customers_and_the_external_ids_that_moved(pair):
    helena, double = pair
    standing = merge(helena, double)
    payload, event = sent("customer.merged", double), Event.objects.get(kind="customer.merged")
    assert (payload["id"], payload["type"], payload["sequence"]) == (event.uuid, "customer.merged", event.pk)
    assert payload["timestamp"].endswith("Z")
    record = reloaded(double.own_records.get())
    known_as = {"id": record.pk, "data_source_uuid": record.data_source.uuid, "external_id": "double"}
    assert payload["data"] == {
        "customer": ids(double),
        "current_customer": ids(helena) | {"is_erased": False},
        "into": ids(helena),
        "merge": standing.uuid,
        "source_records": [known_as],
    }


def test_an_order_is_that_of_whoever_has_its_record_now(pair):
    helena, double = pair
    merge(helena, double)
    data = sent("order.created", double)["data"]
    assert (data["customer"], data["source_record"]["external_id"]) == (ids(helena), "double")
    assert {"order", "invoice"} < data.keys()


def test_of_an_erased_customer_only_ids_of_ours_are_left(pair):
    helena, double = pair
    merge(helena, double)
    record = double.own_records.get().pk
    erase(reloaded(helena))
    gone = {"id": record, "data_source_uuid": None, "external_id": None}
    assert sent("customer.merged", double)["data"]["source_records"] == [gone]
    data = sent("order.created", double)["data"]
    assert data["source_record"] == gone
    assert data["current_customer"] == ids(helena) | {"is_erased": True}


def test_many_events_take_as_many_statements_as_one(pair, django_assert_num_queries):
    merge(*pair)
    events = [*Event.objects.all()]
    assert len(events) == 6
    # Records, the customers that were merged and their survivors, customers, merges.
    with django_assert_num_queries(5):
        payloads(events)
