"""Acts at one moment, on connections of their own: one wins, the other is told why, and nothing is left between."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from random import Random

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from customers import adding, credit, drafts, editing, erasing, locking, merging, splitting, undoing
from customers.models import CartLogin, Customer, DataSource, Deletion, Merge, MergeMember, Note, SourceRecord, Via
from orders import intake, rerunning
from orders.models import Order
from tests.customers.world import ends_of_chains, rebuilt
from tests.factories import ProductFactory, order, person
from tests.orders.world import declined_order

pytestmark = pytest.mark.usefixtures("transactional_db")
postgres = pytest.mark.postgres


def customer(name: str, **identity) -> Customer:
    """Somebody whom the shop knows as `name`, with one order."""
    taken = order(external_id=name, deduplicate=False, first_name=name, email=f"{name}@reunite.cz", **identity)
    return taken.found.record.customer


def customers(names: str) -> list[Customer]:
    return [customer(name) for name in names.split()]


def plan(survivor: Customer, *duplicates: Customer, **choices) -> merging.MergePlan:
    fresh = {c.pk: c for c in Customer.objects.filter(pk__in=[survivor.pk, *(d.pk for d in duplicates)])}
    return merging.plan(fresh[survivor.pk], [fresh[d.pk] for d in duplicates], **choices)


def merge(agreed: merging.MergePlan) -> Merge:
    return merging.merge(agreed, by=None, via=Via.PAGE)


def undo(made: Merge) -> undoing.Undone:
    return undoing.undo(made, by=None, allow_overdraft=True)


def edit(customer: Customer, **values) -> Customer:
    return editing.edit(customer, values, version=customer.version, by=None, via="page")


def kinds(outcomes: list[object]) -> set[str]:
    return {type(outcome).__name__ for outcome in outcomes}


def check_all_is_well() -> None:
    ends = ends_of_chains()
    for record in SourceRecord.objects.select_related("customer"):
        assert record.customer.is_live
        assert record.customer_id == ends[record.origin_id]
    assert rebuilt() == "Nothing differed."


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


# Two at once


def test_of_two_merges_in_opposite_directions_one_wins_and_the_other_is_told(run_together):
    for number in range(4):
        a, b = customers(f"a{number} b{number}")
        there, back = plan(a, b), plan(b, a)
        outcomes = run_together(lambda plan=there: merge(plan), lambda plan=back: merge(plan))
        assert kinds(outcomes) == {"Merge", "MergeError"}
        assert "a moment ago" in str(outcomes)
    check_all_is_well()


def test_a_double_click_on_yes_is_one_merge(run_together):
    for number in range(4):
        agreed = plan(*customers(f"a{number} b{number}"))
        outcomes = run_together(lambda agreed=agreed: merge(agreed), lambda agreed=agreed: merge(agreed))
        assert kinds(outcomes) == {"Merge", "AlreadyMergedError"}
        assert Merge.objects.filter(survivor=agreed.survivor_id).count() == 1


def test_a_double_click_on_undo_is_one_undo(run_together):
    for number in range(4):
        made = merge(plan(*customers(f"a{number} b{number}")))
        assert kinds(run_together(lambda made=made: undo(made), lambda made=made: undo(made))) == {
            "Undone",
            "AlreadyUndoneError",
        }
    check_all_is_well()


@pytest.mark.parametrize("edited", ["survivor", "duplicate"])
def test_of_an_edit_and_a_merge_at_once_one_is_refused_and_no_value_is_lost(run_together, edited):
    for number in range(4):
        survivor, duplicate = customers(f"a{number} b{number}")
        agreed = plan(survivor, duplicate)
        who = survivor if edited == "survivor" else duplicate
        merged, saved = run_together(lambda agreed=agreed: merge(agreed), lambda who=who: edit(who, company="Acme"))
        if isinstance(merged, Merge):
            assert isinstance(saved, editing.EditError)
        else:
            assert isinstance(merged, merging.StalePlanError)
            assert [change.values["company"]["after"] for change in merged.changes] == ["Acme"]
            assert Customer.objects.get(pk=who.pk).company == "Acme"


def test_one_person_who_arrives_three_times_at_once_is_one_customer(run_together):
    for number in range(4):
        sent = [person(source, first_name="Helena", email=f"h{number}@x.cz") for source in ("Shop", "Shop", "Market")]
        found = run_together(*(lambda who=who: intake.take_lead(who) for who in sent))
        assert sorted(taken.rule for taken in found) == ["identity", "match", "new"]
        assert Customer.objects.count() == number + 1
    check_all_is_well()


def test_two_sides_of_one_person_at_once_are_one_customer(run_together):
    """They share a phone, and only that."""
    for number in range(4):
        phone = f"+4202417704{number:02}"
        one = person("Shop", first_name="Helena", email=f"private{number}@x.cz", phone=phone)
        other = person("Market", first_name="Helena", email=f"work{number}@x.cz", phone=phone)
        run_together(lambda who=one: intake.take_lead(who), lambda who=other: intake.take_lead(who))
        assert Customer.objects.count() == number + 1


@pytest.mark.parametrize("named", ["external_id", "client_order_id"])
def test_an_order_that_is_sent_twice_at_once_is_one_order(run_together, named):
    who = person(first_name="Helena", email="h@x.cz", deduplicate=False)
    for number in range(4):
        incoming = intake.IncomingOrder(who, Decimal(5), "USD", **{named: f"order {number}"})
        outcomes = run_together(*[lambda incoming=incoming: intake.take_order(incoming)] * 2)
        assert sorted(taken.is_repeat for taken in outcomes) == [False, True]
        assert outcomes[0].order == outcomes[1].order
    assert Order.objects.count() == 4
    assert Customer.objects.count() == 4
    check_all_is_well()


def test_credit_is_not_used_twice(run_together):
    a = customer("a")
    credit.adjust(a, Decimal(5), "USD", cause="gift", by=None)

    def use() -> object:
        return credit.adjust(a, Decimal(-4), "USD", cause="order", by=None)

    assert kinds(run_together(use, use)) == {"list", "OverdrawnError"}
    assert credit.balances([a.pk]) == {a.pk: {"USD": Decimal(1)}}


def test_notes_written_during_a_merge_and_its_undo_are_all_there(run_together):
    a, b = customers("a b")
    agreed = plan(a, b)

    def merge_and_undo() -> object:
        return undo(merge(agreed))

    def write() -> None:
        for number in range(6):
            editing.add_note(b if number % 2 else a, f"note {number}", by=None)

    assert kinds(run_together(merge_and_undo, write, write)) == {"Undone", "NoneType"}
    assert Note.objects.filter(source_record__customer__in=[a, b]).count() == 12
    check_all_is_well()


def test_merging_the_survivor_on_while_the_merge_is_undone(run_together):
    for number in range(4):
        a, b, c = customers(f"a{number} b{number} c{number}")
        made, onward = merge(plan(a, b)), plan(c, a)
        undone, merged = run_together(lambda made=made: undo(made), lambda onward=onward: merge(onward))
        assert isinstance(undone, undoing.Undone)
        assert isinstance(merged, Merge | merging.StalePlanError)
        assert Customer.objects.get(pk=b.pk).is_live
    check_all_is_well()


# Many at once


@postgres
def test_whatever_pairs_many_agents_merge_and_undo_at_once_it_stays_a_forest(run_together):
    everybody = customers("a b c d e f")

    def agent(seed: int) -> Callable[[], list[str]]:
        def work() -> list[str]:
            random, refused = Random(seed), []  # noqa: S311
            for _ in range(8):
                try:
                    if made := random.choice([None, None, *Merge.objects.filter(undone_at=None)]):
                        undo(made)
                    else:
                        merge(plan(*random.sample(everybody, random.choice([2, 2, 3]))))
                except (merging.MergeError, undoing.UndoError) as error:
                    refused.append(str(error))
            return refused

        return work

    outcomes = run_together(*(agent(seed) for seed in range(6)))
    assert kinds(outcomes) == {"list"}, outcomes
    assert Merge.objects.count() > 2
    check_all_is_well()


@postgres
def test_orders_streaming_in_while_customers_are_merged_and_undone_all_arrive_where_they_belong(run_together):
    """Of known people, of new records of them, with a subscription, and of people who are recognised by a match."""
    a, b = customers("a b")
    done = threading.Event()
    monthly = (intake.Subscription(ProductFactory(), Decimal(3)),)

    def merge_and_undo() -> object:
        try:
            for _ in range(8):
                undo(merge(plan(a, b)))
                undo(merge(plan(b, a)))
            return merge(plan(a, b))
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
        stream("b", external_id="b", subscriptions=monthly),
        stream("b", source="Market"),
        stream("b", source="Post", last_name=lambda number: f"Holý {number}"),
        stream("a", source="Bank", external_id=lambda number: f"a{number}", subscriptions=monthly),
    )
    assert kinds(outcomes) == {"Merge", "int"}, outcomes
    assert Customer.objects.count() == 2
    assert Order.objects.count() == 2 + sum(outcomes[1:])
    assert not Order.objects.exclude(source_record__customer=a).exists()
    assert b.own_records.exclude(first_name="b").exclude(data_source__name="Staff").count() == 0
    check_all_is_well()


@postgres
def test_merges_of_different_people_do_not_wait_for_each_other():
    DataSource.staff()  # made once, ever
    first, second = plan(*customers("a b")), plan(*customers("c d"))
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        merge(first)
        assert isinstance(in_a_thread(threads, lambda: merge(second)).result(timeout=10), Merge)


@postgres
def test_an_order_of_a_known_person_does_not_wait_for_a_merge():
    agreed = plan(*customers("a b"))
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            merge(agreed)
            taken = in_a_thread(threads, lambda: order(external_id="b")).result(timeout=10)
        assert taken.order.source_record.origin_id == agreed.duplicate_ids[0]
    assert Order.objects.filter(source_record__customer=agreed.survivor_id).count() == 3
    check_all_is_well()


@postgres
@pytest.mark.parametrize("meanwhile", ["merge", "edit"])
def test_a_match_that_is_read_while_its_customer_changes_is_not_missed(meanwhile):
    """The match is read; before it is acted on, the customer is merged or loses the e-mail that it matched by."""
    a, b = customers("a b")
    b = edit(b, email="typed@reunite.cz")
    agreed = plan(a, b)

    def interrupt(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "customers_matchkey" in sql and not interrupted:
            interrupted.append(True)
            act = (lambda: merge(agreed)) if meanwhile == "merge" else (lambda: edit(b, email="other@reunite.cz"))
            in_a_thread(threads, act).result(timeout=10)
        return result

    interrupted: list[bool] = []
    with ThreadPoolExecutor(1) as threads, connection.execute_wrapper(interrupt):
        taken = order("Market", first_name="b", email="typed@reunite.cz")
    assert interrupted
    assert (taken.found.rule, taken.found.record.origin_id) == ("match", b.pk)
    check_all_is_well()


@postgres
def test_what_waited_for_a_merge_belongs_to_the_survivor_afterwards():
    agreed = plan(*customers("a b"))
    product = ProductFactory()
    acts = (
        lambda: order(external_id="b", subscriptions=(intake.Subscription(product, Decimal(3)),)),
        lambda: order("Market", first_name="b", email="b@reunite.cz"),
        lambda: editing.add_note(Customer.objects.get(pk=agreed.duplicate_ids[0]), "Called.", by=None),
        lambda: credit.adjust(Customer.objects.get(pk=agreed.duplicate_ids[0]), Decimal(5), "USD", cause="", by=None),
    )
    with ThreadPoolExecutor(len(acts)) as threads:
        with transaction.atomic():
            merge(agreed)
            waiting = [in_a_thread(threads, act) for act in acts]
            when_blocked(len(acts))
        for act in waiting:
            act.result(timeout=10)
    assert not SourceRecord.objects.exclude(customer=agreed.survivor_id).exists()
    assert Customer.objects.get(pk=agreed.survivor_id).billing_status == "active"
    assert credit.balances([agreed.survivor_id]) == {agreed.survivor_id: {"USD": Decimal(5)}}
    check_all_is_well()


@postgres
def test_what_waited_for_an_undo_belongs_to_who_came_back():
    a, b = customers("a b")
    made = merge(plan(a, b))
    retired = Customer.objects.get(pk=b.pk)
    acts = (
        lambda: editing.add_note(retired, "Called.", by=None).source_record.pk,
        lambda: order("Market", first_name="b", email="b@reunite.cz").found.record.pk,
    )
    with ThreadPoolExecutor(len(acts)) as threads:
        with transaction.atomic():
            undo(made)
            waiting = [in_a_thread(threads, act) for act in acts]
            when_blocked(len(acts))
        records = [act.result(timeout=10) for act in waiting]
    assert SourceRecord.objects.filter(pk__in=records, customer=b).count() == 2
    check_all_is_well()


def lost_and_merged(survivor: Customer, duplicate: Customer) -> Merge:
    """A merge into the younger one of somebody who was Lost once, whose buying locks both."""
    edit(edit(duplicate, lead_status="lost"), lead_status="")
    return merge(plan(survivor, duplicate))


def undone_before(made: Merge, act: Callable[[], object]) -> object:
    """`made` is undone while `act` waits for the first customer that an undo locks."""
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            locking.lock([made.members.get().duplicate_id])
            waiting = in_a_thread(threads, act)
            when_blocked()
            undo(made)
        return waiting.result(timeout=10)


@postgres
def test_who_buys_by_a_match_and_an_undo_lock_in_one_order():
    older, younger = customers("a b")
    made = lost_and_merged(younger, older)
    taken = undone_before(made, lambda: order("Market", first_name="a", email="a@reunite.cz"))
    assert (taken.found.rule, taken.found.record.customer_id) == ("match", older.pk)
    check_all_is_well()


@postgres
def test_who_pays_and_an_undo_lock_in_one_order():
    declined = declined_order()
    older, younger = declined.source_record.customer, customer("b")
    made = lost_and_merged(younger, older)
    card = declined.transactions.get().pay_source_id
    undone_before(made, lambda: rerunning.rerun(declined, card, seen=declined.stamp, by=None))
    declined.refresh_from_db()
    assert (declined.status, declined.source_record.customer_id) == ("COMPLETE", older.pk)
    check_all_is_well()


def test_of_two_who_add_one_person_at_once_the_second_is_shown_the_first(run_together):
    for number in range(4):
        values = {"first_name": "Helena", "email": f"h{number}@reunite.cz"}
        outcomes = run_together(
            *(lambda v=values, u=u: adding.add(v, uuid=u, seen=(), by=None) for u in (f"one{number}", f"two{number}"))
        )
        assert kinds(outcomes) == {"Customer", "AlreadyKnownError"}


@postgres
def test_what_a_request_writes_to_its_session_while_somebody_is_deleted_is_kept():
    a, b = customers("a b")
    session = SessionStore()
    drafts.keep(session, plan(a, b), [])
    session.save()

    def interrupt(execute, sql, params, many, context):
        if "django_session" in sql and "FOR UPDATE" in sql:
            session["theme"] = "dark"
            in_a_thread(threads, session.save).result(timeout=10)
        return execute(sql, params, many, context)

    with ThreadPoolExecutor(1) as threads, connection.execute_wrapper(interrupt):
        erase(a)
    assert dict(SessionStore(session.session_key).items()) == {"theme": "dark", drafts.KEY: {}}


@postgres
def test_two_undos_of_one_chain_at_once(run_together):
    for number in range(4):
        a, b, c = customers(f"a{number} b{number} c{number}")
        first = merge(plan(b, c))
        second = merge(plan(a, b))
        outcomes = run_together(lambda first=first: undo(first), lambda second=second: undo(second))
        assert kinds(outcomes) == {"Undone"}
        assert Customer.objects.live().filter(pk__in=[a.pk, b.pk, c.pk]).count() == 3
    assert not MergeMember.objects.filter(undone_at=None).exists()
    check_all_is_well()


def test_one_new_login_typed_in_two_merges_at_once_is_given_once(run_together):
    a, b, c, d = customers("ada bea cleo dora")
    typed = {"choices": {"cart_login": merging.Typed("helena")}}
    agreed = plan(a, b, **typed), plan(c, d, **typed)
    outcomes = run_together(*(lambda one=one: merge(one) for one in agreed))
    assert kinds(outcomes) == {"Merge", "MergeError"}
    assert CartLogin.objects.get(login="helena").merge == Merge.objects.get()


# Deleting


def erase(customer: Customer) -> object:
    return erasing.erase(customer, version=Customer.objects.get(pk=customer.pk).version, by=None)


def check_who_is_erased_has_nothing() -> None:
    connection.check_constraints()
    assert not SourceRecord.objects.exclude(customer__erased_at=None).exists()
    check_all_is_well()


def test_of_a_deletion_and_another_act_at_once_one_is_refused(run_together):
    for number in range(3):
        a, b, c = customers(f"a{number} b{number} c{number}")
        outcomes = run_together(lambda a=a: erase(a), lambda a=a: erase(a))
        assert kinds(outcomes) in ({"Deletion", "EraseError"}, {"Deletion", "StaleEraseError"})
        made, version = merge(plan(b, c)), Customer.objects.get(pk=b.pk).version
        outcomes = run_together(
            lambda made=made: undo(made), lambda b=b, v=version: erasing.erase(b, version=v, by=None)
        )
        assert kinds(outcomes) in ({"UndoError", "Deletion"}, {"Undone", "StaleEraseError"})
        d, e = customers(f"d{number} e{number}")
        agreed, version = plan(d, e), e.version
        outcomes = run_together(lambda p=agreed: merge(p), lambda e=e, v=version: erasing.erase(e, version=v, by=None))
        assert kinds(outcomes) in ({"MergeError", "Deletion"}, {"Merge", "EraseError"})
    check_who_is_erased_has_nothing()


def test_orders_streaming_in_while_their_customer_is_deleted_go_too_or_make_a_new_one(run_together):
    """Of somebody known, of a new record of theirs by a match, with a subscription, and as leads."""
    monthly = (intake.Subscription(ProductFactory(), Decimal(3)),)
    everybody = customers("a b c")
    done = threading.Event()

    def erase_all() -> int:
        try:
            return len([erase(each) for each in everybody])
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
        stream("b", external_id="b", subscriptions=monthly),
        stream("b", source="Market"),
        stream("c", source="Post", last_name="Holý"),
    )
    assert kinds(outcomes) == {"int"}, outcomes
    assert Deletion.objects.count() == 3
    check_who_is_erased_has_nothing()


@postgres
def test_an_order_that_found_its_customer_before_they_were_deleted_is_a_new_customers():
    """Its record is found; before anything is written to it, it is gone."""
    monthly = (intake.Subscription(ProductFactory(), Decimal(3)),)
    doomed: list[Customer] = []

    def interrupt(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "customers_sourcerecord" in sql and doomed:
            one = doomed.pop()
            in_a_thread(threads, lambda: erase(one)).result(timeout=10)
        return result

    with ThreadPoolExecutor(1) as threads, connection.execute_wrapper(interrupt):
        for number, options in enumerate(
            [{"external_id": "a0"}, {"external_id": "a1", "subscriptions": monthly}, {"source": "Market"}]
        ):
            a = customer(f"a{number}")
            doomed.append(a)
            taken = order(first_name=f"a{number}", email=f"a{number}@reunite.cz", **options)
            assert not doomed
            assert (taken.found.rule, taken.found.record.customer_id == a.pk) == ("new", False)
    check_who_is_erased_has_nothing()


@postgres
def test_a_deletion_waits_for_the_order_that_is_being_written_and_others_wait_for_it():
    a, b = customers("a b")
    merge(plan(a, b))
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            order(first_name="a", email="a@reunite.cz", external_id="a")
            deleting = in_a_thread(threads, lambda: erase(a))
            when_blocked()
        assert deleting.result(timeout=10).counts["orders"] == 3

    d, e = customers("d e")
    merge(plan(d, e))
    agreed = plan(Customer.objects.get(pk=d.pk), customer("f"))
    record = e.own_records.first()
    acts = (
        lambda: editing.add_note(e, "Called.", by=None),
        lambda: credit.adjust(e, Decimal(5), "USD", cause="", by=None),
        lambda: merge(agreed),
        lambda: splitting.split(record, by=None),
        lambda: order("Market", first_name="e", email="e@reunite.cz").found.rule,
        lambda: order(external_id="e", first_name="e", email="e@reunite.cz").found.rule,
    )
    with ThreadPoolExecutor(len(acts)) as threads:
        with transaction.atomic():
            erase(d)
            waiting = [in_a_thread(threads, act) for act in acts]
            when_blocked(len(acts) - 1)
        outcomes = [act.exception(timeout=10) or act.result() for act in waiting]
    refused = (editing.EditError, credit.CreditError, merging.MergeError, splitting.SplitError)
    assert all(isinstance(each, error) for each, error in zip(outcomes, refused, strict=False)), outcomes
    assert "new" in outcomes[4:]
    check_who_is_erased_has_nothing()
