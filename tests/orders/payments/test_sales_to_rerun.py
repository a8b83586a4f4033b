"""Which declined sales can be rerun together, and that each is charged once for its key."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import PaySource
from orders.models import Order, Transaction, TransactionStatus
from orders.payments import sales_to_rerun
from orders.payments.rerun_sale import rerun_sale
from orders.payments.sales_to_rerun import preview_filtered, preview_rerun
from orders.search.filters import OrderFilter
from tests.acts import refusal, rerun
from tests.database import check_totals, reloaded
from tests.factories import card, declined_order, order, paid_order
from tests.factories.payments import sale
from tests.recording_gateway import recording

pytestmark = pytest.mark.django_db
KEY = "tr_of_the_test"


def declined(n: int = 0, status: str = TransactionStatus.SOFT_DECLINE, **options) -> Order:
    return declined_order(status, email=f"helena{n}@reunite.cz", external_id=str(n), deduplicate=False, **options)


def of(order: Order) -> Transaction:
    return order.transactions.get()


def test_a_preview_counts_sales_sums_and_reasons():
    soft = [declined(1, total="10.00"), declined(2, total="20.50"), declined(3, total="7", currency="EUR")]
    excluded = [
        declined(4, TransactionStatus.HARD_DECLINE),
        declined(5, token=""),
        declined(6, total="0"),
        paid_order(email="paid@reunite.cz", external_id="7", deduplicate=False),
        order(email="none@reunite.cz", external_id="8", deduplicate=False, status="DECLINED").order,
    ]
    waiting = declined(9)
    sale(waiting, TransactionStatus.PENDING)
    preview = preview_rerun([sale.pk for sale in [*soft, *excluded, waiting]])
    assert [*preview.sales] == [of(sale).pk for sale in soft]
    assert dict(preview.sums) == {"USD": Decimal("30.50"), "EUR": Decimal(7)}
    assert dict(preview.excluded) == dict.fromkeys(
        [
            "Declined permanently",
            "No card on file that can be charged",
            "Total of zero",
            "Not declined",
            "No declined sale",
            "A payment is pending",
        ],
        1,
    )


def test_the_default_card_is_charged_where_the_declined_one_has_expired():
    old, none = declined(1), declined(2)
    PaySource.objects.update(expiry_month=1, expiry_year=2020)
    customer = old.source_record.customer
    customer.pay_source = card(old)
    customer.save()
    assert [*preview_rerun([old.pk, none.pk]).sales] == [of(old).pk]
    assert rerun_sale(of(old).pk, key=KEY, by=None).pay_source == customer.pay_source
    assert refusal(rerun_sale, of(none).pk, key="tr_other", by=None) == "No card on file that can be charged."


def test_a_filter_must_be_about_declined_orders_and_not_too_many(monkeypatch):
    for n in range(3):
        declined(n)
    assert "Choose the status" in refusal(preview_filtered, OrderFilter())
    assert preview_filtered(OrderFilter(status="declined_softly")).number == 3
    monkeypatch.setattr(sales_to_rerun, "MOST", 2)
    assert "More than 2 orders match" in refusal(preview_filtered, OrderFilter(status="DECLINED"))


def test_a_preview_costs_the_same_for_one_sale_and_for_twenty(django_assert_num_queries):
    orders = [declined(n).pk for n in range(20)]
    for some in (orders[:1], orders):
        with django_assert_num_queries(2):
            preview_rerun(some)


def test_a_sale_is_rerun_once_for_a_key():
    placed = declined()
    with recording() as gateway:
        first, second = (rerun_sale(of_first(placed), key=KEY, by=None) for _ in range(2))
        assert (first.pk, first.status) == (second.pk, "SUCCESS")
        assert [request.key for request in gateway.requests] == [KEY]
    assert reloaded(placed).status == "COMPLETE"
    check_totals()


def of_first(order: Order) -> int:
    return order.transactions.earliest("pk").pk


def test_who_begins_again_asks_the_gateway_with_the_same_key():
    placed = declined(token="sandbox-times-out")
    with recording() as gateway:
        for _ in range(2):
            assert rerun_sale(of_first(placed), key=KEY, by=None).status == "PENDING"
        assert [request.key for request in gateway.requests] == [KEY, KEY]


def test_after_some_minutes_the_gateway_is_only_asked_what_became_of_it():
    placed = declined(token="sandbox-times-out")
    with recording() as gateway:
        rerun_sale(of_first(placed), key=KEY, by=None)
        Transaction.objects.filter(uuid=KEY).update(at=timezone.now() - timedelta(hours=1))
        assert rerun_sale(of_first(placed), key=KEY, by=None).status == "SUCCESS"
        assert len(gateway.requests) == 1


def test_a_sale_that_was_rerun_meanwhile_is_left():
    placed = declined(token="sandbox-soft-decline")
    first = of_first(placed)
    rerun(placed)
    assert refusal(rerun_sale, first, key=KEY, by=None) == "This order was charged again in the meantime."
    assert not Transaction.objects.filter(uuid=KEY).exists()


def test_two_workers_with_one_sale_charge_it_once(run_together):
    placed = declined_order()
    first = of_first(placed)
    with recording() as gateway:
        charges = run_together(*[lambda: rerun_sale(first, key=KEY, by=None)] * 2)
        assert {charge.uuid for charge in charges} == {KEY}
        assert {request.key for request in gateway.requests} == {KEY}
    assert placed.transactions.filter(status=TransactionStatus.SUCCESS).count() == 1
    check_totals()
