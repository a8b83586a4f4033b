"""Any id says which customer it means now, or meant at a time; only what never was is not found."""

import pytest
from django.utils import timezone

from customers.merging.split import split_record
from customers.models import Customer
from orders.models import Order
from tests.acts import erase, merge, undo
from tests.api.caller import Caller
from tests.database import reloaded
from tests.factories import customer_with_order, order

pytestmark = pytest.mark.django_db

HELENA = {"first_name": "Helena", "last_name": "Holý", "email": "helena@reunite.cz"}


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def pair() -> list[Customer]:
    return [customer_with_order(external_id=name, email=f"{name}@x.cz") for name in ("helena", "double")]


def meant(answer) -> tuple[str, int | None, list[int]]:
    """(state, customer, chain)."""
    said = answer.json()
    return said["state"], said["customer"] and said["customer"]["id"], [link["id"] for link in said["chain"]]


def test_every_id_of_a_merged_customer_leads_to_the_one_that_was_kept(caller, pair):
    helena, double = pair
    placed = Order.objects.get(source_record__origin=double)
    standing = merge(helena, double)
    for name in (double.uuid, double.pk, "double", placed.uuid, placed.number):
        assert meant(caller.get(f"identity/{name}")) == ("live", helena.pk, [double.pk, helena.pk])
    link, last = caller.get(f"identity/{double.uuid}").json()["chain"]
    assert (link["merge_uuid"], last["merge_uuid"]) == (standing.uuid, None)
    assert link["merged_at"]


def test_an_id_meant_what_it_did_before_between_and_after_a_merge_and_its_undo(caller, pair):
    helena, double = pair
    before = timezone.now()
    standing = merge(helena, double)
    merged = timezone.now()
    undo(standing)
    for at, customer in ((before, double), (merged, helena), (timezone.now(), double)):
        assert meant(caller.get(f"identity/{double.pk}", at=at.isoformat()))[1] == customer.pk
        assert meant(caller.get("identity/double", at=at.isoformat()))[1] == customer.pk


def test_before_it_was_created_an_id_meant_nobody(caller, pair):
    assert meant(caller.get(f"identity/{pair[0].uuid}", at="2020-01-01")) == ("not_created", None, [])


def test_the_record_of_a_split_meant_the_old_customer_before(caller):
    helena, double = customer_with_order(**HELENA), customer_with_order(first_name="Jan", email="jan@x.cz")
    record = order(source="Market", external_id="m 1", **HELENA).order.source_record
    apart = timezone.now()
    merge(double, helena)
    merged = timezone.now()
    split_record(reloaded(record), by=None)
    new = reloaded(record).customer_id
    market = {"data_source_uuid": record.data_source.uuid}
    assert meant(caller.get("identity/m 1", **market)) == ("live", new, [new])
    for at, chain in ((apart, [helena.pk]), (merged, [helena.pk, double.pk])):
        then = meant(caller.get("identity/m 1", at=at.isoformat(), **market))
        assert then == ("live", chain[-1], chain)


def test_an_erased_customer_is_said_to_be_erased_by_each_of_its_ids(caller, pair):
    helena, double = pair
    merge(helena, double)
    source = double.own_records.get().data_source.uuid
    erase(reloaded(helena))
    for name in (helena.uuid, double.pk, "double", "helena"):
        state, customer, chain = meant(caller.get(f"identity/{name}"))
        assert (state, customer, chain[-1]) == ("erased", helena.pk, helena.pk)
    assert meant(caller.get("identity/double", data_source_uuid=source))[:2] == ("erased", helena.pk)
    caller.delete(f"data_sources/{source}")
    for options in ({}, {"data_source_uuid": source}):
        assert meant(caller.get("identity/double", **options))[:2] == ("erased", helena.pk)
    again = customer_with_order(external_id="double", email="double@x.cz")
    assert meant(caller.get("identity/double"))[:2] == ("live", again.pk)


def test_an_external_id_of_several_customers_needs_the_data_source(caller):
    customers = [
        customer_with_order(source=source, external_id="1 A", email=f"{source}@x.cz") for source in ("Shop", "Market")
    ]
    refused = caller.get("identity/1 A")
    assert refused.status_code == 422
    assert "data_source_uuid" in refused.json()["errors"]
    for customer in customers:
        source = customer.own_records.get().data_source.uuid
        assert meant(caller.get("identity/1 A", data_source_uuid=source))[1] == customer.pk


def test_a_number_is_an_external_id_only_with_its_data_source(caller, pair):
    helena = pair[0]
    other = customer_with_order(external_id=str(helena.pk), email="c@x.cz")
    source = other.own_records.get().data_source.uuid
    assert meant(caller.get(f"identity/{helena.pk}"))[1] == helena.pk
    assert meant(caller.get(f"identity/{helena.pk}", data_source_uuid=source))[1] == other.pk


def test_an_order_that_was_deleted_with_its_customer_is_gone(caller, pair):
    placed = Order.objects.get(source_record__origin=pair[0])
    erase(pair[0])
    assert {caller.get(f"identity/{name}").status_code for name in (placed.number, placed.uuid)} == {410}


def test_what_never_was_is_not_found(caller, pair):
    names = ("cus_0", "0", "00", "9" * 40, "nobody@x.cz", "²", "a/b", "\x00")
    assert {caller.get(f"identity/{name}").status_code for name in names} == {404}
    assert caller.get("identity/double", data_source_uuid="ds_0").status_code == 404
