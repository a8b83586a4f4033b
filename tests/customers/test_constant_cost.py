"""What a merge, an undo, a page of rows and a search for duplicates cost does not grow with what there is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from customers import billing, matching, merging, undoing
from customers.linked import linked_models, tabbed_models
from customers.models import (
    CreditEntry,
    Customer,
    DataSource,
    HistoryEntry,
    MatchKey,
    SourceRecord,
    UnmatchedValue,
    Via,
)
from customers.newest import PAGE, Cursor, newest
from orders import intake, totals
from orders.models import Order
from tests.customers.world import rolled_back
from tests.factories import CustomerFactory, DataSourceFactory, SourceRecordFactory, customer_with_order, person
from tests.linked_rows import many, many_of_each

pytestmark = pytest.mark.django_db
on_sqlite = connection.vendor == "sqlite"


@dataclass
class Cost:
    statements: int = 0
    written: int = 0
    read: int = 0
    """Rows of linked tables on PostgreSQL; on SQLite steps of its machine."""
    queries: list[str] = field(default_factory=list)


@contextmanager
def measured() -> Iterator[Cost]:
    cost = Cost()

    def count_rows(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not on_sqlite and sql.startswith(("INSERT", "UPDATE", "DELETE")):
            cost.written += context["cursor"].rowcount
        return result

    written, read = rows_written(), rows_read()
    with CaptureQueriesContext(connection) as queries, connection.execute_wrapper(count_rows), steps(cost):
        yield cost
    cost.queries = [query["sql"] for query in queries]
    cost.statements = len(queries)
    cost.written += rows_written() - written
    cost.read += rows_read() - read


def rows_written() -> int:
    return connection.connection.total_changes if on_sqlite else 0


def rows_read() -> int:
    if on_sqlite:
        return 0
    tables = [model._meta.db_table for model in linked_models()]
    sql = (
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_all_tables"
        " WHERE relname = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [tables])
        return int(cursor.fetchone()[0])


@contextmanager
def steps(cost: Cost) -> Iterator[None]:
    def step() -> None:
        cost.read += 1

    if on_sqlite:
        connection.connection.set_progress_handler(step, 1)
    yield
    if on_sqlite:
        connection.connection.set_progress_handler(None, 1)


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# Merging and undoing


def cost_of_merge_and_undo(rows: int) -> tuple[Cost, Cost]:
    """With a duplicate that has so many rows in every linked table.

    But for credit, which is added up, and for what staff said not to match on, which is read: both are few.
    """
    survivor, duplicate = customer_with_order(), customer_with_order()
    record = duplicate.records.exclude(data_source__name="Staff").get()
    many_of_each(record, rows, but=[CreditEntry, UnmatchedValue])
    totals.rebuild([record.pk])
    billing.refresh([duplicate.pk])
    analyze()
    plan = merging.plan(survivor, [Customer.objects.get(pk=duplicate.pk)])
    with measured() as merge:
        made = merging.merge(plan, by=None, via=Via.PAGE)
    with measured() as undo:
        undoing.undo(made, by=None)
    return merge, undo


def test_merge_and_undo_cost_the_same_for_ten_rows_of_everything_and_for_ten_thousand():
    cost_of_merge_and_undo(1)  # makes what is made once, such as the data source of the staff
    small, large = cost_of_merge_and_undo(10), cost_of_merge_and_undo(10_000)
    for little, much in zip(small, large, strict=True):
        assert much.statements == little.statements
        assert much.written == little.written
        assert much.read <= little.read * (1.05 if on_sqlite else 1)


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
        "later": newest(model, customer, before=Cursor(middle.at, middle.pk)),
    }


def test_pages_follow_each_other_without_a_gap_or_a_repeat():
    customer = customer_with(60, records=3)
    for model in tabbed_models():
        everything = list(model._default_manager.filter(source_record__customer=customer).order_by("-at", "-pk"))
        found: list = []
        while page := list(newest(model, customer, before=Cursor(found[-1].at, found[-1].pk) if found else None)):
            found += page
        assert found == everything


def test_a_page_of_a_thousand_rows_costs_as_much_as_one_of_ten_thousand():
    few, lots = customer_with(1_000, records=5), customer_with(10_000, records=5)
    analyze()
    for model in tabbed_models():
        for little, much in zip(pages(model, few).values(), pages(model, lots).values(), strict=True):
            with measured() as small:
                list(little)
            with measured() as large:
                list(much)
            assert large.read <= small.read * 1.1 + 100, model


@pytest.mark.postgres
def test_a_page_is_read_through_the_index_and_no_more_than_a_page_a_record_is_sorted():
    records = 5
    customer = customer_with(10_000, records=records)
    analyze()
    for model in tabbed_models():
        for query in pages(model, customer).values():
            for node in nodes(query.explain(format="json", analyze=True)):
                reads_model = node.get("Relation Name") == model._meta.db_table
                assert not (reads_model and node["Node Type"] == "Seq Scan"), model
                if reads_model:
                    assert node["Actual Rows"] * node["Actual Loops"] <= PAGE * records, model
                if node["Node Type"] == "Sort":
                    assert node["Plans"][0]["Actual Rows"] * node["Plans"][0]["Actual Loops"] <= PAGE * records, model


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


def cost_of(page: QuerySet) -> int:
    with measured() as cost:
        assert len(page) == PAGE
    return cost.read


def nodes(explained: str) -> Iterator[dict]:
    def below(node: dict) -> Iterator[dict]:
        yield node
        for child in node.get("Plans", ()):
            yield from below(child)

    return below(json.loads(explained)[0]["Plan"])


# Finding duplicates


def strangers(number: int, source_name: str = "Strangers") -> None:
    """So many customers of one data source with an e-mail and a phone of their own."""
    source = DataSourceFactory(name=source_name)
    start = Customer.objects.count()
    customers = Customer.objects.bulk_create(Customer(first_name=f"Stranger {start + n}") for n in range(number))
    records = SourceRecord.objects.bulk_create(
        SourceRecord(origin=customer, customer=customer, data_source=source, email=f"{customer.pk}@x.cz")
        for customer in customers
    )
    MatchKey.objects.bulk_create(
        MatchKey(source_record=record, kind=kind, value=f"{kind} {record.pk}@x.cz")
        for record in records
        for kind in ("email", "phone", "digits")
    )
    analyze()


def cost_of_finding(customer: Customer) -> list[Cost]:
    """Of the duplicates of `customer`, of the counts on a list, and of recognising them in what comes in."""
    with measured() as candidates:
        assert len(matching.duplicates_of(customer)) == 1
    with measured() as counts:
        assert matching.duplicate_counts([customer.pk]) == {customer.pk: 1}
    who = person("Post", first_name="Helena", email=customer.email)
    with rolled_back(), measured() as recognised:
        assert intake.take_lead(who).rule == "match"
    return [candidates, counts, recognised]


def test_finding_duplicates_costs_the_same_however_many_strangers_there_are():
    helena = customer_with_order(email="hholy@gmail.com", phone="+420 241 770 449")
    customer_with_order(email="hholy@gmail.com")
    strangers(200)
    few = cost_of_finding(helena)
    strangers(4_000)
    for little, much in zip(few, cost_of_finding(helena), strict=True):
        assert much.statements == little.statements
        assert much.read <= little.read * 1.1 + 100
        if not on_sqlite:
            refuse_scans(much.queries)


def test_one_more_customer_of_a_switchboard_costs_the_same_however_many_have_its_number():
    DataSource.staff()  # made once, ever
    DataSourceFactory()
    costs = []
    for number in (2, 150):
        phone = f"+420 241 770 {number:03}"
        source = DataSourceFactory(name="Strangers")
        for one in Customer.objects.bulk_create(Customer(first_name=f"Clerk {n}") for n in range(number)):
            SourceRecordFactory(customer=one, data_source=source, phone=phone)
        analyze()
        with measured() as cost:
            newcomer = customer_with_order(phone=phone)
        other = customer_with_order(email=f"{number}@reunite.cz")
        with measured() as merged:
            merging.merge(merging.plan(newcomer, [other]), by=None, via=Via.PAGE)
        costs.append((cost, merged))
    for little, much in zip(*costs, strict=True):
        assert much.statements == little.statements
        assert much.written == little.written
        assert much.read <= little.read * 1.1 + 100


def refuse_scans(queries: list[str]) -> None:
    """No query of what was just done reads a whole table that grows with customers."""
    tables = {model._meta.db_table for model in (Customer, SourceRecord, MatchKey)}
    for sql in queries:
        if sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
                [[plan]] = cursor.fetchall()
            for node in nodes(json.dumps(plan)):
                assert not (node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables), sql
