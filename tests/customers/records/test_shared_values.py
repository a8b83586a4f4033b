"""Which values two customers have: noted when it becomes so, forgotten when it is so no more, and never missed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from customers.merging.split import split_record
from customers.models import Customer, DataSource, SharedValue
from customers.records import shared_values as sharing
from tests.acts import edit, merge, rebuild, undo
from tests.customers.invariants import shared_values
from tests.factories import DataSourceFactory, customer_with_order, lead_of, order, person
from tests.threads import start_in_thread, wait_until_blocked

EMAIL = ("email", "h@reunite.cz")
PHONE = {("phone", "+420241770449"), ("digits", "420241770449")}
postgres = pytest.mark.postgres


def noted() -> set[tuple[str, str]]:
    return set(SharedValue.objects.values_list("kind", "value"))


@pytest.fixture
def helena(db) -> Customer:
    return customer_with_order(email="h@reunite.cz")


# One act at a time


def test_what_a_second_customer_comes_with_is_noted(helena):
    assert noted() == set()
    customer_with_order(email="H@Reunite.cz")
    assert noted() == {EMAIL}


def test_an_order_that_finds_its_customer_notes_nothing(helena):
    assert order("Market", first_name="Helena", email="h@reunite.cz").assigned.kind == "match"
    assert noted() == set()


def test_what_staff_type_is_noted_and_what_they_type_over_is_forgotten(helena):
    other = customer_with_order(email="other@reunite.cz", phone="+420 241 770 449")
    helena = edit(helena, phone="+420241770449", email="other@reunite.cz")
    assert noted() == {("email", "other@reunite.cz"), *PHONE}
    edit(helena, phone="")
    assert noted() == {("email", "other@reunite.cz")}
    edit(other, email="h@reunite.cz")
    assert noted() == {EMAIL, ("email", "other@reunite.cz")}


def test_a_merge_forgets_what_only_those_share_who_became_one_and_an_undo_notes_it_again(helena):
    second = customer_with_order(email="h@reunite.cz", phone="+420 241 770 449")
    customer_with_order(email="third@reunite.cz", phone="+420 241 770 449")
    before = noted()
    merged = merge(helena, second)
    assert noted() == PHONE
    undo(merged)
    assert noted() == before
    assert EMAIL in before


def test_a_split_notes_what_the_record_shares_with_those_it_leaves(helena):
    matched = order("Market", first_name="Helena", email="h@reunite.cz").assigned.record
    split_record(matched, by=None)
    assert noted() == {EMAIL}


def test_rebuilding_names_what_is_missing_and_only_forgets_what_is_too_many(helena):
    customer_with_order(email="h@reunite.cz")
    SharedValue.objects.all().delete()
    assert rebuild().startswith(f"shared value {EMAIL} missing")
    SharedValue.objects.create(kind="email", value="nobody@reunite.cz")
    assert rebuild() == "Nothing differed."
    assert noted() == {EMAIL}


# Two acts at once


@pytest.mark.parametrize("how", ["both typed", "one ordered", "both ordered"])
def test_two_who_are_given_one_new_value_at_one_moment_do_not_miss_each_other(run_together, how):
    for number in range(4):
        new = f"new{number}@reunite.cz"
        people = [customer_with_order(email=f"{name}{number}@reunite.cz") for name in "ab"]
        acts = [lambda who=who, new=new: edit(who, email=new) for who in people]
        for place in range({"both typed": 0, "one ordered": 1, "both ordered": 2}[how]):
            incoming = person(email=new, deduplicate=False)
            acts[place] = lambda incoming=incoming: lead_of(incoming)
        outcomes = run_together(*acts)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert ("email", new) in noted()


# Each order of events in which one act cannot see what the other has written


@pytest.fixture
def sources(transactional_db):
    """Made once, ever; the first to make them would be waited for."""
    return DataSource.staff(), DataSourceFactory()


@postgres
def test_a_value_that_somebody_else_is_typing_is_noted_without_a_look(sources):
    a, b = customer_with_order(email="a@reunite.cz"), customer_with_order(email="b@reunite.cz")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            edit(a, email="h@reunite.cz")
            start_in_thread(threads, lambda: edit(b, email="h@reunite.cz")).result(timeout=30)
        assert noted() == shared_values() == {EMAIL}


@postgres
def test_it_is_not_forgotten_before_both_are_there(sources):
    a, b = customer_with_order(email="a@reunite.cz"), customer_with_order(email="b@reunite.cz")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            edit(a, email="h@reunite.cz")
            start_in_thread(threads, lambda: edit(b, email="h@reunite.cz")).result(timeout=30)
            start_in_thread(threads, lambda: sharing.drop_unshared({EMAIL})).result(timeout=30)
        assert noted() == shared_values() == {EMAIL}


@postgres
def test_who_comes_with_a_value_that_a_merge_is_forgetting_notes_it_afterwards(sources):
    a, b = customer_with_order(email="h@reunite.cz"), customer_with_order(email="h@reunite.cz")
    third = person(email="h@reunite.cz", deduplicate=False)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            merge(a, b)
            assert noted() == set()
            waiting = start_in_thread(threads, lambda: lead_of(third))
            wait_until_blocked()
        waiting.result(timeout=30)
    assert noted() == shared_values() == {EMAIL}


@postgres
def test_a_merge_leaves_a_value_with_which_somebody_is_coming(sources):
    a, b = customer_with_order(email="h@reunite.cz"), customer_with_order(email="h@reunite.cz")
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            customer_with_order(email="h@reunite.cz")
            start_in_thread(threads, lambda: merge(a, b)).result(timeout=30)
        assert noted() == shared_values() == {EMAIL}


@postgres
def test_an_order_of_a_known_person_does_not_wait_for_a_merge_that_forgets_their_value(sources):
    a, b = (customer_with_order(email="h@reunite.cz", external_id=name) for name in "ab")
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        merge(a, b)
        known = start_in_thread(threads, lambda: order(external_id="b", email="h@reunite.cz"))
        assert known.result(timeout=30).assigned.kind == "known"
