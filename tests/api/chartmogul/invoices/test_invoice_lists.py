"""Invoices as they are listed and retrieved."""

import pytest

from tests.api.chartmogul.invoices.invoice_keys import DISABLED, EVERY_LINE, INVOICE, NEWER, OF_SUBSCRIPTION, PAYMENT
from tests.api.chartmogul.invoices.invoice_requests import (
    imported,
    invoice,
    known,
    line,
    one_time,
    source,
)
from tests.api.chartmogul.page_numbers import NUMBERS
from tests.factories import order as placed

pytestmark = pytest.mark.django_db


def test_invoices_of_a_customer_are_listed_newest_first(caller, helena, django_assert_num_queries):
    for number in range(5):
        imported(helena, invoice(line(), one_time(), external_id=str(number)), caller=caller)
    imported(known("other"), invoice(one_time(), external_id="other"), caller=caller)
    path = f"import/customers/{helena.uuid}/invoices"
    first = caller.get(path, per_page=3).json()
    assert first.keys() == {"customer_uuid", "invoices", "cursor", "has_more"} | NUMBERS
    assert first["customer_uuid"] == helena.uuid
    assert first["invoices"][0].keys() == INVOICE
    # The key, its use, permissions, the customer, the page, orders, items, payments.
    with django_assert_num_queries(6):
        rest = caller.get(path, per_page=3, cursor=first["cursor"]).json()
    ids = [entry["external_id"] for entry in first["invoices"] + rest["invoices"]]
    assert (ids, first["has_more"], rest["has_more"]) == (["4", "3", "2", "1", "0"], True, False)


def test_all_invoices_are_listed_with_whose_they_are(caller, helena, django_assert_num_queries):
    imported(helena, invoice(line(), one_time()), caller=caller)
    imported(known("other"), invoice(one_time(), external_id="other"), caller=caller)
    with django_assert_num_queries(5):  # the key, page, orders, items, payments
        shown = caller.get("invoices").json()
    assert shown.keys() == {"invoices", "cursor", "has_more"} | NUMBERS
    first = shown["invoices"][1]
    assert first.keys() == INVOICE | NEWER
    assert first["line_items"][0].keys() == EVERY_LINE | OF_SUBSCRIPTION | DISABLED | {"balance_transfer"}
    assert first["transactions"][0].keys() == PAYMENT | DISABLED
    assert (first["customer_uuid"], first["customer_external_id"]) == (helena.uuid, "scus_1")


def test_invoices_are_filtered(caller, helena):
    imported(helena, invoice(one_time()), caller=caller)
    market = known("other", at="Market")
    imported(market, invoice(one_time(), external_id="other"), caller=caller)

    def found(**query):
        return [entry["external_id"] for entry in caller.get("invoices", **query).json()["invoices"]]

    assert found(customer_uuid=helena.uuid) == ["inv_1"]
    assert found(external_id="other") == ["other"]
    assert found(data_source_uuid=source("Market").uuid) == ["other"]
    assert found(data_source_uuid=source("Market").uuid, external_id="inv_1") == []
    assert found(customer_uuid=helena.uuid, external_id="other") == []
    assert found(customer_uuid=helena.uuid, data_source_uuid=source("Market").uuid) == []
    assert found(external_id="a\x00b") == []
    assert found(validation_type="invalid") == []
    assert found(validation_type="all") == ["other", "inv_1"]
    assert caller.get("invoices", customer_uuid="cus_nobody").status_code == 404
    assert caller.get("invoices", validation_type="some").status_code == 422


def test_an_order_of_a_shop_is_an_invoice_and_a_lead_is_none(caller):
    sold = placed(email="a@x.cz", total="9.90").order
    placed(email="b@x.cz", status="PARTIAL")
    (shown,) = caller.get("invoices").json()["invoices"]
    assert (shown["uuid"], shown["external_id"], shown["line_items"]) == (sold.uuid, None, [])


def test_an_invoice_is_retrieved_by_its_uuid(caller, helena):
    (order,) = imported(helena, invoice(), caller=caller)
    shown = caller.get(f"invoices/{order.uuid}", include_edit_histories="true").json()
    assert shown.keys() == INVOICE | NEWER | {"edit_history_summary"}
    assert caller.get("invoices/inv_unknown").status_code == 404
    assert caller.get("invoices/%00").status_code == 404
