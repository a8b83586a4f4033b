"""`manage.py rebuild` while others work: nothing of theirs is lost, and what was wrong is right afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from customers.models import MonthTotals, RecordTotals, SourceRecord
from orders.models import Order
from orders.totals.add import rebuild_totals
from tests.acts import edit_as_seen, merge_as_planned, plan, rebuild, undo
from tests.customers.concurrency.customers_by_name import customer, customers
from tests.customers.invariants import check_owners_and_caches
from tests.factories import order
from tests.threads import start_in_thread, wait_until_blocked

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
            rebuilding = start_in_thread(threads, rebuild)
            wait_until_blocked()
        rebuilding.result(timeout=30)
    assert RecordTotals.objects.get().orders == Order.objects.count() == 2
    check_owners_and_caches()


@postgres
@pytest.mark.parametrize("plant", [spoil, wipe])
def test_an_order_waits_for_the_totals_that_are_being_put_right(plant):
    customer("a")
    plant()
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            rebuild_totals(list(SourceRecord.objects.values_list("pk", flat=True)))
            taken = start_in_thread(threads, lambda: order(external_id="a"))
            wait_until_blocked()
        taken.result(timeout=30)
    assert RecordTotals.objects.get().orders == 2
    check_owners_and_caches()


@postgres
def test_an_edit_while_caches_are_derived_is_not_undone():
    a = customer("a")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            edit_as_seen(a, email="new@reunite.cz", last_name="New")
            rebuilding = start_in_thread(threads, rebuild)
            wait_until_blocked()
        assert rebuilding.result(timeout=30) == "Nothing differed."
    a.refresh_from_db()
    assert (a.email, a.last_name) == ("new@reunite.cz", "New")
    check_owners_and_caches()


@postgres
@pytest.mark.parametrize("is_undone", [False, True])
def test_a_merge_or_an_undo_while_owners_are_derived_is_not_undone(is_undone):
    agreed = plan(*customers("a b"))
    made = merge_as_planned(agreed) if is_undone else None
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            undo(made) if made else merge_as_planned(agreed)
            rebuilding = start_in_thread(threads, rebuild)
            wait_until_blocked()
        assert rebuilding.result(timeout=30) == "Nothing differed."
    check_owners_and_caches()


def test_everybody_works_while_it_runs(run_together):
    a, b, c = customers("a b c")
    agreed = plan(a, b)
    spoil()
    acts = (lambda: order(external_id="a"), lambda: order(external_id="b"), lambda: edit_as_seen(c, custom1="gold"))
    outcomes = run_together(*acts, lambda: merge_as_planned(agreed), rebuild)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert Order.objects.count() == 5
    rebuild()
    check_owners_and_caches()
