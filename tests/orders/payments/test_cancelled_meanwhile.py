"""Money that comes in for an order which was cancelled meanwhile is seen, and can be paid back."""

from decimal import Decimal

import pytest

from customers.models import RecordTotals
from orders.intake.order import IncomingLine
from orders.invoices.amend import mark_uncollected
from orders.models import ItemKind, Order
from orders.payments.add_line import AddedLine
from orders.payments.gateway_request import amount_paid
from orders.payments.upsell import add_upsell
from tests.acts import make_pending_an_hour_old, refund, refusal, rerun, settle_pending
from tests.database import check_totals, history_of, reloaded
from tests.factories import ProductFactory, declined_order, paid_order

pytestmark = pytest.mark.django_db

CANCELLED = "The order was cancelled in the meantime and stays cancelled. This payment can be refunded."


def cancelled_meanwhile() -> Order:
    """A declined order that was charged again, voided, and then turned out to be paid."""
    declined = declined_order(token="sandbox-times-out")
    rerun(declined)
    mark_uncollected(declined, "voided", by=None)
    make_pending_an_hour_old()
    return declined


def test_the_payment_is_seen_and_the_order_stays_cancelled():
    cancelled = cancelled_meanwhile()
    said = settle_pending()

    charged = f"Order {cancelled.number}: 9.90 USD charged to VISA 4242. {CANCELLED}"
    assert said == f"{charged}\nResolved: 1. Still without an answer: 0.\n"
    assert cancelled.transactions.filter(status="SUCCESS").count() == 1
    assert reloaded(cancelled).status == "CANCELLED"
    assert f"Charged 9.90 USD to VISA 4242 for order {cancelled.number}. {CANCELLED}" in history_of(cancelled)
    assert not RecordTotals.objects.exclude(orders=0).exists()
    check_totals()


def test_a_subscription_of_it_does_not_begin():
    cancelled = cancelled_meanwhile()
    cancelled.items.create(description="Monthly", amount=cancelled.total, kind="subscription", product=ProductFactory())
    settle_pending()

    assert not cancelled.purchases.exists()
    check_totals()


def test_it_is_paid_back_and_stays_cancelled(as_admin):
    cancelled = cancelled_meanwhile()
    settle_pending()
    paid = reloaded(cancelled)
    assert "/refund/" in as_admin.get(paid.get_absolute_url()).content.decode()
    sale = paid.transactions.get(status="SUCCESS")
    assert refund(paid, "9.90", sale=sale.pk).status == "SUCCESS"

    back = reloaded(cancelled)
    assert (back.status, back.refunded) == ("CANCELLED", Decimal("9.90"))
    assert "All payments of this order are already refunded." in refusal(refund, back, sale=sale.pk)
    check_totals()


def test_a_refund_that_is_answered_late_leaves_a_voided_order_voided():
    paid = paid_order(token="sandbox-slow-refund")
    refund(paid, "9.90")
    mark_uncollected(paid, "voided", by=None)
    make_pending_an_hour_old()
    settle_pending()

    back = reloaded(paid)
    assert (back.status, back.refunded) == ("CANCELLED", Decimal("9.90"))
    check_totals()


def test_what_was_to_be_added_to_it_is_paid_back_with_it():
    paid = paid_order(token="sandbox-times-out")
    line = IncomingLine("Monthly", Decimal("5.00"), product=ProductFactory(), kind=ItemKind.SUBSCRIPTION)
    add_upsell(paid, AddedLine(line), request=None, by=None)
    mark_uncollected(paid, "voided", by=None)
    make_pending_an_hour_old()
    settle_pending()

    cancelled = reloaded(paid)
    assert (cancelled.status, cancelled.total) == ("CANCELLED", paid.total + 5)
    assert not cancelled.purchases.exists()
    assert amount_paid(cancelled.transactions.all(), cancelled) == cancelled.total
    check_totals()


def test_of_a_cancelled_order_that_nobody_paid_nothing_can_be_refunded(as_admin):
    cancelled = declined_order()
    mark_uncollected(cancelled, "voided", by=None)

    assert "so nothing was paid for it" in refusal(refund, reloaded(cancelled))
    page = as_admin.get(cancelled.get_absolute_url()).content.decode()
    assert "/refund/" not in page
    assert "so nothing was paid" not in page
