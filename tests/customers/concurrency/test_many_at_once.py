"""Many agents and streams of orders beside each other."""

import threading
from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest

from customers.merging.plan import MergeError
from customers.merging.undo_plan import UndoError
from customers.models import Customer, Merge
from orders.intake.order import IncomingPurchase
from orders.models import Order
from tests.acts import merge_as_planned, plan, undo
from tests.customers.concurrency.customers_by_name import customers
from tests.customers.invariants import check_owners_and_caches
from tests.factories import ProductFactory, order
from tests.threads import type_names

pytestmark = pytest.mark.usefixtures("transactional_db")
postgres = pytest.mark.postgres


@postgres
def test_whatever_pairs_many_agents_merge_and_undo_at_once_it_stays_a_forest(run_together):
    everybody = customers("a b c d e f")

    def agent(seed: int) -> Callable[[], list[str]]:
        def work() -> list[str]:
            random, refused = Random(seed), []  # noqa: S311 - no secret
            for _ in range(8):
                try:
                    if made := random.choice([None, None, *Merge.objects.filter(undone_at=None)]):
                        undo(made)
                    else:
                        merge_as_planned(plan(*random.sample(everybody, random.choice([2, 2, 3]))))
                except (MergeError, UndoError) as error:
                    refused.append(str(error))
            return refused

        return work

    outcomes = run_together(*(agent(seed) for seed in range(6)))
    assert type_names(outcomes) == {"list"}, outcomes
    assert Merge.objects.count() > 2
    check_owners_and_caches()


@postgres
def test_orders_streaming_in_while_customers_are_merged_and_undone_all_arrive_where_they_belong(run_together):
    """Of known people, of new records of them, with a subscription, and of people who are recognised by a match."""
    a, b = customers("a b")
    done = threading.Event()
    monthly = (IncomingPurchase(ProductFactory(), Decimal(3)),)

    def merge_and_undo() -> object:
        try:
            for _ in range(8):
                undo(merge_as_planned(plan(a, b)))
                undo(merge_as_planned(plan(b, a)))
            return merge_as_planned(plan(a, b))
        finally:
            done.set()

    def stream(name: str, **options) -> Callable[[], int]:
        def send() -> int:
            number = 0
            while not done.is_set() or number < 2:
                number += 1
                order(first_name=name, email=f"{name}@reunite.cz", **options_of(number))
            return number

        def options_of(number: int) -> dict[str, object]:
            return {k: v(number) if callable(v) else v for k, v in options.items()}

        return send

    outcomes = run_together(
        merge_and_undo,
        stream("a", external_id="a"),
        stream("b", external_id="b", purchases=monthly),
        stream("b", source="Market"),
        stream("b", source="Post", last_name=lambda number: f"Holý {number}"),
        stream("a", source="Bank", external_id=lambda number: f"a{number}", purchases=monthly),
    )
    assert type_names(outcomes) == {"Merge", "int"}, outcomes
    assert Customer.objects.count() == 2
    assert Order.objects.count() == 2 + sum(outcomes[1:])
    assert not Order.objects.exclude(source_record__customer=a).exists()
    assert b.own_records.exclude(first_name="b").exclude(data_source__name="Staff").count() == 0
    check_owners_and_caches()
