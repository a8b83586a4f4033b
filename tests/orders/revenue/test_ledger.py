"""What is read of a customer's subscriptions, and what it comes to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orders.models import ItemKind, OrderItem, Purchase
from orders.revenue import current
from orders.revenue.ledger import read_changes, read_last_changes
from orders.subscriptions.connect import connect_subscriptions, disconnect_subscriptions
from tests.acts import fresh, merge, undo
from tests.database import rolled_back
from tests.days import day
from tests.factories.invoices import invoice, line, plan, purchase, record
from tests.orders.revenue.movement_lines import moved
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_a_line_counts_without_its_tax_by_the_interval_of_its_plan():
    of = record()
    line(purchase(of, product=plan("Yearly", unit="year")), day(1), "720.00", tax=Decimal(120), quantity=10)

    assert moved(of.customer) == [("new_biz", 5_000, 5_000)]


def test_the_plan_of_a_line_counts_before_that_of_its_subscription():
    of = record()
    line(purchase(of), day(1), "600.00", product=plan("Yearly", unit="year"))

    assert moved(of.customer) == [("new_biz", 5_000, 5_000)]


def test_a_currency_without_cents_counts_in_its_own_units():
    of = record()
    line(purchase(of, currency="JPY"), day(1), "5000", currency="JPY")

    assert moved(of.customer) == [("new_biz", 5_000, 5_000)]


@table(
    "values",
    [
        {"kind": ItemKind.TRIAL},
        {"kind": ItemKind.ONE_TIME},
        {"disabled_at": day(2)},
        {"service_from": timezone.now() + timedelta(days=1)},
    ],
)
def test_a_line_does_not_count_that_is(values):
    of = record()
    OrderItem.objects.filter(pk=line(purchase(of), day(1), "50.00").pk).update(**values)

    assert moved(of.customer) == []
    assert current.by_currency([of.customer_id]) == {}


@table("values", [{"disabled_at": day(2)}, {"uncollected": "voided"}, {"uncollected": "written_off"}])
def test_an_invoice_that_is_disabled_or_never_paid_counts_for_nothing(values):
    of = record()
    one = purchase(of)
    order = invoice(one, day(1))
    line(one, day(1), "50.00", order=order)
    type(order).objects.filter(pk=order.pk).update(**values)

    assert moved(of.customer) == []


class TestASubscriptionOfAShop:
    """It comes with a price, and without lines that say for which time they are."""

    def test_counts_from_its_beginning_to_its_end(self):
        of = record()
        purchase(of, day(1), price=Decimal("9.90"), status="CANCELLED", cancelled_at=day(3))

        assert moved(of.customer) == [("new_biz", 990, 990), ("churn", -990, 0)]

    @table("status", ["TRIAL", "COMPLETE", "CANCELLED"])
    def test_counts_for_nothing_in_a_trial_or_when_it_ended_nobody_knows_when(self, status):
        of = record()
        purchase(of, status=status)

        assert moved(of.customer) == []

    def test_counts_for_nothing_if_its_product_has_no_interval(self):
        of = record()
        purchase(of, product=plan("Book", count=None, unit=""))

        assert moved(of.customer) == []


def test_every_cancellation_of_a_subscription_is_read():
    of = record()
    one = purchase(of, cancelled_at=day(6), past_cancellations=["2024-02-01T00:00:00+00:00"])
    line(one, day(1), "50.00")
    line(one, day(4), "50.00")

    assert [kind for kind, *_ in moved(of.customer)] == ["new_biz", "churn", "reactivation", "churn"]


class TestAMerge:
    def switched(self):
        """Somebody who left the old billing system for the new one, and is a customer of each."""
        old, new = record("Old billing"), record("New billing")
        line(purchase(old, day(1), cancelled_at=day(6), status="CANCELLED"), day(1), "50.00")
        line(purchase(new, day(6)), day(6), "50.00")
        return old.customer, new.customer

    def test_makes_one_series_and_its_undo_two_again(self):
        old, new = self.switched()
        before = read_changes([old.pk, new.pk])
        standing = merge(new, old)

        assert moved(new) == [("new_biz", 5_000, 5_000), ("expansion", 5_000, 10_000), ("contraction", -5_000, 5_000)]
        assert moved(old) == []
        undo(standing)
        after = read_changes([old.pk, new.pk])
        for connected in (old, new):
            assert after.series(connected.pk).movements == before.series(connected.pk).movements
        assert moved(old) == [("new_biz", 5_000, 5_000), ("churn", -5_000, 0)]
        assert moved(new) == [("new_biz", 5_000, 5_000)]

    def test_leaves_nothing_of_the_switch_once_the_two_are_connected(self):
        old, new = self.switched()
        standing = merge(new, old)
        both = Purchase.objects.order_by("pk")
        connect_subscriptions(*fresh(new), both, by=None)

        assert moved(new) == [("new_biz", 5_000, 5_000)]
        disconnect_subscriptions(*fresh(new), both[:1], by=None)
        assert len(moved(new)) == 3
        connect_subscriptions(*fresh(new), both, by=None)
        undo(standing)
        assert moved(old) == [("new_biz", 5_000, 5_000), ("churn", -5_000, 0)]
        assert moved(new) == [("new_biz", 5_000, 5_000)]


def test_the_series_of_many_take_as_many_queries_as_that_of_one(django_assert_num_queries):
    customers = []
    for n in range(5):
        of = record()
        customers.append(of.customer_id)
        for _ in range(n):
            one = purchase(of)
            line(one, day(1), "50.00", product=plan(f"Plan {n}"))
    for some in (customers[1:2], customers):
        with django_assert_num_queries(3):  # the purchases, their lines, the plans of these
            read_changes(some)


class TestWhatACustomerIsWorthNow:
    def test_is_read_from_the_last_lines_however_many_there_were(self):
        of = record()
        one = purchase(of)
        OrderItem.objects.bulk_create(
            OrderItem(
                order=invoice(one, day(1)),
                purchase=one,
                kind=ItemKind.SUBSCRIPTION,
                service_from=datetime(2010 + n // 12, n % 12 + 1, 1, tzinfo=UTC),
                amount=Decimal(50 + n),
            )
            for n in range(120)
        )
        line(one, day(3), "70.00")
        line(one, day(3, 16), "15.00", service_to=day(4), prorated=True)

        read = read_last_changes(Purchase.objects.all())
        assert len(read.changes[of.customer_id]) == 2
        assert current.by_currency([of.customer_id]) == {of.customer_id: {"USD": 7_000 + 2_906}}

    def test_is_told_in_the_currency_of_the_account_else_in_that_of_the_most(self):
        local, foreign, none = record(), record(), record()
        line(purchase(local), day(1), "10.00")
        line(purchase(local), day(1), "50.00", currency="EUR")
        line(purchase(foreign), day(1), "30.00", currency="EUR")
        line(purchase(foreign), day(1), "20.00", currency="GBP")

        revenues = current.monthly_revenue_of([revenues.customer_id for revenues in (local, foreign, none)])
        assert [(revenue.currency, revenue.amount) for revenue in revenues.values()] == [
            ("USD", 1_000),
            ("EUR", 3_000),
            ("USD", 0),
        ]

    def test_is_what_the_earlier_of_connected_subscriptions_bills_until_the_next_is_charged(self):
        of = record()
        old, new = (purchase(of, day(n), connection="c") for n in (1, 3))
        line(old, day(1), "50.00")
        line(new, day(3), "-5.00")
        line(old, day(9), "40.00")

        everything = read_changes([of.customer_id]).series(of.customer_id).totals()
        assert current.by_currency([of.customer_id])[of.customer_id] == everything == {"USD": 4_000}

    @given(st.data())
    @settings(max_examples=20, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow], deadline=None)
    def test_is_what_the_movements_add_up_to(self, data):
        with rolled_back():
            of = record()
            for n in range(data.draw(st.integers(1, 3))):
                ends = data.draw(st.sampled_from([None, day(3), day(6)]))
                shared = {"connection": data.draw(st.sampled_from(["", "c"])), "cancelled_at": ends}
                one = purchase(of, day(n + 1), set_external_id=data.draw(st.sampled_from(["", "", "set"])), **shared)
                for _ in range(data.draw(st.integers(0, 5))):
                    parts = data.draw(st.booleans())
                    at, amount = day(data.draw(st.integers(n + 1, 12))), data.draw(st.integers(-20, 90))
                    line(one, at, str(amount), prorated=parts, product=plan(data.draw(st.sampled_from(["A", "B"]))))
            everything = read_changes([of.customer_id]).series(of.customer_id).totals()
            assert current.by_currency([of.customer_id]).get(of.customer_id, {}) == everything
