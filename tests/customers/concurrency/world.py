"""Acts at one moment, on connections of their own: one wins, the other is told why, and nothing is left between."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection

from customers.erasing.erase import erase_customer
from customers.merging.merge import merge_customers
from customers.merging.plan import MergePlan, plan_merge
from customers.merging.undo import UndoResult, undo_merge
from customers.models import Customer, Merge, SourceRecord, Via
from customers.profile.edit import edit_profile
from tests.customers.checking import ends_of_chains
from tests.customers.world import rebuilt
from tests.factories import order


def customer(name: str, **identity) -> Customer:
    """Somebody whom the shop knows as `name`, with one order."""
    taken = order(external_id=name, deduplicate=False, first_name=name, email=f"{name}@reunite.cz", **identity)
    return taken.assigned.record.customer


def customers(names: str) -> list[Customer]:
    return [customer(name) for name in names.split()]


def plan(survivor: Customer, *duplicates: Customer, **choices) -> MergePlan:
    fresh = {c.pk: c for c in Customer.objects.filter(pk__in=[survivor.pk, *(d.pk for d in duplicates)])}
    return plan_merge(fresh[survivor.pk], [fresh[d.pk] for d in duplicates], **choices)


def merge(agreed: MergePlan) -> Merge:
    return merge_customers(agreed, by=None, via=Via.PAGE)


def undo(made: Merge) -> UndoResult:
    return undo_merge(made, by=None, allow_overdraft=True)


def edit(customer: Customer, **values) -> Customer:
    return edit_profile(customer, values, version=customer.version, by=None, via="page")


def erase(customer: Customer) -> object:
    return erase_customer(customer, version=Customer.objects.get(pk=customer.pk).version, by=None)


def kinds(outcomes: list[object]) -> set[str]:
    return {type(outcome).__name__ for outcome in outcomes}


def check_all_is_well() -> None:
    ends = ends_of_chains()
    for record in SourceRecord.objects.select_related("customer"):
        assert record.customer.is_live
        assert record.customer_id == ends[record.origin_id]
    assert rebuilt() == "Nothing differed."


def check_who_is_erased_has_nothing() -> None:
    connection.check_constraints()
    assert not SourceRecord.objects.exclude(customer__erased_at=None).exists()
    check_all_is_well()


def when_blocked(threads: int = 1) -> None:
    """Wait until so many other connections wait for a lock."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            # Otherwise a transaction never sees who connected since it first looked.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(sql)
            if cursor.fetchone()[0] >= threads:
                return
        time.sleep(0.01)
    raise AssertionError("Nobody waited for a lock.")


def in_a_thread(threads: ThreadPoolExecutor, act: Callable[[], object]) -> Future:
    def begin() -> object:
        try:
            return act()
        finally:
            connection.close()

    return threads.submit(begin)
