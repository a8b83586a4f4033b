"""A record whose source sent no ID, as those of the other dialect, has one of ours: shown, and taken everywhere."""

import pytest

from customers.models import Customer, SourceRecord
from tests.api.caller import Caller
from tests.api.chartmogul.invoices.invoice_requests import JANUARY, invoice, line, send
from tests.api.konnektive.store import Store
from tests.factories import DataSourceFactory, SourceRecordFactory
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def record(store) -> SourceRecord:
    store.lead()
    return SourceRecord.objects.get(external_id=None)


def test_it_is_shown_with_its_customer(store, record):
    shown = store.caller.get(f"customers/{record.customer.uuid}").json()
    assert (shown["external_id"], shown["external_ids"]) == (f"rec_{record.pk}", [f"rec_{record.pk}"])
    query = {"data_source_uuid": record.data_source.uuid, "external_id": shown["external_id"]}
    (entry,) = store.caller.get("customers", **query).json()["entries"]
    assert entry["uuid"] == shown["uuid"]


def test_it_is_merged_and_unmerged_by_it(store, record):
    survivor = SourceRecordFactory().customer
    ids = {"data_source_uuid": record.data_source.uuid, "external_id": f"rec_{record.pk}"}
    body = {"from": ids, "into": {"customer_uuid": survivor.uuid}}
    assert store.caller.post("customers/merges", body).status_code == 202
    record.refresh_from_db()
    assert record.customer == survivor

    assert store.caller.post("customers/unmerges", {"customer_uuid": survivor.uuid} | ids).status_code == 202
    record.refresh_from_db()
    assert record.customer == record.origin


def test_it_is_named_by_invoices_events_and_contacts(store, record):
    other = SourceRecordFactory(customer=record.customer, data_source=record.data_source, external_id=None)
    ids = {"data_source_uuid": record.data_source.uuid, "customer_external_id": f"rec_{record.pk}"}
    assert send(record.customer, invoice(line(), **ids), caller=store.caller).status_code == 201
    (shown,) = store.caller.get("invoices").json()["invoices"]
    assert shown["customer_external_id"] == ids["customer_external_id"]

    about = {"event_type": "subscription_start", "event_date": JANUARY, "effective_date": JANUARY}
    event = store.caller.post("subscription_events", ids | about | {"subscription_external_id": "sub_1"})
    assert (event.status_code, event.json()["customer_external_id"]) == (201, ids["customer_external_id"])
    query = {"customer_external_id": f"rec_{other.pk}"}
    assert store.caller.get("subscription_events", **query).json()["subscription_events"] == []

    contact = store.caller.post("contacts", ids | {"customer_uuid": record.customer.uuid, "email": "jan@x.cz"})
    assert (contact.status_code, contact.json()["customer_external_id"]) == (201, ids["customer_external_id"])
    assert len(store.caller.get("contacts", customer_external_id=f"rec_{record.pk}").json()["entries"]) == 1


@table("unknown", ["rec_999999", "rec_", "rec_x", f"rec_{'9' * 30}"])
def test_it_is_no_id_of_another(store, record, unknown):
    named = SourceRecordFactory(external_id="named")
    for source, external_id in ((record.data_source, unknown), (named.data_source, f"rec_{named.pk}")):
        ids = {"data_source_uuid": source.uuid, "external_id": external_id}
        response = store.caller.post("customers/merges", {"from": ids, "into": {"customer_uuid": record.customer.uuid}})
        assert response.status_code == 404


def test_nobody_else_gets_such_an_id():
    sent = {"data_source_uuid": DataSourceFactory().uuid, "external_id": "rec_17", "name": "Helena"}
    response = Caller().post("customers", sent)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["external_id"])
    assert not Customer.objects.exists()
