"""Sums of transactions, by day and by campaign."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Campaign, Transaction
from orders.payments.summary import sums_by_campaign, sums_by_day
from tests.factories import SourceRecordFactory, order, sale
from tests.factories.linked_rows import many
from tests.query_costs import analyze, measured, on_sqlite, plan_of

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
NOON = JANUARY + timedelta(hours=12)
COVERED = "COVERING INDEX" if on_sqlite else "Index Only Scan"


def sold(amount, at, currency="USD", status="SUCCESS", campaign=None, **values):
    placed = order(total=amount, currency=currency, deduplicate=False).order
    placed.campaign = campaign
    placed.save()
    transaction = sale(placed, status, at=at)
    Transaction.objects.filter(pk=transaction.pk).update(**{"kind": "SALE"} | values)


def test_sums_are_apart_by_day_type_response_and_currency():
    sold("1.10", NOON)
    sold("2.20", NOON + timedelta(minutes=1))
    sold("5.00", NOON, "EUR")
    sold("7.00", NOON, status="SOFT_DECLINE")
    sold("9.00", NOON + timedelta(days=1))
    sold("3.00", NOON, kind="REFUND")
    sold("4.00", FEBRUARY)

    rows = sums_by_day(Transaction.objects.all(), JANUARY, FEBRUARY)

    assert [(f"{row.on:%m-%d}", row.kind, row.status, row.currency, row.count, row.total) for row in rows] == [
        ("01-01", "REFUND", "SUCCESS", "USD", 1, Decimal("3")),
        ("01-01", "SALE", "SOFT_DECLINE", "USD", 1, Decimal("7")),
        ("01-01", "SALE", "SUCCESS", "EUR", 1, Decimal("5")),
        ("01-01", "SALE", "SUCCESS", "USD", 2, Decimal("3.3")),
        ("01-02", "SALE", "SUCCESS", "USD", 1, Decimal("9")),
    ]


def test_a_day_is_one_of_the_current_time_zone_also_when_the_clocks_change():
    with timezone.override(ZoneInfo("America/New_York")):
        sold("1.00", datetime(2026, 3, 8, 4, 59, tzinfo=UTC))  # 23:59 on the 7th
        sold("2.00", datetime(2026, 3, 8, 5, 0, tzinfo=UTC))
        sold("4.00", datetime(2026, 3, 9, 3, 59, tzinfo=UTC))  # the 8th has 23 hours
        sold("8.00", datetime(2026, 3, 9, 4, 0, tzinfo=UTC))
        rows = sums_by_day(Transaction.objects.all(), JANUARY, datetime(2026, 4, 1, tzinfo=UTC))
    assert [(row.on.day, row.total) for row in rows] == [(7, 1), (8, 6), (9, 8)]


def test_sums_by_campaign_have_those_without_one_too():
    vinyl = Campaign.objects.create(name="Vinyl")
    sold("1.00", JANUARY, campaign=vinyl)
    sold("2.00", JANUARY + timedelta(days=9), campaign=vinyl)
    sold("4.00", JANUARY)
    rows = sums_by_campaign(Transaction.objects.all(), JANUARY, FEBRUARY)
    sums = {(row.campaign_id, row.campaign_name): (row.count, row.total) for row in rows}
    assert sums == {(vinyl.pk, "Vinyl"): (2, 3), (None, None): (1, 4)}


def test_a_period_costs_what_happened_in_it_and_no_row_of_the_table_is_read():
    many(Transaction, SourceRecordFactory(), 3_000)
    Transaction.objects.update(at=JANUARY - timedelta(days=60))
    for _ in range(5):
        sold("1.00", JANUARY)
    analyze()

    with measured() as cost, CaptureQueriesContext(connection) as queries:
        [row] = sums_by_day(Transaction.objects.all(), JANUARY, FEBRUARY)

    assert (row.count, row.total) == (5, 5)
    [statement] = [query["sql"] for query in queries]
    assert "transaction_by_at" in plan_of(statement)
    assert COVERED in plan_of(statement)
    assert cost.read <= (500 if on_sqlite else 10)
