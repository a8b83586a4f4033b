"""Merges that should have been refused, or were half done. Numbers are those of docs/merging.md."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from customers.matching.duplicates import candidate_for, duplicates_of
from customers.merging.meanwhile import AlreadyMergedError, StalePlanError
from customers.merging.merge import merge_customers
from customers.merging.plan import MergeError, plan_merge
from customers.merging.undo import undo_merge
from customers.models import Customer, HistoryEntry, IgnoredValue, Merge, Via
from customers.profile.decisions import Picked
from tests.acts import fresh, merge, undo
from tests.database import dump
from tests.factories import CustomerFactory, SourceRecordFactory, customer_with_order, order
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return customer_with_order(first_name="Ada"), customer_with_order(first_name="Bea")


def refused(survivor, *duplicates, match, **choices):
    before = dump()
    with pytest.raises(MergeError, match=match):
        merge(survivor, *duplicates, **choices)
    assert dump() == before


def test_38_a_customer_cannot_be_merged_with_itself(pair):
    refused(pair[0], pair[0], match="with itself")
    refused(pair[0], pair[1], pair[0], match="with itself")


def test_38_a_customer_cannot_be_named_twice(pair):
    refused(pair[0], pair[1], pair[1], match="twice")


def test_38_nobody_to_merge_is_refused(pair):
    refused(pair[0], match="at least one")


def test_41_a_customer_who_was_merged_away_meanwhile_is_refused_with_where_they_are_now(pair):
    a, b = pair
    c = customer_with_order(first_name="Cleo")
    plan = plan_merge(*fresh(c), fresh(b))
    merge(a, b)
    before = dump()
    with pytest.raises(MergeError, match=r"An API client merged Bea Holý \(\d+\) into Ada Holý \(\d+\) a moment ago"):
        merge_customers(plan, by=None, via=Via.PAGE)
    assert dump() == before
    refused(c, b, match=r"already merged into Ada Holý")


def test_41_an_erased_customer_is_refused(pair):
    Customer.objects.filter(pk=pair[1].pk).update(erased_at=timezone.now())
    refused(*pair, match="was erased")


def test_42_an_order_for_a_merged_record_belongs_to_the_survivor(pair):
    a, b = pair
    merge(a, b)
    taken = order(first_name="Bea", last_name="Holý", email="")
    record = b.own_records.exclude(data_source__name="Staff").get()
    again = order(external_id="x-1", first_name="Bea", deduplicate=False)
    assert taken.assigned.record.customer != b
    assert record.customer == a
    assert again.assigned.record.customer.is_live


def test_45_a_merged_customer_cannot_become_the_survivor_of_its_own_survivor(pair):
    a, b = pair
    merge(a, b)
    refused(b, a, match="already merged into")


def test_39_the_second_of_two_opposite_plans_is_refused(pair):
    a, b = pair
    one, other = plan_merge(a, [b]), plan_merge(b, [a])
    merge_customers(one, by=None, via=Via.PAGE)
    with pytest.raises(MergeError, match="a moment ago"):
        merge_customers(other, by=None, via=Via.PAGE)
    assert [c.is_live for c in fresh(a, b)] == [True, False]


class PowerCutError(OperationalError):
    pass


@contextmanager
def power_cut(statement: int) -> Iterator[None]:
    """The so-manyth statement fails."""
    numbers = count(1)

    def execute(execute, sql, params, many, context):
        if next(numbers) == statement:
            raise PowerCutError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


def cut_at_every_statement(act: Callable[[], object]) -> int:
    """Let `act` fail at each of its statements in turn, until it succeeds; how often it failed, leaving nothing."""
    before = dump()
    for statement in count(1):
        try:
            with power_cut(statement):
                act()
        except PowerCutError:
            assert dump() == before
        else:
            return statement - 1


def test_46_a_merge_that_breaks_at_any_statement_leaves_nothing_behind(pair):
    plan = plan_merge(*fresh(pair[0]), fresh(pair[1]), {"first_name": Picked(pair[1].pk)})
    assert cut_at_every_statement(lambda: merge_customers(plan, by=None, via=Via.PAGE)) > 10


def test_46_an_undo_that_breaks_at_any_statement_leaves_nothing_behind(pair):
    merged = merge(*pair, first_name=pair[1])
    assert cut_at_every_statement(lambda: undo_merge(merged, by=None)) > 10


def test_49_a_merge_writes_one_merge_and_one_history_entry(pair):
    before = HistoryEntry.objects.count()
    merge(*pair)
    assert (Merge.objects.count(), HistoryEntry.objects.count() - before) == (1, 1)


def test_50_the_same_plan_sent_twice_is_one_merge_and_the_second_gets_the_first(pair):
    plan = plan_merge(*fresh(pair[0]), fresh(pair[1]))
    merged = merge_customers(plan, by=None, via=Via.PAGE)
    before = dump()
    with pytest.raises(AlreadyMergedError) as refusal:
        merge_customers(plan, by=None, via=Via.PAGE)
    assert refusal.value.merge == merged
    assert dump() == before


def test_50_an_old_plan_is_refused_once_its_merge_was_undone(pair):
    plan = plan_merge(*fresh(pair[0]), fresh(pair[1]))
    undo(merge_customers(plan, by=None, via=Via.PAGE))
    with pytest.raises(StalePlanError):
        merge_customers(plan, by=None, via=Via.PAGE)


def test_a_forged_pick_of_a_customer_who_is_not_chosen_is_refused(pair):
    c = customer_with_order(first_name="Cleo")
    before = dump()
    with pytest.raises(MergeError, match="not part of this merge"):
        plan_merge(pair[0], [pair[1]], {"email": Picked(c.pk)})
    assert dump() == before


def test_54_a_retired_customer_is_not_suggested(pair):
    a = customer_with_order(first_name="Ada", email="same@example.org")
    b = customer_with_order(first_name="Bea", email="same@example.org")
    c = customer_with_order(first_name="Cleo", email="same@example.org")
    merge(a, b)
    assert [candidate.customer for candidate in duplicates_of(c)] == [a]
    assert [candidate.customer for candidate in duplicates_of(a)] == [c]


@table(
    "shared",
    [
        {"email": "none@none.com"},
        {"phone": "000 000 0000"},
        {"phone": "+1 111 111 1111"},
        {"email": ""},
        {"phone": " "},
    ],
)
def test_55_placeholders_and_blanks_match_nobody(shared):
    a = customer_with_order(first_name="Ada", **shared)
    customer_with_order(first_name="Bea", source="Marketplace", **shared)
    assert duplicates_of(a) == []
    assert order(first_name="Ada", last_name="Else", source="Third", **shared).assigned.kind == "new"


def test_55_a_value_that_staff_ignore_matches_nobody():
    a = customer_with_order(first_name="Ada", email="info@company.example")
    customer_with_order(first_name="Bea", email="INFO@company.example")
    assert len(duplicates_of(a)) == 1
    IgnoredValue.objects.create(kind="email", value="info@company.example")
    assert duplicates_of(a) == []


def test_55_a_family_on_one_phone_is_found_but_neither_associated_nor_ticked_beforehand():
    phone = "+420 241 770 449"
    a = customer_with_order(first_name="Ada", last_name="Holá", phone=phone)
    b = customer_with_order(first_name="Bo", last_name="Novák", phone=phone)
    (candidate,) = duplicates_of(a)
    assert (candidate.customer, candidate.is_sure) == (b, False)
    assert candidate.against == ("different first names", "different last names")
    assert order(first_name="Cleo", last_name="Dvořák", phone=phone).assigned.kind == "new"


def test_55_people_with_the_same_name_only_do_not_match():
    a = customer_with_order(first_name="John", last_name="Smith", email="a@example.org")
    customer_with_order(first_name="John", last_name="Smith", email="b@example.org")
    assert duplicates_of(a) == []


@table(
    ("one", "other"),
    [
        ({"email": "Hholy@Gmail.com "}, {"email": "hholy@gmail.COM"}),
        ({"email": "h@müller.example"}, {"email": "h@xn--mller-kva.example"}),
        ({"phone": "+420 241 770 449"}, {"phone": "241770449", "country": "Czech Republic"}),
        ({"phone": "+49 0711 2842222"}, {"phone": "0711/284 22 22", "country": "DE"}),
        ({"phone": "(555) 123-4567"}, {"phone": "+1 555 123 4567"}),
        ({"phone": "12 34 567 890 123 456 789"}, {"phone": "12-34-567-890-123-456-789"}),
    ],
)
def test_56_one_email_or_phone_in_two_spellings_matches(one, other):
    a = SourceRecordFactory(customer=CustomerFactory(first_name="Ada"), **one)
    b = SourceRecordFactory(customer=CustomerFactory(first_name="Bea"), **other)
    assert [candidate.customer for candidate in duplicates_of(a.customer)] == [b.customer]


def test_why_tells_what_speaks_for_and_against_any_pair():
    a = customer_with_order(first_name="Ada", last_name="Holá", email="a@example.org")
    b = customer_with_order(first_name="Bo", last_name="Novák", email="b@example.org")
    candidate = candidate_for(a, b)
    assert candidate.reasons == ()
    assert candidate.against == ("no shared email or phone", "different first names", "different last names")
