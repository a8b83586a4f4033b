"""The roll-ups of source records: whole minor units, added in one statement, the same when derived again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import RecordTotals, SourceRecord
from orders.models import Order, Purchase
from orders.totals.add import add_to_totals, rebuild_totals
from orders.totals.deltas import Delta, deltas_of_purchase
from tests.factories import ProductFactory, SourceRecordFactory, order, order_row
from tests.tables import table

pytestmark = pytest.mark.django_db
JULY = datetime(2026, 7, 1, 12, tzinfo=UTC)
MONTH = JULY.date()


@pytest.fixture
def record() -> SourceRecord:
    return SourceRecordFactory(external_id="7")


def ordered(total: str, currency: str = "USD", **options) -> Order:
    return order(total=total, currency=currency, external_id="7", **options).order


def total_of(record: SourceRecord, currency: str = "USD") -> RecordTotals:
    return RecordTotals.objects.get(source_record=record, currency=currency)


def test_orders_of_a_record_add_up(record):
    ordered("9.90")
    ordered("0.10")
    assert (total_of(record).orders, total_of(record).amount) == (2, 1000)


@table(("currency", "total", "amount"), [("JPY", "500", 500), ("KWD", "1.234", 1234), ("EUR", "7", 700)])
def test_amounts_are_in_the_minor_unit_of_their_currency(record, currency, total, amount):
    ordered(total, currency)
    assert total_of(record, currency).amount == amount
    assert rebuild_totals([record.pk]) == []


def test_currencies_are_added_up_apart(record):
    ordered("5", "USD")
    ordered("5", "JPY")
    assert (total_of(record, "USD").amount, total_of(record, "JPY").amount) == (500, 5)


@table("status", ["PARTIAL", "PENDING", "DECLINED", "CANCELLED"])
def test_an_order_that_is_not_complete_does_not_count(record, status):
    ordered("9.90", status=status)
    assert not RecordTotals.objects.exists()
    assert rebuild_totals([record.pk]) == []


def test_a_refunded_order_counts_and_its_refund_beside_it(record):
    placed = ordered("9.90")
    Order.objects.filter(pk=placed.pk).update(status="REFUNDED", refunded=Decimal("4.90"))
    rebuild_totals([record.pk])
    assert (total_of(record).orders, total_of(record).amount, total_of(record).refunded) == (1, 990, 490)


def test_the_first_and_the_last_order_are_known_in_whatever_order_they_come(record):
    for days in (5, 0, 9, 3):
        ordered("1", at=JULY + timedelta(days=days))
    assert total_of(record).first_order_at == JULY
    assert total_of(record).last_order_at == JULY + timedelta(days=9)
    assert rebuild_totals([record.pk]) == []


def test_the_times_of_orders_keep_their_parts_of_a_second(record):
    moment = JULY.replace(microsecond=1)
    ordered("1", at=moment)
    ordered("1", at=JULY)
    assert (total_of(record).first_order_at, total_of(record).last_order_at) == (JULY, moment)


@table(
    ("status", "column"),
    [
        ("TRIAL", "purchases_active"),
        ("PAUSED", "purchases_active"),
        ("RECYCLE_BILLING", "purchases_past_due"),
        ("RECYCLE_FAILED", "purchases_past_due"),
        ("CANCELLED", "purchases_cancelled"),
        ("COMPLETE", "purchases_cancelled"),
    ],
)
def test_purchases_are_counted_by_their_state_of_billing(record, status, column):
    purchase = Purchase(source_record=record, product=ProductFactory(), status=status, price=1, currency="USD")
    purchase.save()
    add_to_totals(deltas_of_purchase(purchase))
    assert getattr(total_of(record), column) == 1
    assert rebuild_totals([record.pk]) == []


def test_adding_purchases_before_any_order_leaves_no_time_and_takes_the_first(record):
    add_to_totals([Delta(record.pk, "USD", purchases_active=1)])
    assert total_of(record).first_order_at is None
    add_to_totals([Delta(record.pk, "USD", MONTH, orders=1, first_order_at=JULY, last_order_at=JULY)])
    add_to_totals([Delta(record.pk, "USD", purchases_active=1)])
    assert (total_of(record).first_order_at, total_of(record).last_order_at) == (JULY, JULY)


def test_many_changes_of_many_records_are_one_statement_and_one_by_month(record, django_assert_num_queries):
    other = SourceRecordFactory()
    changes = [
        Delta(pk, currency, MONTH, orders=1, amount=5) for pk in (other.pk, record.pk) for currency in ("USD", "EUR")
    ]
    with django_assert_num_queries(2):
        add_to_totals([*changes, *changes])
    assert sorted(RecordTotals.objects.values_list("orders", "amount")) == [(2, 10)] * 4


def test_what_is_taken_away_again_is_a_change_below_zero(record):
    add_to_totals([Delta(record.pk, "USD", MONTH, orders=2, amount=10, purchases_active=1)])
    add_to_totals([Delta(record.pk, "USD", MONTH, orders=-1, amount=-4, purchases_active=-1, purchases_cancelled=1)])
    row = total_of(record)
    assert (row.orders, row.amount, row.purchases_active, row.purchases_cancelled) == (1, 6, 0, 1)


def test_nothing_to_add_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        add_to_totals([])


def test_sums_beyond_two_thousand_million_cents_are_kept(record):
    for _ in range(3):
        ordered("9999999999.99")
    assert total_of(record).amount == 2_999_999_999_997
    assert rebuild_totals([record.pk]) == []


def test_rebuilding_names_and_repairs_each_record_and_currency_that_differed(record):
    ordered("5")
    RecordTotals.objects.update(amount=1, first_order_at=None)
    RecordTotals.objects.create(source_record=record, currency="EUR", orders=3)
    order_row(record, status="COMPLETE", currency="JPY", total=7).save()
    assert rebuild_totals([record.pk]) == [
        *(f"{c} totals of record {record.pk}" for c in ("EUR", "JPY", "USD")),
        f"JPY of {timezone.now():%Y-%m} of record {record.pk}",
    ]
    assert (total_of(record, "EUR").orders, total_of(record, "JPY").amount, total_of(record).amount) == (0, 7, 500)
    assert rebuild_totals([record.pk]) == []
