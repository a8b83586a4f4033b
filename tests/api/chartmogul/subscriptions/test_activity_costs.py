"""What a page of the activities of an account reads."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.revenue import activities
from tests.api.chartmogul.subscriptions.activity_pages import every_page, of_account
from tests.days import day
from tests.factories.invoices import invoice, line, purchase, record
from tests.query_costs import plan_of

pytestmark = pytest.mark.django_db


def test_each_kind_of_row_is_read_by_its_index(caller):
    line(purchase(record(), cancelled_at=day(5)), day(1), "50.00")
    with CaptureQueriesContext(connection) as queries:
        of_account(caller, order="-date", **{"start-date": "2024-01-01", "end-date": "2024-12-31"})
    plans = " ".join(plan_for_many(query["sql"]) for query in queries if "LIMIT 251" in query["sql"])
    for index in ("orderitem_by_service_from", "purchase_by_at", "purchase_by_cancelled_at"):
        assert index in plans
    (past,) = [query["sql"] for query in queries if " > ''" in query["sql"]]
    assert "purchase_by_first_end" in plan_for_many(past)


def test_those_of_many_customers_take_as_many_queries_as_those_of_one(caller, django_assert_max_num_queries):
    for n in range(10):
        found = record(f"Source {n}")
        line(purchase(found), day(1) + timedelta(days=n), "50.00")
    # The key, the rows of four kinds, purchases, lines and plans of their customers, the customers and data sources.
    with django_assert_max_num_queries(11):
        assert len(of_account(caller)["entries"]) == 10


def test_renewals_are_passed_over(caller, monkeypatch):
    monkeypatch.setattr(activities, "BATCH", 5)
    monkeypatch.setattr(activities, "MOST_BATCHES", 2)
    found = record()
    one = purchase(found, datetime(2020, 1, 1, tzinfo=UTC))
    order = invoice(one, day(1))
    for n in range(24):
        line(one, datetime(2020 + n // 12, n % 12 + 1, 1, tzinfo=UTC), "50.00", order=order)
    page = of_account(caller, **{"start-date": "2020-02-01"})

    assert (page["entries"], page["has_more"]) == ([], True)
    assert every_page(caller, **{"start-date": "2020-02-01"}) == []


def test_whoever_has_rows_in_several_stretches_is_read_once(caller, monkeypatch):
    monkeypatch.setattr(activities, "BATCH", 5)
    one = purchase(record(), datetime(2020, 1, 1, tzinfo=UTC))
    order = invoice(one, day(1))
    for n in range(24):
        line(one, datetime(2020 + n // 12, n % 12 + 1, 1, tzinfo=UTC), "50.00", order=order)
    with CaptureQueriesContext(connection) as queries:
        assert len(of_account(caller)["entries"]) == 1
    stretches = [query["sql"] for query in queries if "LIMIT 6" in query["sql"] and "orderitem" in query["sql"]]
    assert len(stretches) == 5
    assert len([query["sql"] for query in queries if "service_to" in query["sql"]]) == 1
    assert len([query["sql"] for query in queries if " > ''" in query["sql"]]) == 1


def plan_for_many(sql: str) -> str:
    """As the database means to read many rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "sort", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return plan_of(sql)
