"""The totals of a record say what its purchases come to, after every act, and pages read nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import RecordTotals
from orders.catalogue import plans
from orders.models import Purchase
from orders.models.subscription import NOT_COUNTED
from orders.revenue import current
from orders.revenue.counted import count_due, count_new, rebuild_revenue, recount
from orders.revenue.ledger import read_changes
from orders.revenue.steps import add_new_steps
from orders.subscriptions.connect import connect_subscriptions, disconnect_subscriptions
from orders.totals.add import add_to_totals
from orders.totals.deltas import deltas_of_purchase
from tests.acts import cancel, fresh, merge, undo
from tests.days import day
from tests.factories.invoices import line, plan, purchase, record
from tests.query_costs import analyze, measured

pytestmark = pytest.mark.django_db


def counted(of, number=1, **values):
    """So many purchases of a shop, counted as an act would."""
    unsaved = [
        count_new(
            Purchase(
                source_record=of, at=day(1), **{"product": plan(), "price": Decimal(50), "currency": "USD"} | values
            )
        )
        for _ in range(number)
    ]
    saved = Purchase.objects.bulk_create(unsaved)
    add_to_totals([*(delta for one in saved for delta in deltas_of_purchase(one)), *add_new_steps(saved)])
    return saved


def mrr_of(customer):
    """As pages say it, which is what all changes come to."""
    read = current.by_currency([customer.pk]).get(customer.pk, {})
    assert read == read_changes([customer.pk]).series(customer.pk).totals()
    return read


def in_totals(of):
    return {row.currency: row.mrr for row in RecordTotals.objects.filter(source_record=of) if row.mrr}


def test_what_a_customer_is_worth_is_read_from_totals_however_many_purchases_there_are():
    few, many = record(), record()
    counted(few, 1)
    counted(many, 200)
    analyze()
    costs = []
    for of in (few, many):
        with measured() as cost:
            amounts = current.monthly_amounts_of(of.customer)
        costs.append(cost)
        assert amounts == [f"{50 * of.purchase_set.count():,}.00 USD"]
    assert [cost.statements for cost in costs] == [2, 2]
    assert costs[1].read <= costs[0].read + 20


def test_a_cancellation_takes_a_purchase_out_of_the_totals():
    of = record()
    first, _ = counted(of, 2)
    assert (in_totals(of), mrr_of(of.customer)) == ({"USD": 10_000}, {"USD": 10_000})
    cancel(first)
    assert (in_totals(of), mrr_of(of.customer)) == ({"USD": 5_000}, {"USD": 5_000})


def test_a_merge_and_its_undo_write_no_amount():
    one, other = record(), record()
    counted(one)
    counted(other, currency="EUR")
    merged = merge(one.customer, other.customer)
    assert mrr_of(one.customer) == {"EUR": 5_000, "USD": 5_000}
    undo(merged)
    assert (mrr_of(one.customer), mrr_of(other.customer)) == ({"USD": 5_000}, {"EUR": 5_000})


def test_a_line_sent_ahead_counts_from_its_beginning_on():
    of = record()
    one, start = purchase(of), timezone.now()
    line(one, start - timedelta(days=31), "50.00")
    line(one, start + timedelta(hours=1), "80.00")
    add_to_totals(recount([one]))
    soon = start + timedelta(hours=2)
    assert (in_totals(of), current.by_currency([of.customer_id])) == ({"USD": 5_000}, {of.customer_id: {"USD": 5_000}})
    assert current.by_currency([of.customer_id], now=soon) == {of.customer_id: {"USD": 8_000}}
    Purchase.objects.update(mrr_until=start - timedelta(minutes=1))
    assert (count_due(timezone.now()), Purchase.objects.get().mrr_until > start) == (1, True)


def test_connected_purchases_are_one_whoever_has_them_and_leave_the_totals():
    one, other = record(), record()
    bought = [*counted(one), *counted(other)]
    merged = merge(one.customer, other.customer)
    connect_subscriptions(*fresh(one.customer), bought, by=None)
    assert (in_totals(one), mrr_of(one.customer)) == ({}, {"USD": 5_000})
    undo(merged)
    assert (mrr_of(one.customer), mrr_of(other.customer)) == ({"USD": 5_000}, {"USD": 5_000})
    merge(one.customer, other.customer)
    disconnect_subscriptions(*fresh(one.customer), bought, by=None)
    assert (in_totals(one), in_totals(other)) == ({"USD": 5_000}, {"USD": 5_000})


def test_several_currencies_in_one_purchase_are_read_each_time():
    of = record()
    one = purchase(of, set_external_id="set")
    line(one, day(1), "50.00")
    line(one, day(1), "20.00", currency="EUR", product=plan("Silver"))
    add_to_totals(recount([one]))
    assert (one.mrr_until, in_totals(of), mrr_of(of.customer)) == (NOT_COUNTED, {}, {"EUR": 2_000, "USD": 5_000})


def test_another_interval_of_a_plan_changes_what_its_purchases_come_to_at_once():
    of = record()
    counted(of, 2)
    plans.change(plan(), unit="year")
    assert mrr_of(of.customer) == {"USD": 834}
    count_due(timezone.now())
    assert (in_totals(of), mrr_of(of.customer)) == ({"USD": 834}, {"USD": 834})


def test_rebuild_counts_what_never_was_and_names_what_was_wrong():
    of = record()
    uncounted = purchase(of, external_id="")
    (wrong,) = counted(of)
    Purchase.objects.filter(pk=wrong.pk).update(mrr=1)
    assert rebuild_revenue([of.pk]) == [f"MRR of purchase {wrong.pk}", f"USD totals of record {of.pk}"]
    assert (in_totals(of), rebuild_revenue([of.pk])) == ({"USD": 10_000}, [])
    uncounted.refresh_from_db()
    assert (uncounted.mrr, uncounted.mrr_until) == (5_000, None)
