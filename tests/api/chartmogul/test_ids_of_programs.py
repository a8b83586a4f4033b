"""A program sends the IDs of its own database as it has them: a whole number is taken as the same text."""

import pytest

from customers.models import SourceRecord
from orders.models import Order
from tests.api.caller import Caller
from tests.api.chartmogul.invoices import invoice_requests
from tests.factories import DataSourceFactory
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_a_customer_is_created_and_named_by_a_number():
    caller, source = Caller(), DataSourceFactory()
    sent = {"data_source_uuid": source.uuid, "external_id": 34916129, "name": "Helena"}
    shown = caller.post("customers", sent).json()
    assert (shown["external_id"], SourceRecord.objects.get().external_id) == ("34916129", "34916129")

    other = caller.post("customers", sent | {"external_id": 7}).json()
    merge = {"from": {"data_source_uuid": source.uuid, "external_id": 7}, "into": {"customer_uuid": shown["uuid"]}}
    assert caller.post("customers/merges", merge).status_code == 202
    unmerge = {"customer_uuid": shown["uuid"], "data_source_uuid": source.uuid, "external_id": 7}
    assert caller.post("customers/unmerges", unmerge).status_code == 202
    assert caller.get(f"customers/{other['uuid']}").json()["external_id"] == "7"


def test_an_invoice_with_its_lines_is_sent_by_numbers():
    line = invoice_requests.line(external_id=12, subscription_external_id=13)
    invoice_requests.imported(invoice_requests.known(), invoice_requests.invoice(line, external_id=11), caller=Caller())
    order = Order.objects.get()
    item = order.items.get()
    assert (order.external_id, item.external_id, item.purchase.external_id) == ("11", "12", "13")


@table("wrong", [1.5, True, [1], {"a": 1}])
def test_what_is_no_whole_number_is_refused(wrong):
    sent = {"data_source_uuid": DataSourceFactory().uuid, "external_id": wrong, "name": "Helena"}
    response = Caller().post("customers", sent)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["external_id"])
