"""`manage.py rebuild` while others work: nothing of theirs is lost, and what was wrong is right afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from customers.models import MonthTotals, RecordTotals, SourceRecord
from orders.models import Order
from orders.totals.add import rebuild_totals
from tests.customers.concurrency.world import (
    check_all_is_well,
    customer,
    customers,
    edit,
    in_a_thread,
    merge,
    plan,
    undo,
    when_blocked,
)
from tests.customers.world import rebuilt
from tests.factories import order

pytestmark = pytest.mark.usefixtures("transactional_db")
postgres = pytest.mark.postgres


def spoil():
    RecordTotals.objects.update(amount=1)
    MonthTotals.objects.update(amount=1)


def wipe():
    MonthTotals.objects.all().delete()
    RecordTotals.objects.all().delete()


@postgres
@pytest.mark.parametrize("plant", [spoil, wipe, lambda: None])
def test_an_order_taken_in_while_totals_are_put_right_is_not_lost(plant):
    customer("a")
    plant()
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            order(external_id="a")
            rebuilding = in_a_thread(threads, rebuilt)
            when_blocked()
        rebuilding.result(timeout=10)
    assert RecordTotals.objects.get().orders == Order.objects.count() == 2
    check_all_is_well()


@postgres
@pytest.mark.parametrize("plant", [spoil, wipe])
def test_an_order_waits_for_the_totals_that_are_being_put_right(plant):
    customer("a")
    plant()
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            rebuild_totals(list(SourceRecord.objects.values_list("pk", flat=True)))
            taken = in_a_thread(threads, lambda: order(external_id="a"))
            when_blocked()
        taken.result(timeout=10)
    assert RecordTotals.objects.get().orders == 2
    check_all_is_well()


@postgres
def test_an_edit_while_caches_are_derived_is_not_undone():
    a = customer("a")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            edit(a, email="new@reunite.cz", last_name="New")
            rebuilding = in_a_thread(threads, rebuilt)
            when_blocked()
        assert rebuilding.result(timeout=10) == "Nothing differed."
    a.refresh_from_db()
    assert (a.email, a.last_name) == ("new@reunite.cz", "New")
    check_all_is_well()


@postgres
@pytest.mark.parametrize("is_undone", [False, True])
def test_a_merge_or_an_undo_while_owners_are_derived_is_not_undone(is_undone):
    agreed = plan(*customers("a b"))
    made = merge(agreed) if is_undone else None
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            undo(made) if made else merge(agreed)
            rebuilding = in_a_thread(threads, rebuilt)
            when_blocked()
        assert rebuilding.result(timeout=10) == "Nothing differed."
    check_all_is_well()


def test_everybody_works_while_it_runs(run_together):
    a, b, c = customers("a b c")
    agreed = plan(a, b)
    spoil()
    acts = (lambda: order(external_id="a"), lambda: order(external_id="b"), lambda: edit(c, custom1="gold"))
    outcomes = run_together(*acts, lambda: merge(agreed), rebuilt)
    assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
    assert Order.objects.count() == 5
    rebuilt()
    check_all_is_well()
