"""Invoices that a billing system sent, on the pages of orders and purchases."""

import pytest

from orders.models import Order
from tests.api.caller import Caller
from tests.api.chartmogul.invoices.invoice_requests import (
    FEBRUARY,
    MARCH,
    imported,
    invoice,
    known,
    line,
    one_time,
    order,
    purchase,
    source,
)
from tests.page_text import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(db) -> Caller:
    return Caller()


@pytest.fixture
def january(caller) -> Order:
    credit = line(amount_in_cents=-7000, prorated=True, discount_description="Special", discount_amount_in_cents=100)
    return imported(known(), invoice(line(), credit, one_time()), caller=caller)[0]


def test_an_invoice_is_shown_with_what_it_bills_and_credits(as_agent, january):
    page = html_of(as_agent, january.get_absolute_url())
    for shown in ("5.00", "−70.00", "1 Jan 2016", "1 Feb 2016", "prorated", "Special", "sub_1"):
        assert shown in page
    assert purchase().get_absolute_url() in page


def test_what_became_of_an_invoice_is_shown(as_agent, caller, january):
    caller.put(f"data_sources/{source().uuid}/invoices/inv_1/status", {"status": "written_off"})
    caller.patch(f"line_items/{january.items.last().uuid}/disabled_state", {"disabled": True})
    caller.patch(f"transactions/{january.transactions.get().uuid}/disabled_state", {"disabled": True})
    caller.patch(f"invoices/{january.uuid}/disabled_state", {"disabled": True})
    page = html_of(as_agent, january.get_absolute_url())
    for shown in ("Written off", "Disabled", "not in the total", "not counted"):
        assert shown in page
    listed = html_of(as_agent, january.source_record.customer.get_absolute_url())
    assert "Written off" in listed
    assert "Disabled" in listed


def test_an_invoice_of_many_lines_says_that_there_are_more(as_agent, caller):
    (order,) = imported(known(), invoice(*[one_time()] * 101), caller=caller)
    assert "Only the first 100 items are shown" in html_of(as_agent, order.get_absolute_url())


def test_a_purchase_leads_to_the_invoices_that_bill_it(as_agent, caller, january):
    later = line(service_period_start=FEBRUARY, service_period_end=MARCH)
    imported(january.source_record.customer, invoice(later, external_id="inv_2", date=FEBRUARY), caller=caller)
    other = line(subscription_external_id="other")
    imported(january.source_record.customer, invoice(other, external_id="inv_3", date=MARCH), caller=caller)
    page = html_of(as_agent, purchase("sub_1").get_absolute_url())
    assert order("inv_1").number in page
    assert order("inv_2").number in page
    assert order("inv_3").number not in page
