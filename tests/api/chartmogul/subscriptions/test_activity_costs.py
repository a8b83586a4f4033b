"""What a page of the activities of an account reads."""

from datetime import timedelta

import pytest

from orders.models import Purchase
from tests.api.chartmogul.subscriptions.activity_pages import of_account
from tests.days import day
from tests.factories.invoices import count_purchases, line, plan, purchase, record

pytestmark = pytest.mark.django_db


def test_those_of_many_customers_take_as_many_queries_as_those_of_one(caller, django_assert_max_num_queries):
    for n in range(10):
        line(purchase(record(f"Source {n}")), day(1) + timedelta(days=n), "50.00")
    count_purchases()
    # The key; a page of steps, their customers and records, purchases that are not counted, steps around these, months,
    # steps of the month, first steps; purchases, plans of lines; the customers and data sources.
    with django_assert_max_num_queries(15):
        assert len(caller.get("activities").json()["entries"]) == 10


def test_renewals_are_no_steps_and_a_page_is_full(caller):
    one = purchase(record())
    for n in range(24):
        line(one, day(n % 12 + 1, year=2024 + n // 12), "50.00")
    line(one, day(1, year=2026), "60.00")
    page = of_account(caller, per_page=2)
    assert ([entry["type"] for entry in page["entries"]], page["has_more"]) == (["new_biz", "expansion"], False)


def test_those_of_a_type_that_is_rare_end_when_enough_was_passed_over(caller, monkeypatch):
    monkeypatch.setattr("orders.revenue.activities.BATCH", 5)
    monkeypatch.setattr("orders.revenue.activities.MOST_BATCHES", 2)
    of = record()
    Purchase.objects.bulk_create(
        Purchase(source_record=of, product=plan(), price=50, currency="USD", at=day(1) + n * timedelta(days=1))
        for n in range(24)
    )
    page = of_account(caller, type="churn")
    assert (page["entries"], page["has_more"]) == ([], True)
