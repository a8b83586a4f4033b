"""What the customer page asks of the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.crypto import get_random_string

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.matching.not_duplicates import mark_not_duplicates
from customers.models import Customer
from orders.models import Order
from tests.acts import merge
from tests.factories import customer_with_order, make_user, signed_in
from tests.factories.linked_rows import many, one_of_each
from tests.query_costs import analyze

PHONE = "+420 241 770 449"
WITHOUT_ORDERS = ALL_PERMISSIONS - {"orders.view_order"}


def helena(n: int) -> Customer:
    return customer_with_order(external_id=str(n), phone=PHONE, email=f"helena{n}@example.org")


@pytest.fixture
def customer(db) -> Customer:
    """With a merged and a possible duplicate, another one who is marked as none, and a row in every tab."""
    customer, double, _, other = (helena(n) for n in range(4))
    merge(customer, double)
    mark_not_duplicates(customer, other, by=None)
    one_of_each(customer.records.earliest("pk"))
    return customer


def statements_of(customer: Customer, permissions: frozenset[str] = ALL_PERMISSIONS) -> list[str]:
    client = signed_in(make_user(get_random_string(8), permissions))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("customers:detail", args=[customer.pk])).status_code == 200
    return [query["sql"] for query in queries]


def test_the_page_asks_nine_statements_with_what_there_is(customer):
    # Session; user with permissions; customer; who was here; what the page shows; who shares a key of it, and those
    # customers; the newest orders, and their lines.
    assert len(statements_of(customer)) == 9


def test_who_may_not_view_orders_is_answered_in_no_more(customer):
    assert len(statements_of(customer, WITHOUT_ORDERS)) <= 9


def test_a_customer_with_a_thousand_orders_and_records_takes_no_more(customer):
    few = len(statements_of(customer))
    for n in range(20, 40):
        merge(customer, helena(n))
    many(Order, customer.records.earliest("pk"), 1_000)
    analyze()
    assert len(statements_of(customer)) == few
