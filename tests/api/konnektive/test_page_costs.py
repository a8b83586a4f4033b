"""What a numbered page costs: its own rows, and the entries of an index before it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.api.konnektive import paging
from customers.models import HistoryEntry
from customers.records.changed_since import ChainedQuery
from orders.models import Fulfillment, Membership, Order, Purchase, Transaction
from tests.factories import CustomerFactory, SourceRecordFactory
from tests.factories.linked_rows import many
from tests.query_costs import analyze, nodes_of, plan_of
from tests.tables import table

pytestmark = pytest.mark.django_db

DAYS = {"startDate": "01/01/2000", "endDate": timezone.now().strftime("%m/%d/%Y")}
QUERIES = {
    "order/query": Order,
    "transactions/query": Transaction,
    "purchase/query": Purchase,
    "members/query": Membership,
    "fulfillment/query": Fulfillment,
    "customer/history": HistoryEntry,
}
COVERED = {"postgresql": "Index Only Scan", "sqlite": "COVERING INDEX"}[connection.vendor]


def statements_of(shop, path, **parameters):
    """(message, statements) of a call."""
    shop.ask("campaign/query")  # who may ask what is remembered
    with CaptureQueriesContext(connection) as queries:
        _, message = shop.ask(path, **parameters)
    return message, [query["sql"] for query in queries]


@table("path", QUERIES)
def test_the_rows_before_a_page_are_not_read(shop, path):
    model = QUERIES[path]
    many(model, SourceRecordFactory(), 3_000)
    analyze()

    # Not so far on that it would cost PostgreSQL less to sort all that there is.
    message, statements = statements_of(shop, path, **DAYS, page="3", resultsPerPage="100")

    assert (message["totalResults"], len(message["data"])) == (3_000, 100)
    [passed_over] = [sql for sql in statements if "OFFSET" in sql]
    assert f"{model._meta.model_name}_by_at" in plan_of(passed_over)
    assert COVERED in plan_of(passed_over)


@table("path", QUERIES)
def test_of_one_customer_only_the_rows_of_the_page_are_read(shop, path):
    model, record = QUERIES[path], SourceRecordFactory()
    many(model, record, 500)
    for stranger in SourceRecordFactory.create_batch(40):
        many(model, stranger, 50)
    analyze()

    message, statements = statements_of(shop, path, customerId=str(record.customer_id), page="2", resultsPerPage="100")

    assert (message["totalResults"], len(message["data"])) == (500, 100)
    [passed_over] = [sql for sql in statements if "OFFSET" in sql]
    assert f"{model._meta.model_name}_newest" in plan_of(passed_over)
    table = model._meta.db_table
    assert f'SELECT "{table}"."at" AS "at", "{table}"."id" AS "pk" FROM' in passed_over


@table("path", QUERIES)
def test_what_one_page_shows_the_end_of_is_not_counted(shop, path):
    record = SourceRecordFactory()
    many(QUERIES[path], record, 30)
    for parameters in (DAYS, {"customerId": str(record.customer_id)}):
        whole, statements = statements_of(shop, path, **parameters, resultsPerPage="50")
        assert (whole["totalResults"], len(whole["data"])) == (30, 30)
        assert not any("COUNT(" in sql for sql in statements)
        last, statements = statements_of(shop, path, **parameters, resultsPerPage="20", page="2")
        assert (last["totalResults"], last["data"]) == (30, whole["data"][20:])
        assert not any("COUNT(" in sql for sql in statements)


def test_a_page_beyond_the_last_is_empty_and_says_how_many_there_are(shop):
    many(Order, SourceRecordFactory(), 30)
    message, _ = statements_of(shop, "order/query", **DAYS, page="3")
    assert (message["totalResults"], message["page"], message["data"]) == (30, 3, [])


def these(orders):
    return Order.objects.filter(pk__in=[order.pk for order in orders])


def test_who_reads_all_pages_has_the_rows_counted_once(shop):
    record = SourceRecordFactory()
    many(Order, record, 30)
    counts = []
    for page in "123":
        message, statements = statements_of(shop, "order/query", **DAYS, page=page, resultsPerPage="10")
        assert message["totalResults"] == 30
        counts.append(sum("COUNT(" in sql for sql in statements))
    assert counts == [1, 0, 0]

    many(Order, SourceRecordFactory(), 5)
    for page, total in (("2", 30), ("4", 30), ("1", 35), ("2", 35)):
        message, _ = statements_of(shop, "order/query", **DAYS, page=page, resultsPerPage="10")
        assert message["totalResults"] == total
    assert statements_of(shop, "order/query", **DAYS, page="2", orderStatus="DECLINED")[0].startswith("No orders")


@table("size", [1, 3, 4, 7, 10, 11])
def test_pages_go_from_one_query_to_the_next_without_a_gap(size):
    many(Order, SourceRecordFactory(), 10)
    everything = list(Order.objects.order_by("-at", "-pk"))
    pieces = [everything[:3], [], everything[3:4], everything[4:]]
    for page in range(12):
        in_turn = ChainedQuery(*(these(some).order_by("-at", "-pk") for some in pieces))
        assert in_turn.rows_from(page * size, size).rows == everything[page * size : (page + 1) * size]
        assert in_turn.count() == 10


@table("size", [1, 3, 4, 7, 10, 11])
def test_a_page_goes_on_after_the_last_row_of_the_one_before(size):
    many(Order, SourceRecordFactory(), 10)
    everything = list(Order.objects.order_by("-at", "-pk"))
    pieces = [everything[:3], [], everything[3:4], everything[4:]]
    in_turn = ChainedQuery(*(these(some).order_by("-at", "-pk") for some in pieces))
    read, page = [], in_turn.rows_from(0, size)
    while page.end:
        read += page.rows
        page = in_turn.rows_after(page.end, size)
    assert read == everything


def test_a_page_that_goes_on_is_found_through_the_index(shop):
    many(Order, SourceRecordFactory(), 3_000)
    analyze()
    statements_of(shop, "order/query", **DAYS, resultsPerPage="100")

    message, statements = statements_of(shop, "order/query", **DAYS, page="2", resultsPerPage="100")

    assert len(message["data"]) == 100
    [statement] = [sql for sql in statements if "LIMIT 100" in sql]
    assert "OFFSET" not in statement
    assert "order_by_at" in plan_of(statement)


RARE = {
    "order by status": ("order/query", {"orderStatus": "DECLINED"}, Order, {"status": "DECLINED"}),
    "payment by kind": ("transactions/query", {"txnType": "REFUND"}, Transaction, {"kind": "REFUND"}),
    "payment by status": ("transactions/query", {"responseType": "PENDING"}, Transaction, {"status": "PENDING"}),
    "payment by reference": ("transactions/query", {"merchantTxnId": "R-1"}, Transaction, {"gateway_reference": "R-1"}),
    "parcel by status": ("fulfillment/query", {"fulfillmentStatus": "HOLD"}, Fulfillment, {"status": "HOLD"}),
    "purchase by status": ("purchase/query", {"status": "PAUSED"}, Purchase, {"status": "PAUSED"}),
    "member by club": ("members/query", {"clubId": "Rare"}, Membership, {"club": "Rare"}),
}


@table("name", RARE)
def test_what_is_rare_in_a_period_is_found_through_an_index(shop, name):
    path, parameters, model, values = RARE[name]
    many(model, SourceRecordFactory(), 3_000)
    oldest = model._default_manager.order_by("at")[:2]
    model._default_manager.filter(pk__in=[row.pk for row in oldest]).update(**values)
    analyze()

    message, statements = statements_of(shop, path, **DAYS, **parameters)

    assert message["totalResults"] == 2
    [statement] = [sql for sql in statements if "LIMIT" in sql and next(iter(parameters.values())) in sql]
    assert f"{model._meta.model_name}_by_{name.rpartition(' ')[2]}" in plan_of(statement)


def test_of_a_long_list_only_the_next_rows_are_counted_and_whoever_reads_on_reads_all(shop, monkeypatch):
    monkeypatch.setattr(paging, "MOST_COUNTED", 12)
    many(Order, SourceRecordFactory(), 47)
    totals, numbers, page, total = [], [], 1, 1
    while len(numbers) < total:
        message, _ = statements_of(shop, "order/query", **DAYS, page=str(page), resultsPerPage="10")
        total = message["totalResults"]
        totals.append(total)
        numbers += [row["orderId"] for row in message["data"]]
        page += 1
    assert totals == [22, 22, 42, 42, 47]
    assert len(set(numbers)) == 47


def test_the_newest_of_a_customer_with_several_records_are_read_record_by_record(shop):
    customer = CustomerFactory()
    for _ in range(3):
        many(Order, SourceRecordFactory(customer=customer), 400)
    many(Order, SourceRecordFactory(), 400)
    analyze()

    message, statements = statements_of(shop, "order/query", customerId=str(customer.pk), resultsPerPage="50")

    newest = Order.objects.filter(source_record__customer=customer).order_by("-at", "-pk")[:50]
    assert [row["orderId"] for row in message["data"]] == [order.number for order in newest]
    if connection.vendor == "postgresql":
        [read] = [sql for sql in statements if "LATERAL" in sql]
        assert all(node["Plan Rows"] <= 150 for node in nodes_of(read) if node["Node Type"] == "Sort")
