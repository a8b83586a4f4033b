"""What a page of rows costs does not grow with what there is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from customers.lib.pages import Cursor
from customers.models import Customer, HistoryEntry
from customers.records.newest import newest
from customers.records.registry import tabbed_models
from customers.search.scan import SHORTEST_STRETCH, scan
from customers.search.sorting import OLDEST_FIRST
from orders.models import Order
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory
from tests.factories.linked_rows import many
from tests.query_costs import analyze, cost_of, measured, nodes_of, strangers

pytestmark = pytest.mark.django_db


# A page of rows


def customer_with(rows: int, *, records: int) -> Customer:
    """A customer with so many rows in every tab, spread over so many records."""
    customer = CustomerFactory()
    for _ in range(records):
        record = SourceRecordFactory(customer=customer)
        for model in tabbed_models():
            many(model, record, rows // records)
    return customer


def pages(model, customer: Customer) -> dict[str, object]:
    """The queries of the first page and of one far down."""
    everything = model._default_manager.filter(source_record__customer=customer).order_by("-at", "-pk")
    middle = everything[everything.count() // 2]
    return {
        "first": newest(model, customer),
        "later": newest(model, customer, before=Cursor.of(middle)),
    }


def test_pages_follow_each_other_without_a_gap_or_a_repeat():
    customer = customer_with(60, records=3)
    for model in tabbed_models():
        everything = list(model._default_manager.filter(source_record__customer=customer).order_by("-at", "-pk"))
        rows: list = []
        while page := list(newest(model, customer, before=Cursor(rows[-1].at, rows[-1].pk) if rows else None)):
            rows += page
        assert rows == everything


def test_a_page_of_three_hundred_rows_costs_as_much_as_one_of_three_thousand():
    few, lots = customer_with(300, records=5), customer_with(3_000, records=5)
    analyze()
    for model in tabbed_models():
        for little, much in zip(pages(model, few).values(), pages(model, lots).values(), strict=True):
            with measured() as small:
                list(little)
            with measured() as large:
                list(much)
            assert large.read <= small.read * 1.1 + 100, model


# A page of one source, or of one kind of history


def customer_of_many_sources(rows: int) -> Customer:
    """A customer with so many orders and history entries, a tenth of them edits, in five records of five sources."""
    customer = CustomerFactory()
    for n in range(5):
        record = SourceRecordFactory(customer=customer, data_source=DataSourceFactory(name=f"Source {n}"))
        many(Order, record, rows // 5)
        many(HistoryEntry, record, rows // 5)
    entries = HistoryEntry.objects.filter(source_record__customer=customer)
    entries.annotate(tenth=F("pk") % 10).filter(tenth=0).update(kind="edit")
    return customer


def narrow_pages(customer: Customer) -> list[QuerySet]:
    source = DataSourceFactory(name="Source 3").pk
    edits = HistoryEntry.objects.filter(source_record__customer=customer, kind="edit").order_by("-at", "-pk")
    middle = Cursor(edits[50].at, edits[50].pk)
    return [
        newest(Order, customer, source=source),
        newest(HistoryEntry, customer, kind="edit"),
        newest(HistoryEntry, customer, kind="edit", before=middle),
        newest(HistoryEntry, customer, kind="edit", source=source, before=middle),
    ]


def test_a_page_of_one_source_or_kind_costs_the_same_however_many_rows_there_are():
    few, lots = customer_of_many_sources(2_000), customer_of_many_sources(10_000)
    analyze()
    before = [cost_of(page) for page in narrow_pages(few)]
    strangers(4_000, "Source 3")
    for little, page in zip(before, narrow_pages(lots), strict=True):
        assert cost_of(page) <= little * 1.1 + 100
        assert "historyentry_newest_of_kind" in page.explain() or page.model is Order


# A stretch of the customers


@pytest.mark.postgres
def test_the_planner_knows_how_few_customers_are_in_a_stretch():
    """Otherwise it takes them for a quarter of the table, and reads the records of all to find those of a source."""
    customers = Customer.objects.bulk_create(
        Customer(created=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)) for n in range(16 * SHORTEST_STRETCH)
    )
    analyze()
    middle = customers[len(customers) // 2]
    with CaptureQueriesContext(connection) as queries:
        stretch = next(scan([], OLDEST_FIRST, after=(middle.created, middle.pk)))
    assert len(stretch.passing) == SHORTEST_STRETCH
    _, statement = (query["sql"] for query in queries)  # the first finds the end of the stretch
    [read] = [node for node in nodes_of(statement) if node.get("Relation Name") == Customer._meta.db_table]
    assert read["Plan Rows"] <= SHORTEST_STRETCH
