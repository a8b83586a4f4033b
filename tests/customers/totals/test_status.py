"""The one status of a customer, where pages and exports show it."""

import pytest

from customers.models import Customer, HistoryEntry, LeadStatus
from customers.search.export_columns import export_rows
from customers.totals.status import status_of
from customers.totals.sums import order_totals
from tests.acts import fresh, merge, undo
from tests.factories import CustomerFactory, customer_with_order, make_user, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db


def status(customer: Customer) -> str:
    return status_of(fresh(customer)[0], order_totals([customer.pk], by="source_record__customer")[customer.pk])


@table(
    ("lead", "orders", "billing", "shown"),
    [
        ("", 0, "", "Customer"),
        ("working", 0, "", "Working Lead"),
        ("working", 1, "", "Customer"),
        ("lost", 0, "", "Lost"),
        ("", 1, "", "Customer"),
        ("working", 1, "past_due", "Past Due"),
        ("", 0, "cancelled", "Cancelled"),
    ],
)
def test_purchases_come_first_then_orders_then_the_lead_status(lead, orders, billing, shown):
    customer = customer_with_order() if orders else CustomerFactory()
    Customer.objects.filter(pk=customer.pk).update(lead_status=lead, billing_status=billing)

    assert status(customer) == shown
    assert [row.status for row in export_rows([customer.pk])] == [shown]


def test_a_lead_is_a_customer_while_it_is_merged_with_who_has_bought():
    lead, buyer = CustomerFactory(lead_status=LeadStatus.QUALIFIED), customer_with_order()
    done = merge(lead, buyer)
    assert status(lead) == "Customer"
    undo(done)
    assert (status(lead), status(buyer)) == ("Qualified Lead", "Customer")


def test_an_order_that_does_not_count_makes_no_customer_of_a_lead():
    lead = customer_with_order(status="DECLINED")
    Customer.objects.filter(pk=lead.pk).update(lead_status=LeadStatus.NEW)
    assert status(lead) == "New Lead"


def test_a_lead_is_made_a_customer_once_and_it_is_in_the_history(as_agent, agent):
    lead = CustomerFactory(first_name="Lea", last_name="Novak", lead_status=LeadStatus.WORKING)
    page = as_agent.get(lead.get_absolute_url()).text
    assert "Make customer" in page

    done = as_agent.post(f"/customers/{lead.pk}/make-customer/", follow=True)
    assert f"({lead.pk}) is a customer now" in done.text
    assert "Make customer" not in done.text
    assert status(lead) == "Customer"
    entry = HistoryEntry.objects.get(kind="edit")
    assert (entry.text, entry.by) == ("Lead status removed. It was Working Lead.", agent)
    again = as_agent.post(f"/customers/{lead.pk}/make-customer/", follow=True)
    assert "is a customer already." in again.text
    assert HistoryEntry.objects.filter(kind="edit").count() == 1


def test_only_who_may_change_customers_makes_one():
    lead = CustomerFactory(lead_status=LeadStatus.WORKING)
    reader = signed_in(make_user("reader", ["customers.view_customer"]))
    assert "Make customer" not in reader.get(lead.get_absolute_url()).text
