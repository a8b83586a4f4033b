"""A page of the list of orders reads an index, or a stretch of it, and never the table."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import SourceRecord
from orders.models import Order, OrderItem
from orders.pages.forms.order_filter import OrderFilterForm
from orders.search import order_list
from orders.search.order_list import order_page
from tests.factories import ProductFactory, declined_order, order_row, paid_order
from tests.query_costs import analyze, measured, on_sqlite, plan_of, strangers

pytestmark = pytest.mark.django_db
ORDERS = 6_000
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rare(monkeypatch) -> dict[str, dict[str, str]]:
    """{field: a query with it that few orders meet}, among many orders."""
    monkeypatch.setattr(order_list, "STRETCH", 50)
    monkeypatch.setattr(order_list, "MOST", 100)
    strangers(300)
    records = list(SourceRecord.objects.all())
    declined = declined_order(at=FIRST_DAY)
    paid = paid_order(at=FIRST_DAY + timedelta(hours=1), source="Marketplace", deduplicate=False)
    Order.objects.filter(pk=paid.pk).update(kind="RECURRING", total=999)
    OrderItem.objects.create(order=paid, product=ProductFactory(name="Rare thing"), amount=1)
    Order.objects.bulk_create(
        order_row(records[n % 300], status="COMPLETE", at=FIRST_DAY + timedelta(days=1, minutes=n))
        for n in range(ORDERS)
    )
    analyze()
    return {
        "q": {"q": paid.number},
        "status": {"status": "DECLINED"},
        "kind": {"kind": "RECURRING"},
        "source": {"source": str(paid.data_source_id)},
        "since": {"since": "2026-01-05"},
        "until": {"until": "2026-01-01"},
        "low": {"low": "900"},
        "high": {"high": "0.5"},
        "softly": {"status": "declined_softly"},
        "card": {"q": "4242"},
        "customer": {"q": str(declined.source_record.customer_id)},
        "product": {"q": "Rare thing"},
    }


def test_no_filter_reads_all_orders_to_find_a_few(rare):
    assert rare.keys() >= OrderFilterForm.base_fields.keys()
    for name, query in rare.items():
        filters = OrderFilterForm(query).order_filter
        with CaptureQueriesContext(connection) as queries:
            order_page(filters, before=None)
        lines = "\n".join(plan_of(query["sql"]) for query in queries if "orders_order" in query["sql"]).splitlines()
        if on_sqlite:
            scans = [line for line in lines if "SCAN orders_order'" in line]
        else:
            scans = [line for line in lines if "Seq Scan on orders_order " in line]
        assert scans == [], name
        with measured() as cost:
            order_page(filters, before=None)
        assert cost.read < (30_000 if on_sqlite else ORDERS / 4), (name, cost.read)


def test_a_page_costs_the_same_however_many_orders_there_are(rare):
    few = {name: _statements(query) for name, query in rare.items()}
    Order.objects.bulk_create(
        order_row(paid.source_record, status="COMPLETE", at=paid.at) for paid in Order.objects.all()[:1_000]
    )
    assert {name: _statements(query) for name, query in rare.items()} == few
    assert max(few.values()) <= 12


def _statements(query: dict[str, str]) -> int:
    with CaptureQueriesContext(connection) as queries:
        order_page(OrderFilterForm(query).order_filter, before=None)
    return len(queries)
