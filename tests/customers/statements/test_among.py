"""A long list of values is asked for as one."""

import pytest

from customers.models import Customer, SourceRecord
from tests.factories import CustomerFactory, SourceRecordFactory

pytestmark = pytest.mark.django_db


def test_it_finds_what_a_list_finds():
    records = [SourceRecordFactory() for _ in range(3)]
    owners = [record.customer_id for record in records[:2]]
    assert {*SourceRecord.objects.filter(customer__among=owners)} == {*records[:2]}
    names = {"it's", 'a "b"', "{c,d}", "e\\f", "NULL", ""}
    for name in (*names, "other"):
        CustomerFactory(first_name=name, last_name="Doe")
    doe = Customer.objects.filter(last_name="Doe")
    assert {*doe.filter(first_name__among=names).values_list("first_name", flat=True)} == names


def test_nothing_is_asked_for_an_empty_list(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert [*Customer.objects.filter(pk__among=[])] == []
