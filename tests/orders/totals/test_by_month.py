"""The roll-ups by month: of the month in which the order was placed, in UTC, refunds with it."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from customers.models import MonthTotals, SourceRecord
from orders.intake.order import IncomingPurchase
from orders.models import Order
from orders.totals.add import add_to_totals, rebuild_totals
from orders.totals.deltas import Delta, deltas_of_refund
from tests.factories import ProductFactory, SourceRecordFactory, order
from tests.tables import table

pytestmark = pytest.mark.django_db
JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def record() -> SourceRecord:
    return SourceRecordFactory(external_id="7")


def months(record: SourceRecord) -> list[tuple]:
    totals = MonthTotals.objects.filter(source_record=record, mrr_moved=0).order_by("currency", "month")
    return list(totals.values_list("currency", "month", "orders", "amount", "refunded"))


def ordered(total: str, at: datetime, **options) -> Order:
    return order(total=total, at=at, external_id="7", **options).order


def test_orders_add_up_by_month_and_currency(record):
    ordered("9.90", JULY)
    ordered("0.10", JULY + timedelta(days=30))
    ordered("5", JULY + timedelta(days=31))
    ordered("500", JULY, currency="JPY")
    assert months(record) == [
        ("JPY", date(2026, 7, 1), 1, 500, 0),
        ("USD", date(2026, 7, 1), 2, 1000, 0),
        ("USD", date(2026, 8, 1), 1, 500, 0),
    ]
    assert rebuild_totals([record.pk]) == []


def test_the_month_is_that_of_the_time_in_utc(record):
    ordered("1", datetime(2026, 7, 1, 1, tzinfo=timezone(timedelta(hours=2))))
    ordered("1", datetime(2026, 6, 30, 23, tzinfo=timezone(timedelta(hours=-2))))
    assert [month for _, month, *_ in months(record)] == [date(2026, 6, 1), date(2026, 7, 1)]
    assert rebuild_totals([record.pk]) == []


@table("status", ["PARTIAL", "PENDING", "DECLINED", "CANCELLED"])
def test_an_order_that_does_not_count_has_no_month(record, status):
    ordered("9.90", JULY, status=status)
    assert months(record) == []
    assert rebuild_totals([record.pk]) == []


def test_a_refund_counts_in_the_month_of_its_order(record):
    placed = ordered("9.90", JULY)
    Order.objects.filter(pk=placed.pk).update(refunded=Decimal("4.90"))
    add_to_totals(deltas_of_refund(placed, Decimal("4.90")))
    assert months(record) == [("USD", date(2026, 7, 1), 1, 990, 490)]
    assert rebuild_totals([record.pk]) == []


def test_a_change_of_orders_that_names_no_month_is_refused(record):
    with pytest.raises(ValueError, match="the month"):
        add_to_totals([Delta(record.pk, "USD", refunded=5)])


def test_purchases_have_a_month_only_of_recurring_revenue(record):
    monthly = [IncomingPurchase(ProductFactory(), Decimal(3), status="ACTIVE")]
    order(external_id="7", total="0", status="PARTIAL", purchases=monthly)
    assert months(record) == []
    assert MonthTotals.objects.get().mrr_moved == 300


def test_an_order_costs_one_statement_more(record, django_assert_num_queries):
    change = Delta(record.pk, "USD", JULY.date(), orders=1, amount=5)
    with django_assert_num_queries(2):
        add_to_totals([change])
    with django_assert_num_queries(1):
        add_to_totals([Delta(record.pk, "USD", purchases_active=1)])


def test_rebuilding_names_and_repairs_each_month_that_differed(record):
    ordered("5", JULY)
    MonthTotals.objects.update(amount=1)
    MonthTotals.objects.create(source_record=record, currency="EUR", month=JULY.date(), orders=3)
    assert rebuild_totals([record.pk]) == [f"{c} of 2026-07 of record {record.pk}" for c in ("EUR", "USD")]
    assert months(record)[1] == ("USD", date(2026, 7, 1), 1, 500, 0)
    assert rebuild_totals([record.pk]) == []


def test_months_of_an_install_from_before_are_made_by_rebuilding(record):
    ordered("5", JULY)
    MonthTotals.objects.all().delete()
    rebuild_totals([record.pk])
    assert months(record) == [("USD", date(2026, 7, 1), 1, 500, 0)]
