"""How much a data source has sent is counted up to a limit, through indexes."""

import pytest
from django.utils import timezone

from customers.models import Customer, DataSource, SourceRecord
from orders.models import Order
from orders.sources import overview
from orders.sources.overview import figures_of, source_page
from tests.factories import DataSourceFactory, SourceRecordFactory, order_row
from tests.query_costs import analyze

pytestmark = pytest.mark.django_db


def test_a_source_that_sent_little_is_counted_by_an_index_however_much_the_others_sent(django_assert_num_queries):
    record = SourceRecordFactory()
    shop, customer = record.data_source, record.customer
    now = timezone.now()
    SourceRecord.objects.bulk_create(
        SourceRecord(origin=customer, customer=customer, data_source=shop) for _ in range(2_000)
    )
    Order.objects.bulk_create(order_row(record, at=now) for _ in range(2_000))
    analyze()

    staff = DataSource.staff()
    with django_assert_num_queries(2):
        row, none = source_page().rows
    assert (row.records, row.customers, row.orders, row.last_order_at) == ("1,000+", "1+", "1,000+", now)
    assert (none.records, none.customers, none.orders, none.last_order_at) == ("0", "0", "0", None)
    plan = overview._counts(staff.pk, 1_000).explain()
    assert "order_by_source" in plan
    assert "order_by_at" not in plan
    assert "Seq Scan on orders_order" not in plan


def test_of_one_more_is_counted():
    shop = DataSourceFactory(name="Shop")
    customers = Customer.objects.bulk_create(Customer(first_name=str(n)) for n in range(1_500))
    SourceRecord.objects.bulk_create(SourceRecord(origin=c, customer=c, data_source=shop) for c in customers)
    figures = figures_of(shop)
    assert (figures.records, figures.customers, figures.orders, figures.last_order_at) == ("1,500", "1,500", "0", None)
