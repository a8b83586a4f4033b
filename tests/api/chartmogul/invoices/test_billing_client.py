"""The published Python client, unmodified: every method about invoices, their lines and their transactions."""

from datetime import datetime

import chartmogul
import pytest
from chartmogul import Invoice, LineItem, Transaction

from tests.api.chartmogul.invoices.invoice_requests import invoice, known, line, one_time, order, paid, source


@pytest.fixture
def sent(config):
    """What the client answers to two invoices."""
    when = {"date": datetime(2016, 1, 1), "due_date": datetime(2016, 2, 1)}
    first = invoice(line(external_id="li_1"), payments=[paid(external_id="tr_1")], **when)
    second = invoice(one_time(), external_id="inv_2", **when)
    return Invoice.create(config, uuid=known().uuid, data={"invoices": [first, second]}).get()


def by_id(external_id: str) -> dict[str, str]:
    return {"data_source_uuid": source().uuid, "external_id": external_id}


def test_invoices(config, sent):
    first, second = sent.invoices
    assert (first.line_items[0].amount_in_cents, first.transactions[0].result) == (5000, "successful")
    assert Invoice.all(config, uuid=order().source_record.customer.uuid).get().customer_uuid
    assert len(Invoice.all(config, per_page=1).get().invoices) == 1
    assert Invoice.retrieve(config, uuid=first.uuid).get().external_id == "inv_1"
    assert Invoice.retrieve(config, **by_id("inv_1")).get().uuid == first.uuid
    assert Invoice.disable(config, uuid=first.uuid, data={"disabled": True}).get().disabled is True
    assert Invoice.disable(config, **by_id("inv_1"), data={"disabled": False}).get().disabled is False
    assert Invoice.update_status(config, **by_id("inv_1"), data={"status": "voided"}).get().status == "voided"
    assert Invoice.destroy(config, uuid=second.uuid).get() is None
    assert Invoice.destroy(config, **by_id("inv_1")).get() is None
    assert Invoice.all(config).get().invoices == []
    with pytest.raises(chartmogul.APIError):
        Invoice.retrieve(config, uuid=first.uuid).get()


def test_an_invoice_is_changed_as_the_client_asks(config, sent):
    first, _ = sent.invoices
    for day, which in enumerate(({"uuid": first.uuid}, by_id("inv_1")), 2):
        shown = Invoice.modify(config, **which, data={"date": datetime(2016, 1, day)}).get()
        assert (shown.uuid, shown.date.day) == (first.uuid, day)
    with pytest.raises(chartmogul.APIError, match="Invoice not found"):
        Invoice.modify(config, uuid=order().source_record.customer.uuid, data={}).get()


def test_all_invoices_of_a_customer(config, sent):
    of = {"data_source_uuid": source().uuid, "customer_uuid": order().source_record.customer.uuid}
    assert Invoice.destroy_all(config, **of).get() is None
    assert Invoice.all(config, with_disabled=True, include_edit_histories=True).get().invoices == []


def test_an_invoice_that_cannot_be(config, sent):
    with pytest.raises(chartmogul.APIError, match="already exists"):
        Invoice.create(config, uuid=order().source_record.customer.uuid, data={"invoices": [invoice()]}).get()


def test_line_items(config, sent):
    added = LineItem.create(config, uuid=order().uuid, data=one_time(external_id="li_2")).get()
    assert added.amount_in_cents == 2500
    for which in (by_id("li_2"), {"uuid": added.uuid}):
        assert LineItem.retrieve(config, **which).get().description == "Setup fees"
        assert LineItem.modify(config, **which, data={"amount_in_cents": 100}).get().amount_in_cents == 100
        assert LineItem.disable(config, **which, data={"disabled": True}).get().disabled is True
    assert LineItem.destroy(config, uuid=added.uuid).get() is None
    assert LineItem.destroy(config, **by_id("li_1")).get() is None


def test_transactions(config, sent):
    added = Transaction.create(config, uuid=order("inv_2").uuid, data=paid(type="refund", external_id="tr_2")).get()
    for which in (by_id("tr_2"), {"uuid": added.uuid}):
        assert Transaction.retrieve(config, **which).get().type == "refund"
        assert Transaction.modify(config, **which, data={"amount_in_cents": 100}).get().amount_in_cents == 100
        assert Transaction.disable(config, **which, data={"disabled": True}).get().disabled is True
    assert Transaction.destroy(config, uuid=added.uuid).get() is None
    assert Transaction.destroy(config, **by_id("tr_1")).get() is None
