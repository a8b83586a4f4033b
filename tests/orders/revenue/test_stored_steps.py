"""Movements are read from stored steps, a page at a time: as they follow from everything that was billed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from random import Random
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Customer, MonthTotals
from orders.catalogue import plans
from orders.models import MrrStep, Purchase
from orders.revenue.activities import ActivityQuery, activity_page
from orders.revenue.counted import rebuild_revenue
from orders.revenue.ledger import read_changes
from orders.revenue.movements import Movement
from orders.revenue.of_customer import movement_page, newest_movements
from orders.revenue.recent import recent_movements
from orders.subscriptions.connect import connect_subscriptions
from tests.acts import cancel, fresh, merge, undo
from tests.days import day
from tests.factories.invoices import count_purchases, invoice, line, plan, purchase, record
from tests.query_costs import analyze, measured

pytestmark = pytest.mark.django_db

PLANS = (("Gold", 1, "month"), ("Silver", 1, "year"), ("Bronze", 2, "week"))


def made_up(random: Random, at: datetime) -> None:
    """Records that bill, credit and cancel at times of which many are equal, also in the future."""
    times = [at + n * timedelta(minutes=40) for n in range(60)] + [at + n * timedelta(days=9) for n in range(60)]
    for of in [record(f"Source {n}") for n in range(5)]:
        for _ in range(random.randint(1, 4)):
            is_shop, ends = random.random() < 0.3, sorted(random.sample(times, 2))
            one = purchase(
                of,
                random.choice(times),
                product=plan(*random.choice(PLANS)),
                currency=random.choice(["USD", "EUR"]),
                set_external_id=random.choice(["", "", "set"]),
                cancelled_at=random.choice([None, ends[1]]),
                past_cancellations=random.choice([[], [ends[0].isoformat()]]),
            )
            for _ in range(0 if is_shop else random.randint(1, 6)):
                begins = random.choice(times)
                line(
                    one,
                    begins,
                    str(random.randint(-30, 90)),
                    order=invoice(one, begins, random.choice(["USD", "USD", "EUR"])),
                    service_to=begins + timedelta(days=random.randint(0, 40)),
                    product=random.choice([None, plan(*random.choice(PLANS))]),
                    prorated=random.random() < 0.3,
                    proration=random.choice(["", "differential", "full", "differential_mrr"]),
                    event_order=random.choice([None, 1, 2]),
                )


def everything(now: datetime) -> dict[int, list[Movement]]:
    return {
        customer.pk: list(read_changes([customer.pk], now=now).series(customer.pk).movements)
        for customer in Customer.objects.filter(merged_into=None)
    }


def of_customer(customer: int, *, limit: int, now: datetime) -> Iterator[Movement]:
    page = movement_page(customer, limit=limit, now=now)
    yield from page.movements
    while page.has_more:
        page = movement_page(customer, limit=limit, after=page.movements[-1].position, now=now)
        yield from page.movements


def of_account(query: ActivityQuery, *, limit: int, now: datetime) -> Iterator[tuple[int, Movement]]:
    page = activity_page(query, limit=limit, now=now)
    yield from ((activity.customer, activity.movement) for activity in page.rows)
    while page.has_more:
        page = activity_page(ActivityQuery(**{**vars(query), "after": page.last}), limit=limit, now=now)
        yield from ((activity.customer, activity.movement) for activity in page.rows)


def agree(now: datetime, *, of_customers: int = 200, of_all: int = 200) -> None:
    """Pages of these limits, and of 200: small ones take long, and what they show follows from the large ones."""
    derived = everything(now)
    for customer, movements in derived.items():
        for limit in {of_customers, 200}:
            assert list(of_customer(customer, limit=limit, now=now)) == movements
    by_position = sorted(
        ((customer, movement) for customer, movements in derived.items() for movement in movements),
        key=lambda row: row[1].position,
    )
    for limit in {of_all, 200}:
        assert list(of_account(ActivityQuery(), limit=limit, now=now)) == by_position
        newest_first = of_account(ActivityQuery(newest_first=True), limit=limit, now=now)
        assert list(newest_first) == by_position[::-1]
        starts = of_account(ActivityQuery(types={"new_biz", "churn"}), limit=limit, now=now)
        assert list(starts) == [row for row in by_position if row[1].type in ("new_biz", "churn")]


@pytest.mark.parametrize("seed", {"sqlite": [0, 1], "postgresql": [2]}[connection.vendor])
def test_pages_are_what_follows_from_all_lines(seed):
    now = timezone.now()
    made_up(Random(seed), now.replace(microsecond=0) - timedelta(days=300))  # noqa: S311 - the same each time
    count_purchases()
    agree(now, of_customers=2, of_all=3)
    agree(now - timedelta(days=100))
    one, other = Customer.objects.order_by("pk")[:2]
    merged = merge(one, other)
    connect_subscriptions(*fresh(one), list(Purchase.objects.filter(source_record__customer=one)[:3]), by=None)
    agree(now, of_customers=2, of_all=3)
    plans.change(plan("Gold"), unit="year")
    agree(now)
    undo(merged)
    agree(now)
    count_purchases()
    agree(now)
    differing = rebuild_revenue(list(MonthTotals.objects.values_list("source_record", flat=True).distinct()))
    assert not [name for name in differing if "of 20" in name]


def test_what_was_billed_before_an_update_is_found_as_before():
    now = timezone.now()
    made_up(Random(7), now.replace(microsecond=0) - timedelta(days=300))  # noqa: S311 - the same each time
    count_purchases()
    MrrStep.objects.all().delete()
    MonthTotals.objects.update(mrr_moved=0)
    migration = import_module("orders.migrations.0029_mark_mrr_steps")
    with connection.cursor() as cursor:
        migration.mark(None, SimpleNamespace(connection=connection, execute=cursor.execute))
    agree(now)
    count_purchases()
    agree(now)


def test_a_page_reads_no_more_however_much_was_billed():
    few, many, monthly = record(), record(), plan()
    for of, number in ((few, 30), (many, 1_500)):
        Purchase.objects.bulk_create(
            Purchase(source_record=of, product=monthly, price=50, currency="USD", at=day(1) + n * timedelta(days=1))
            for n in range(number)
        )
    count_purchases()
    analyze()
    for read in (
        lambda of: movement_page(of.customer_id, limit=5),
        lambda of: movement_page(of.customer_id, limit=5, after=newest_movements(of.customer_id, limit=6)[5].position),
        lambda of: recent_movements(of.customer),
        lambda of: activity_page(ActivityQuery(newest_first=True), limit=5, now=day(1)),
    ):
        costs = []
        for of in (few, many):
            with measured() as cost:
                read(of)
            costs.append(cost)
        assert costs[0].statements == costs[1].statements
        # Of the one 50 months are summed.
        assert costs[1].read <= costs[0].read + 2_000


def test_a_cancellation_is_a_step_and_a_purchase_that_is_deleted_leaves_none():
    of = record()
    one = purchase(of, external_id="", at=timezone.now() - timedelta(days=3))
    count_purchases()
    cancel(one)
    assert list(MrrStep.objects.order_by("at").values_list("amount", flat=True)) == [5_000, -5_000]
    assert sum(MonthTotals.objects.values_list("mrr_moved", flat=True)) == 0
