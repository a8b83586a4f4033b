"""Somebody is deleted while others act on them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, transaction

from customers.credit import credit
from customers.engagement import notes
from customers.engagement.common import EngagementError
from customers.erasing.erase import erase_customer
from customers.merging import drafts
from customers.merging.plan import MergeError
from customers.merging.split import SplitError, split_record
from customers.models import Customer, Erasure, MergeDraft
from orders.intake.order import IncomingPurchase
from tests.acts import erase, merge_as_planned, plan, undo
from tests.customers.concurrency.customers_by_name import customer, customers
from tests.customers.invariants import check_erased_have_nothing
from tests.factories import ProductFactory, make_user, order
from tests.threads import start_in_thread, type_names, wait_until_blocked

pytestmark = pytest.mark.usefixtures("transactional_db")
postgres = pytest.mark.postgres


def test_of_a_deletion_and_another_act_at_once_one_is_refused(run_together):
    for number in range(3):
        a, b, c = customers(f"a{number} b{number} c{number}")
        outcomes = run_together(lambda a=a: erase(a), lambda a=a: erase(a))
        assert type_names(outcomes) in ({"Erasure", "EraseError"}, {"Erasure", "StaleEraseError"})
        made, version = merge_as_planned(plan(b, c)), Customer.objects.get(pk=b.pk).version
        outcomes = run_together(
            lambda made=made: undo(made), lambda b=b, v=version: erase_customer(b, version=v, by=None)
        )
        assert type_names(outcomes) in ({"UndoError", "Erasure"}, {"UndoResult", "StaleEraseError"})
        d, e = customers(f"d{number} e{number}")
        agreed, version = plan(d, e), e.version
        outcomes = run_together(
            lambda p=agreed: merge_as_planned(p), lambda e=e, v=version: erase_customer(e, version=v, by=None)
        )
        assert type_names(outcomes) in ({"MergeError", "Erasure"}, {"Merge", "EraseError"})
    check_erased_have_nothing()


def test_orders_streaming_in_while_their_customer_is_deleted_go_too_or_make_a_new_one(run_together):
    """Of somebody known, of a new record of theirs by a match, with a subscription, and as leads."""
    monthly = (IncomingPurchase(ProductFactory(), Decimal(3)),)
    everybody = customers("a b c")
    done = threading.Event()

    def erase_all() -> int:
        try:
            return len([erase(customer) for customer in everybody])
        finally:
            done.set()

    def stream(name: str, **options) -> Callable[[], int]:
        def send() -> int:
            number = 0
            while not done.is_set() or number < 2:
                number += 1
                order(first_name=name, email=f"{name}@reunite.cz", **options)
            return number

        return send

    outcomes = run_together(
        erase_all,
        stream("a", external_id="a"),
        stream("b", external_id="b", purchases=monthly),
        stream("b", source="Market"),
        stream("c", source="Post", last_name="Holý"),
    )
    assert type_names(outcomes) == {"int"}, outcomes
    assert Erasure.objects.count() == 3
    check_erased_have_nothing()


@postgres
def test_an_order_that_found_its_customer_before_they_were_deleted_is_a_new_customers():
    """Its record is found; before anything is written to it, it is gone."""
    monthly = (IncomingPurchase(ProductFactory(), Decimal(3)),)
    doomed: list[Customer] = []

    def interrupt(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "customers_sourcerecord" in sql and doomed:
            one = doomed.pop()
            start_in_thread(threads, lambda: erase(one)).result(timeout=30)
        return result

    with ThreadPoolExecutor(1) as threads, connection.execute_wrapper(interrupt):
        for number, options in enumerate(
            [{"external_id": "a0"}, {"external_id": "a1", "purchases": monthly}, {"source": "Market"}]
        ):
            a = customer(f"a{number}")
            doomed.append(a)
            taken = order(first_name=f"a{number}", email=f"a{number}@reunite.cz", **options)
            assert not doomed
            assert (taken.assigned.kind, taken.assigned.record.customer_id == a.pk) == ("new", False)
    check_erased_have_nothing()


@postgres
def test_a_deletion_waits_for_the_order_that_is_being_written_and_others_wait_for_it():
    a, b = customers("a b")
    merge_as_planned(plan(a, b))
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            order(first_name="a", email="a@reunite.cz", external_id="a")
            deleting = start_in_thread(threads, lambda: erase(a))
            wait_until_blocked()
        assert deleting.result(timeout=30).counts["orders"] == 3

    d, e = customers("d e")
    merge_as_planned(plan(d, e))
    agreed = plan(Customer.objects.get(pk=d.pk), customer("f"))
    record = e.own_records.first()
    acts = (
        lambda: notes.add(e, {"text": "Called."}, by=None),
        lambda: credit.adjust(e, Decimal(5), "USD", reason="", by=None),
        lambda: merge_as_planned(agreed),
        lambda: split_record(record, by=None),
        lambda: order("Market", first_name="e", email="e@reunite.cz").assigned.kind,
        lambda: order(external_id="e", first_name="e", email="e@reunite.cz").assigned.kind,
    )
    with ThreadPoolExecutor(len(acts)) as threads:
        with transaction.atomic():
            erase(d)
            waiting = [start_in_thread(threads, act) for act in acts]
            wait_until_blocked(len(acts) - 1)
        outcomes = [act.exception(timeout=30) or act.result() for act in waiting]
    refused = (EngagementError, credit.CreditError, MergeError, SplitError)
    assert all(isinstance(outcome, error) for outcome, error in zip(outcomes, refused, strict=False)), outcomes
    assert "new" in outcomes[4:]
    check_erased_have_nothing()


@postgres
@pytest.mark.parametrize("is_kept_first", [True, False])
def test_no_draft_about_somebody_stays_who_is_deleted_at_the_same_moment(is_kept_first):
    user = make_user("margaret")
    a, b = customers("a b")
    acts = [lambda: drafts.keep([b, a], {}, by=user, seen={a.pk: 1, b.pk: 1}), lambda: erase(a)]
    first, second = acts if is_kept_first else reversed(acts)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            first()
            waiting = start_in_thread(threads, second)
            wait_until_blocked(1)
        outcome = waiting.exception(timeout=30) or waiting.result()
    assert isinstance(outcome, Erasure if is_kept_first else MergeError)
    assert not MergeDraft.objects.exists()
