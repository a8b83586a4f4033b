"""Two acts at one moment."""

from decimal import Decimal

import pytest

from customers.credit import credit
from customers.engagement import notes
from customers.merging.meanwhile import StalePlanError
from customers.merging.undo import UndoResult
from customers.models import CartLogin, Customer, Merge, MergeMember, Note, SourceRecord
from customers.pages.add_customer import add_customer
from customers.profile.edit import EditError
from orders.intake.order import IncomingOrder
from orders.intake.take import take_order
from orders.models import Order
from tests.acts import edit_as_seen, merge_as_planned, plan, undo
from tests.customers.concurrency.customers_by_name import customer, customers
from tests.customers.invariants import check_owners_and_caches
from tests.factories import lead_of, person
from tests.threads import type_names

pytestmark = pytest.mark.usefixtures("transactional_db")
postgres = pytest.mark.postgres


def test_of_two_merges_in_opposite_directions_one_wins_and_the_other_is_told(run_together):
    for number in range(4):
        a, b = customers(f"a{number} b{number}")
        there, back = plan(a, b), plan(b, a)
        outcomes = run_together(lambda plan=there: merge_as_planned(plan), lambda plan=back: merge_as_planned(plan))
        assert type_names(outcomes) == {"Merge", "MergedMeanwhileError"}
        assert "a moment ago" in str(outcomes)
    check_owners_and_caches()


def test_a_double_click_on_yes_is_one_merge(run_together):
    for number in range(4):
        agreed = plan(*customers(f"a{number} b{number}"))
        outcomes = run_together(
            lambda agreed=agreed: merge_as_planned(agreed), lambda agreed=agreed: merge_as_planned(agreed)
        )
        assert type_names(outcomes) == {"Merge", "AlreadyMergedError"}
        assert Merge.objects.filter(survivor=agreed.survivor_id).count() == 1


def test_a_double_click_on_undo_is_one_undo(run_together):
    for number in range(4):
        made = merge_as_planned(plan(*customers(f"a{number} b{number}")))
        assert type_names(run_together(lambda made=made: undo(made), lambda made=made: undo(made))) == {
            "UndoResult",
            "AlreadyUndoneError",
        }
    check_owners_and_caches()


@pytest.mark.parametrize("edited", ["survivor", "duplicate"])
def test_of_an_edit_and_a_merge_at_once_one_is_refused_and_no_value_is_lost(run_together, edited):
    for number in range(4):
        survivor, duplicate = customers(f"a{number} b{number}")
        agreed = plan(survivor, duplicate)
        who = survivor if edited == "survivor" else duplicate
        merged, saved = run_together(
            lambda agreed=agreed: merge_as_planned(agreed), lambda who=who: edit_as_seen(who, company="Acme")
        )
        if isinstance(merged, Merge):
            assert isinstance(saved, EditError)
        else:
            assert isinstance(merged, StalePlanError)
            assert [change.values["company"]["after"] for change in merged.changes] == ["Acme"]
            assert Customer.objects.get(pk=who.pk).company == "Acme"


def test_one_person_who_arrives_three_times_at_once_is_one_customer(run_together):
    for number in range(4):
        sent = [person(source, first_name="Helena", email=f"h{number}@x.cz") for source in ("Shop", "Shop", "Market")]
        outcomes = run_together(*(lambda who=who: lead_of(who) for who in sent))
        assert sorted(taken.kind for taken in outcomes) == ["identity", "match", "new"]
        assert Customer.objects.count() == number + 1
    check_owners_and_caches()


def test_two_sides_of_one_person_at_once_are_one_customer(run_together):
    """They share a phone, and only that."""
    for number in range(4):
        phone = f"+4202417704{number:02}"
        one = person("Shop", first_name="Helena", email=f"private{number}@x.cz", phone=phone)
        other = person("Market", first_name="Helena", email=f"work{number}@x.cz", phone=phone)
        run_together(lambda who=one: lead_of(who), lambda who=other: lead_of(who))
        assert Customer.objects.count() == number + 1


@pytest.mark.parametrize("named", ["external_id", "client_order_id"])
def test_an_order_that_is_sent_twice_at_once_is_one_order(run_together, named):
    who = person(first_name="Helena", email="h@x.cz", deduplicate=False)
    for number in range(4):
        incoming = IncomingOrder(who, Decimal(5), "USD", **{named: f"order {number}"})
        outcomes = run_together(*[lambda incoming=incoming: take_order(incoming)] * 2)
        assert sorted(taken.is_repeat for taken in outcomes) == [False, True]
        assert outcomes[0].order == outcomes[1].order
    assert Order.objects.count() == 4
    assert Customer.objects.count() == 4
    check_owners_and_caches()


def test_credit_is_not_used_twice(run_together):
    a = customer("a")
    credit.adjust(a, Decimal(5), "USD", reason="gift", by=None)

    def use() -> object:
        return credit.adjust(a, Decimal(-4), "USD", reason="order", by=None)

    assert type_names(run_together(use, use)) == {"list", "InsufficientCreditError"}
    assert credit.balances([a.pk]) == {a.pk: {"USD": Decimal(1)}}


def test_notes_written_during_a_merge_and_its_undo_are_all_there(run_together):
    a, b = customers("a b")
    agreed = plan(a, b)

    def merge_and_undo() -> object:
        return undo(merge_as_planned(agreed))

    def write() -> None:
        for number in range(6):
            notes.add(b if number % 2 else a, {"text": f"note {number}"}, by=None)

    assert type_names(run_together(merge_and_undo, write, write)) == {"UndoResult", "NoneType"}
    assert Note.objects.filter(source_record__customer__in=[a, b]).count() == 12
    check_owners_and_caches()


def test_of_a_first_edit_and_a_first_note_at_once_both_are_on_one_staff_record(run_together):
    for number in range(6):
        [a] = customers(f"a{number}")
        outcomes = run_together(
            lambda a=a: edit_as_seen(a, custom1="gold"), lambda a=a: notes.add(a, {"text": "Likes vinyl."}, by=None)
        )
        assert type_names(outcomes) == {"Customer", "Note"}
        assert SourceRecord.objects.get(external_id=a.uuid).note_set.count() == 1
    check_owners_and_caches()


def test_merging_the_survivor_on_while_the_merge_is_undone(run_together):
    for number in range(4):
        a, b, c = customers(f"a{number} b{number} c{number}")
        made, onward = merge_as_planned(plan(a, b)), plan(c, a)
        undone, merged = run_together(lambda made=made: undo(made), lambda onward=onward: merge_as_planned(onward))
        assert isinstance(undone, UndoResult)
        assert isinstance(merged, Merge | StalePlanError)
        assert Customer.objects.get(pk=b.pk).is_live
    check_owners_and_caches()


def test_of_two_who_add_one_person_at_once_the_second_is_shown_the_first(run_together):
    for number in range(4):
        values = {"first_name": "Helena", "email": f"h{number}@reunite.cz"}
        outcomes = run_together(
            *(lambda v=values, u=u: add_customer(v, uuid=u, seen=(), by=None) for u in (f"one{number}", f"two{number}"))
        )
        assert type_names(outcomes) == {"Customer", "AlreadyKnownError"}


def test_one_new_login_typed_in_two_merges_at_once_is_given_once(run_together):
    a, b, c, d = customers("ada bea cleo dora")
    typed = {"cart_login": "helena"}
    agreed = plan(a, b, **typed), plan(c, d, **typed)
    outcomes = run_together(*(lambda one=one: merge_as_planned(one) for one in agreed))
    assert type_names(outcomes) == {"Merge", "MergeError"}
    assert CartLogin.objects.get(login="helena").merge == Merge.objects.get()


@postgres
def test_two_undos_of_one_chain_at_once(run_together):
    for number in range(4):
        a, b, c = customers(f"a{number} b{number} c{number}")
        first = merge_as_planned(plan(b, c))
        second = merge_as_planned(plan(a, b))
        outcomes = run_together(lambda first=first: undo(first), lambda second=second: undo(second))
        assert type_names(outcomes) == {"UndoResult"}
        assert Customer.objects.live().filter(pk__in=[a.pk, b.pk, c.pk]).count() == 3
    assert not MergeMember.objects.filter(undone_at=None).exists()
    check_owners_and_caches()
