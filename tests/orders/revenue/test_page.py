"""Recurring revenue on the page of a customer: on the tab of purchases."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.customers.pages.page_requests import rows
from tests.days import day
from tests.factories.invoices import count_purchases, line, plan, purchase, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    """Worth 60 dollars and 10 euros a month, after a while at 50 dollars."""
    of = record()
    one = purchase(of, product=plan("Gold"))
    line(one, day(1), "50.00")
    line(one, day(2), "60.00")
    line(purchase(of, product=plan("Silver")), day(3), "10.00", currency="EUR")
    count_purchases()
    return of.customer


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_the_tab_says_what_they_are_worth_a_month(as_agent, customer):
    assert "10.00 EUR, 60.00 USD per month" in words(rows(as_agent, customer, tab="purchases"))


def test_the_tab_says_how_that_moved_newest_first(as_agent, customer):
    page = words(rows(as_agent, customer, tab="purchases"))

    movements = re.findall(r"(New business|Expansion) (\w+) (\+[\d.]+) ([\d.]+ \w+)", page)
    assert movements == [
        ("New business", "Silver", "+10.00", "10.00 EUR"),
        ("Expansion", "Gold", "+10.00", "60.00 USD"),
        ("New business", "Gold", "+50.00", "50.00 USD"),
    ]


def test_who_pays_nothing_each_month_is_told_nothing_of_it(as_agent):
    of = record()
    purchase(of, product=plan("Book", count=None, unit=""))
    page = words(rows(as_agent, of.customer, tab="purchases"))

    assert "per month" not in page
    assert "recurring" not in page


def test_the_tab_asks_as_much_however_much_was_billed(as_agent, customer):
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(as_agent, customer, tab="purchases")
        return len(queries)

    few = statements()
    of = customer.records.get()
    for n in range(4, 12):
        line(purchase(of, product=plan(f"Plan {n}")), day(n), "5.00")
    count_purchases()
    assert statements() == few
