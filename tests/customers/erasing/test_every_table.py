"""Every table that says something of a customer is thought of."""

import pytest

from customers.erasing import delete_rows
from customers.erasing.delete_rows import referring
from customers.models import Customer, SourceRecord
from orders.models import Order
from tests.customers.erasing.marks import PERSON, erase, mark_rows
from tests.factories import customer_with_order, order

pytestmark = pytest.mark.django_db


def test_every_table_that_refers_to_a_customer_is_dealt_with():
    """A new one has to be thought of in `forgetting`, which this test is to remind of."""
    dealt_with = {"Customer", "ProfileChange", "SourceRecord", "NotDuplicate", "Merge", "MergeMember", "Visit"}
    assert {link.model.__name__ for link in referring(Customer)} == dealt_with


def test_children_go_before_what_they_refer_to():
    tables = delete_rows.tables()
    for model in tables:
        referrers = {link.model for link in referring(model)} & set(tables) - {model}
        assert all(tables.index(each) < tables.index(model) for each in referrers), model
    assert tables[-1] is SourceRecord


def test_erasing_takes_as_many_statements_however_much_there_is(django_assert_max_num_queries):
    record = customer_with_order(**PERSON).records.first()
    for n in range(30):
        order(**PERSON, total=str(n + 1))
    mark_rows(record)
    with django_assert_max_num_queries(130):
        erase(record.customer)
    assert Order.objects.count() == 0
