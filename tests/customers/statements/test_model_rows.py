import pytest
from django.db.models import Value

from customers.models import HistoryEntry
from customers.statements.prefetch import prefetch
from customers.statements.prepared import Prepared
from orders.models import Order, OrderItem
from tests.acts import merge
from tests.factories import customer_with_order, make_user

pytestmark = pytest.mark.django_db


def read(row):
    """What is in a row, in those that it refers to, and what both know of the database."""
    related = {name: other and read(other) for name, other in row._state.fields_cache.items() if other is not row}
    columns = {name: value for name, value in vars(row).items() if name != "_state"}
    return type(row), columns, related, row._state.db, row._state.adding


@pytest.fixture
def customer():
    customer = customer_with_order(email="helena@reunite.cz", phone="+420241770449")
    merge(customer, customer_with_order(email="h@reunite.cz", phone="+420241770449"), by=make_user("jane"))
    return customer


def test_prepared_rows_are_as_django_makes_them(customer):
    def build(owner):
        rows = HistoryEntry.objects.filter(source_record__customer=owner).order_by("pk")
        return rows.select_related("by", "merge__survivor", "source_record__data_source").annotate(number=Value(7))

    plain = list(build(customer.pk))
    assert {entry.by is None for entry in plain} == {True, False}
    assert list(map(read, Prepared(build)(customer.pk))) == list(map(read, plain))


def test_prepared_rows_of_some_columns_read_the_others_when_asked(customer, django_assert_num_queries):
    (order,) = Prepared(lambda pk: Order.objects.only("number").filter(pk=pk))(Order.objects.earliest("pk").pk)
    with django_assert_num_queries(1):
        assert order.currency == "USD"


def test_prefetched_rows_are_as_django_reads_them(customer, django_assert_num_queries):
    order = Order.objects.earliest("pk")
    OrderItem.objects.create(order=order, description="Desire", amount=1)
    OrderItem.objects.create(order=order, description="Back to Black", amount=1)
    expected = {row.pk: list(row.items.all()) for row in Order.objects.prefetch_related("items")}
    orders = list(Order.objects.all())
    with django_assert_num_queries(1):
        prefetch(orders, "items")
        assert {row.pk: list(row.items.all()) for row in orders} == expected
        assert all(item.order is row for row in orders for item in row.items.all())


def test_prefetching_for_no_rows_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        prefetch([], "items")
