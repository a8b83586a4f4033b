"""The status of a customer and the recurring revenue say the same, and `rebuild` names a customer where they do not."""

from datetime import timedelta

import pytest
from django.db.models import F

from customers.models import Customer
from customers.totals import billing_status
from orders.models import Purchase
from orders.revenue import current
from orders.revenue.disagreements import disagreements
from orders.subscriptions.read import current_subscriptions, first_purchases
from orders.totals.add import rebuild_totals
from tests.days import day
from tests.factories.invoices import line, purchase, record

pytestmark = pytest.mark.django_db


def refreshed(of):
    rebuild_totals([of.pk])
    billing_status.refresh([of.customer_id])
    return Customer.objects.get(pk=of.customer_id)


@pytest.fixture
def connected():
    """The subscription that began last is cancelled, the earlier one runs on."""
    of = record()
    earlier, later = (purchase(of, day(n), connection="c") for n in (1, 3))
    line(earlier, day(1), "50.00")
    line(later, day(3), "70.00")
    Purchase.objects.filter(pk=later.pk).update(status="CANCELLED", cancelled_at=day(5))
    return of, earlier


def test_connected_subscriptions_are_active_while_the_earlier_one_runs_on(connected):
    of, earlier = connected
    customer = refreshed(of)

    (shown,) = current_subscriptions(customer, first_purchases(customer))
    assert (shown.is_active, shown.amount, shown.last) == (True, 5_000, earlier)
    assert current.by_currency([customer.pk]) == {customer.pk: {"USD": 5_000}}
    assert customer.billing_status == "active"
    assert list(disagreements()) == []


def test_they_end_with_the_earlier_one(connected):
    of, earlier = connected
    Purchase.objects.filter(pk=earlier.pk).update(status="CANCELLED", cancelled_at=day(6))
    customer = refreshed(of)

    (shown,) = current_subscriptions(customer, first_purchases(customer))
    assert (shown.is_active, shown.amount, shown.end) == (False, 5_000, day(6))
    assert current.by_currency([customer.pk]) == {}
    assert customer.billing_status == "cancelled"
    assert list(disagreements()) == []


def test_a_customer_with_revenue_who_does_not_buy_is_named(connected):
    of, _ = connected
    for status, text in {"cancelled": "the status cancelled", "": "no status from purchases"}.items():
        Customer.objects.filter(pk=of.customer_id).update(billing_status=status)
        assert list(disagreements()) == [f"customer {of.customer_id} has recurring revenue, but {text}"]


def test_a_trial_and_a_subscription_of_tomorrow_are_no_disagreement(connected):
    for status in ("TRIAL", "ACTIVE"):
        of = record()
        one = purchase(of, status=status)
        line(one, day(1), "50.00")
        one.items.update(service_from=F("service_from") + timedelta(days=100_000))
        refreshed(of)

    refreshed(connected[0])
    assert list(disagreements()) == []
