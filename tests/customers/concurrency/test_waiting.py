"""Who waits for whom on PostgreSQL, and what is true of those who waited."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, transaction

from customers.credit import credit
from customers.engagement import notes
from customers.locks import lock
from customers.models import Customer, DataSource, Merge, SourceRecord
from customers.profile.edit import EditError
from customers.sources.customers import Description, change
from orders.intake.order import IncomingPurchase
from orders.models import Order
from orders.payments.rerun import rerun_order
from tests.acts import edit_as_seen, fresh, merge_as_planned, plan, undo
from tests.customers.concurrency.customers_by_name import customer, customers
from tests.customers.invariants import check_owners_and_caches
from tests.database import reloaded
from tests.factories import ProductFactory, declined_order, order
from tests.threads import start_in_thread, wait_until_blocked

pytestmark = pytest.mark.usefixtures("transactional_db")
postgres = pytest.mark.postgres


@postgres
def test_merges_of_different_people_do_not_wait_for_each_other():
    DataSource.staff()  # made once, ever
    first, second = plan(*customers("a b")), plan(*customers("c d"))
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        merge_as_planned(first)
        assert isinstance(start_in_thread(threads, lambda: merge_as_planned(second)).result(timeout=30), Merge)


@postgres
def test_an_order_of_a_known_person_does_not_wait_for_a_merge():
    agreed = plan(*customers("a b"))
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            merge_as_planned(agreed)
            taken = start_in_thread(threads, lambda: order(external_id="b")).result(timeout=30)
        assert taken.order.source_record.origin_id == agreed.duplicate_ids[0]
    assert Order.objects.filter(source_record__customer=agreed.survivor_id).count() == 3
    check_owners_and_caches()


@postgres
@pytest.mark.parametrize("meanwhile", ["merge", "edit"])
def test_a_match_that_is_read_while_its_customer_changes_is_not_missed(meanwhile):
    """The match is read; before it is acted on, the customer is merged or loses the email that it matched by."""
    a, b = customers("a b")
    b = edit_as_seen(b, email="typed@reunite.cz")
    agreed = plan(a, b)

    def interrupt(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        # Not the short look before it, whether anybody has the keys at all.
        is_the_question = '"has_email"' in sql
        if is_the_question and not interrupted:
            interrupted.append(True)
            act = (
                (lambda: merge_as_planned(agreed))
                if meanwhile == "merge"
                else (lambda: edit_as_seen(b, email="other@reunite.cz"))
            )
            start_in_thread(threads, act).result(timeout=30)
        return result

    interrupted: list[bool] = []
    with ThreadPoolExecutor(1) as threads, connection.execute_wrapper(interrupt):
        taken = order("Market", first_name="b", email="typed@reunite.cz")
    assert interrupted
    assert (taken.assigned.kind, taken.assigned.record.origin_id) == ("match", b.pk)
    check_owners_and_caches()


@postgres
def test_what_waited_for_a_merge_belongs_to_the_survivor_afterwards():
    agreed = plan(*customers("a b"))
    product = ProductFactory()
    acts = (
        lambda: order(external_id="b", purchases=(IncomingPurchase(product, Decimal(3)),)),
        lambda: order("Market", first_name="b", email="b@reunite.cz"),
        lambda: notes.add(Customer.objects.get(pk=agreed.duplicate_ids[0]), {"text": "Called."}, by=None),
        lambda: credit.adjust(Customer.objects.get(pk=agreed.duplicate_ids[0]), Decimal(5), "USD", reason="", by=None),
    )
    with ThreadPoolExecutor(len(acts)) as threads:
        with transaction.atomic():
            merge_as_planned(agreed)
            waiting = [start_in_thread(threads, act) for act in acts]
            wait_until_blocked(len(acts))
        for act in waiting:
            act.result(timeout=30)
    assert not SourceRecord.objects.exclude(customer=agreed.survivor_id).exists()
    assert Customer.objects.get(pk=agreed.survivor_id).billing_status == "active"
    assert credit.balances([agreed.survivor_id]) == {agreed.survivor_id: {"USD": Decimal(5)}}
    check_owners_and_caches()


@postgres
def test_what_waited_for_an_undo_belongs_to_who_came_back():
    a, b = customers("a b")
    merged = merge_as_planned(plan(a, b))
    retired = Customer.objects.get(pk=b.pk)
    acts = (
        lambda: notes.add(retired, {"text": "Called."}, by=None).source_record.pk,
        lambda: order("Market", first_name="b", email="b@reunite.cz").assigned.record.pk,
    )
    with ThreadPoolExecutor(len(acts)) as threads:
        with transaction.atomic():
            undo(merged)
            waiting = [start_in_thread(threads, act) for act in acts]
            wait_until_blocked(len(acts))
        records = [act.result(timeout=30) for act in waiting]
    assert SourceRecord.objects.filter(pk__in=records, customer=b).count() == 2
    check_owners_and_caches()


def lost_and_merged(survivor: Customer, duplicate: Customer) -> Merge:
    """A merge into the younger one of somebody who was Lost once, whose buying locks both."""
    edit_as_seen(edit_as_seen(duplicate, lead_status="lost"), lead_status="")
    return merge_as_planned(plan(survivor, duplicate))


def undone_before(made: Merge, act: Callable[[], object]) -> object:
    """`made` is undone while `act` waits for the first customer that an undo locks."""
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            lock([made.members.get().duplicate_id])
            waiting = start_in_thread(threads, act)
            wait_until_blocked()
            undo(made)
        return waiting.result(timeout=30)


@postgres
def test_who_buys_by_a_match_and_an_undo_lock_in_one_order():
    older, younger = customers("a b")
    made = lost_and_merged(younger, older)
    taken = undone_before(made, lambda: order("Market", first_name="a", email="a@reunite.cz"))
    assert (taken.assigned.kind, taken.assigned.record.customer_id) == ("match", older.pk)
    check_owners_and_caches()


@postgres
def test_who_pays_and_an_undo_lock_in_one_order():
    declined = declined_order()
    older, younger = declined.source_record.customer, customer("b")
    made = lost_and_merged(younger, older)
    card = declined.transactions.get().pay_source_id
    undone_before(made, lambda: rerun_order(declined, card, seen=declined.stamp, by=None))
    declined.refresh_from_db()
    assert (declined.status, declined.source_record.customer_id) == ("COMPLETE", older.pk)
    check_owners_and_caches()


@postgres
def test_who_refuses_as_all_who_are_merged_and_an_undo_lock_in_one_order():
    older, younger = customers("a b")
    merged = merge_as_planned(plan(younger, older))
    refuses = Description(profile={"email_opt_in": False})
    undone_before(merged, lambda: change(younger, refuses, by=None))
    assert [customer.email_opt_in for customer in fresh(older, younger)] == [None, False]
    merged = merge_as_planned(plan(*fresh(younger, older)))
    seen = reloaded(younger)
    with pytest.raises(EditError, match="changed a moment ago"):
        undone_before(merged, lambda: edit_as_seen(seen, sms_contact=False))
    assert [customer.sms_contact for customer in fresh(older, younger)] == [None, None]
    check_owners_and_caches()
