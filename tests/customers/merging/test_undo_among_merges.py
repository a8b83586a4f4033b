"""After an undo everything is as if that merge had never been made, and all else had been done as it was done."""

import pytest

from customers.merging.forms.values import ValuesForm
from customers.merging.merge import merge_keeping_survivor
from customers.merging.undo_plan import plan_undo
from customers.models import Customer, HistoryEntry
from customers.profile.decisions import Picked
from customers.profile.replay import BroughtByMerge
from tests.acts import edit, fresh, merge, rebuild, undo
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

PRAGUE = {"line1": "Rilská 3174/6", "city": "Prague", "country": "CZ"}
BRNO = {"line1": "Pekařská 1", "city": "Brno", "country": "CZ"}
TWO_VALUES = {
    "phone": ("+420 241 770 449", "+420 602 330 910"),
    "company": ("Acme", "Initech"),
    "billing_address": (PRAGUE, BRNO),
    "lead_status": ("new", "working"),
    "email_opt_in": (False, False),
    "sms_contact": (False, False),
    "do_not_sell": (True, True),
}


def customers(*profiles: dict) -> list[Customer]:
    return [CustomerFactory(first_name=name, **values) for name, values in zip("STUVW", profiles, strict=False)]


def values(customer: Customer, *keys: str) -> list:
    [now] = fresh(customer)
    return [getattr(now, key) for key in keys]


def check(customer: Customer, **expected) -> None:
    assert dict(zip(expected, values(customer, *expected), strict=True)) == expected
    assert rebuild() == "Nothing differed."


def test_what_two_merges_would_each_have_brought_comes_from_the_one_that_stands():
    of_first, of_second = ({key: pair[n] for key, pair in TWO_VALUES.items()} for n in (0, 1))
    survivor, first, second = customers({}, of_first, of_second)
    merged = merge(survivor, first)
    merge(*fresh(survivor, second))
    check(survivor, **of_first)
    undo(merged)
    check(survivor, **of_second)


def test_the_preview_says_which_merge_brings_the_value():
    survivor, first, second = customers({}, {"phone": "111 1111", "company": "Acme"}, {"phone": "222 2222"})
    merged = merge(survivor, first)
    later = merge(*fresh(survivor, second))
    by_field = {outcome.field.key: outcome for outcome in plan_undo(merged).outcomes}
    assert by_field.keys() == {"phone", "company"}
    assert by_field["phone"].by_after == BroughtByMerge(later, second.pk, was_picked=False)
    assert (by_field["company"].after, by_field["company"].by_after) == ("", None)


@pytest.mark.parametrize("inner_first", [True, False])
def test_merges_within_merges_are_undone_in_any_order(inner_first):
    top, middle, low = customers({}, {"company": "Acme"}, {"phone": "111 1111", "email_opt_in": False})
    inner = merge(middle, low)
    outer = merge(top, *fresh(middle))
    check(top, phone="111 1111", company="Acme", email_opt_in=False)
    undo(inner if inner_first else outer)
    check(top, phone="", company="Acme" if inner_first else "", email_opt_in=None)
    check(middle, phone="" if inner_first else "111 1111", email_opt_in=None if inner_first else False)
    undo(outer if inner_first else inner)
    check(top, company="")
    check(middle, phone="", company="Acme")


def test_a_customer_has_the_values_of_the_moment_of_the_merge_and_not_later_ones():
    survivor, first, second = customers({}, {"phone": "111 1111"}, {"phone": "222 2222"})
    merged = merge(survivor, first)
    other = merge(*fresh(survivor, second))
    undo(merged)
    edit(first, phone="333 3333")
    check(survivor, phone="222 2222")
    merge(*fresh(survivor, first))
    undo(other)
    check(survivor, phone="333 3333")


def test_a_value_selected_from_a_customer_who_left_is_decided_by_the_rule_again():
    survivor, first, second = customers({}, {"phone": "111 1111"}, {"phone": "222 2222"})
    merged = merge(survivor, first, second, phone=second)
    [outcome] = plan_undo(merged, only=[second.pk]).outcomes
    assert (outcome.now, outcome.after, outcome.by_now.was_picked) == ("222 2222", "111 1111", True)
    undo(merged, second)
    check(survivor, phone="111 1111")


def test_a_consent_is_the_most_restrictive_of_all_who_are_part_whatever_was_selected_from_who_left():
    survivor, first, second = customers({}, {"sms_contact": True}, {"sms_contact": False})
    merged = merge(survivor, first, second, sms_contact=first)
    check(survivor, sms_contact=True)
    undo(merged, first)
    check(survivor, sms_contact=False)


def test_what_a_user_typed_or_kept_in_a_later_merge_stays():
    survivor, first, second = customers({"company": "Own"}, {"company": "Acme", "custom1": "a"}, {"custom1": "b"})
    merged = merge(survivor, first, company=first)
    merge(*fresh(survivor, second), custom1="typed", company=survivor)
    undo(merged)
    check(survivor, company="Own", custom1="typed")


def test_an_edit_since_stays_also_if_another_merge_followed():
    survivor, first, second = customers({}, {"phone": "111 1111"}, {"phone": "222 2222"})
    merged = merge(survivor, first)
    edit(survivor, phone="333 3333")
    later = merge(*fresh(survivor, second))
    undo(merged)
    check(survivor, phone="333 3333")
    undo(later)
    check(survivor, phone="333 3333")


def test_a_merge_by_api_keeps_the_survivor_and_only_names_a_nameless_one():
    survivor, first, second = (
        CustomerFactory(custom1="x"),
        CustomerFactory(first_name="Ann", company="Acme", custom2="a"),
        CustomerFactory(first_name="Bob", email_opt_in=False, custom3="b"),
    )
    merged = merge_keeping_survivor(first, survivor, by=None)
    merge_keeping_survivor(second, survivor, by=None)
    check(survivor, first_name="Ann", company="Acme", custom2="", custom3="", email_opt_in=False)
    undo(merged)
    check(survivor, first_name="Bob", company="", custom2="", custom3="", email_opt_in=False)


def test_decisions_are_known_of_a_merge_that_changed_nothing():
    survivor, first = customers({"phone": "111 1111"}, {"phone": "111 1111"})
    merged = merge(survivor, first, phone=first, custom1="")
    assert not merged.changes.exists()
    assert merged.decisions["picked"] == {"phone": first.pk}
    assert merged.decisions["typed"] == {"custom1": ""}
    edited = edit(survivor, custom2="x")
    assert merged.version < edited.version


def test_nobody_becomes_tax_exempt_by_an_undo():
    survivor, first, second = customers({}, {"tax_exempt": True}, {"tax_exempt": True})
    merged = merge(survivor, first, tax_exempt=first)
    merge(*fresh(survivor, second))
    check(survivor, tax_exempt=True)
    undo(merged)
    check(survivor, tax_exempt=False)


@pytest.mark.parametrize("via_picks", [False, True])
def test_a_value_set_to_what_it_shows_already_is_kept(via_picks):
    brought = {"phone": "111 1111", "sms_contact": False, "billing_address": PRAGUE}
    survivor, first = customers({"custom1": "own"}, brought)
    merged = merge(survivor, first, **dict.fromkeys(brought, first) if via_picks else {})
    edited = edit(survivor, phone="111 1111", custom1="own", custom2="")
    assert edit(survivor, phone="111 1111").version == edited.version
    change = survivor.changes.last()
    assert change.values == {"phone": {"before": "111 1111", "after": "111 1111", "from": None}}
    entry = HistoryEntry.objects.filter(kind="edit").latest("pk")
    assert entry.text == "Phone confirmed: 111 1111."
    kept = undo(merged).kept
    assert [outcome.field.key for outcome in kept] == ["phone"]
    check(survivor, phone="111 1111", sms_contact=None, billing_address={})


def test_a_value_set_to_what_it_shows_already_changes_nothing_where_no_merge_brought_it():
    survivor, first = customers({"phone": "111 1111"}, {"phone": "111 1111"})
    before = edit(survivor, phone="111 1111").version
    merge(survivor, first)
    assert edit(survivor, phone="111 1111").version == before + 1


def test_a_refusal_that_is_said_again_while_merged_is_said_by_everybody_who_is_part():
    top, middle, low = customers({"email_opt_in": False}, {"email_opt_in": True}, {"email_opt_in": False})
    inner = merge(middle, low)
    outer = merge(top, *fresh(middle))
    check(middle, email_opt_in=False)
    edit(top, email_opt_in=False)
    undo(outer)
    undo(inner)
    check(middle, email_opt_in=False)


def test_a_value_that_a_user_leaves_as_suggested_is_decided_by_the_rule():
    survivor, first = customers({"company": "Own"}, {"phone": "111 1111", "company": "Acme"})
    [survivor, first] = fresh(survivor, first)
    suggested = {f"pick-{key}": str(survivor.pk) for key in ("company", "last_name")} | {"pick-phone": str(first.pk)}
    seen = {"seen": f"{survivor.version}-{first.version}"}
    assert ValuesForm([survivor, first], suggested | seen, by=None).review().choices == {}
    other = suggested | seen | {"pick-company": str(first.pk)}
    assert ValuesForm([survivor, first], other, by=None).review().choices == {"company": Picked(first.pk)}
