"""Old ids that died and undos that did not restore elsewhere. Numbers are those of docs/merging.md."""

import pytest
from django.utils import timezone

from customers.engagement import notes
from customers.matching.duplicates import duplicate_counts, duplicates_of
from customers.merging.meanwhile import StalePlanError
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo_plan import UndoError, plan_undo
from customers.models import Customer, SourceRecord
from orders.models import Order
from tests.acts import edit, fresh, merge, undo
from tests.database import STAMPS, dump, linked_rows, reloaded
from tests.factories import customer_with_order, order

pytestmark = pytest.mark.django_db

# What an undo adds: the acts themselves, what was told of them, and staff records to write them on.
RECORDED = {"Merge", "MergeMember", "ProfileChange", "HistoryEntry", "NotDuplicate", "Event"}


@pytest.fixture
def three():
    """Three customers with an order each, known to the shop as 1, 2 and 3; with their homes."""
    customers = [customer_with_order(first_name=n, external_id=str(i)) for i, n in enumerate(("Ada", "Bea", "Cleo"), 1)]
    for customer in customers:
        notes.add(customer, {"text": "Called."}, by=None)
    return customers


def state() -> dict:
    return dump(without=STAMPS | RECORDED)


def test_57_an_order_that_names_a_merged_customer_by_its_old_id_reaches_the_survivor(three):
    a, b, _ = three
    merge(a, b)
    taken = order(external_id="2", first_name="Bea", last_name="Holý")
    assert taken.assigned.kind == "known"
    assert taken.assigned.record.customer == a
    assert Customer.objects.get(uuid=b.uuid).live_root() == a


def test_57_a_late_order_does_not_bring_a_retired_customer_back(three):
    a, b, _ = three
    merge(a, b)
    order(external_id="2", first_name="Bea")
    assert not fresh(b)[0].is_live
    assert Customer.objects.live().count() == 2


def test_58_an_old_id_leads_to_whoever_has_the_customer_now(three):
    a, b, c = three
    merged = merge(a, b)
    assert fresh(b)[0].live_root() == a
    undo(merged)
    assert fresh(b)[0].live_root() == b
    merge(c, b)
    assert fresh(b)[0].live_root() == c


def test_59_merge_and_undo_leave_an_equal_database(three):
    before = state()
    undo(merge(*three, first_name=three[1], last_name="Typed", custom1="x"))
    assert state() == before


def test_59_a_chain_is_undone_in_any_order(three):
    a, b, c = three
    before = state()
    inner, outer = merge(b, a, first_name=a), merge(c, b, first_name=b)
    assert linked_rows(c)["Order"] == sorted(Order.objects.values_list("pk", flat=True))
    undo(inner)
    assert [x.live_root() for x in fresh(a, b, c)] == [a, c, c]
    undo(outer)
    assert state() == before


def test_59_one_of_several_duplicates_comes_back_with_its_own_values(three):
    a, b, c = three
    merged = merge(a, b, c, first_name=b, custom1="typed")
    undo(merged, b)
    assert [x.is_live for x in fresh(a, b, c)] == [True, True, False]
    assert [(x.first_name, x.custom1) for x in fresh(a)] == [("Ada", "typed")]
    undo(merged)
    assert [x.is_live for x in fresh(a, b, c)] == [True, True, True]
    assert fresh(a)[0].custom1 == ""


def test_60_what_was_edited_since_stays_and_is_named(three):
    a, b, _ = three
    merged = merge(a, b, first_name=b, last_name="Typed")
    edit(a, first_name="Edited")
    undone = undo(merged)
    assert [(c.first_name, c.last_name) for c in fresh(a)] == [("Edited", "Holý")]
    assert [outcome.field.key for outcome in undone.kept] == ["first_name"]
    assert "First name was kept." in undone.as_sentence()


def test_60_all_values_that_stay_are_named_in_one_sentence(three):
    a, b, _ = three
    merged = merge(a, b, first_name=b, last_name="Typed")
    edit(a, first_name="Edited", last_name="Edited too")
    assert undo(merged).as_sentence().endswith("was restored. First name and Last name were kept.")


def test_60_orders_that_arrived_since_go_back_with_their_record(three):
    a, b, _ = three
    merged = merge(a, b)
    taken = order(external_id="2", first_name="Bea")
    undo(merged)
    assert taken.order.pk in linked_rows(b)["Order"]
    assert taken.order.pk not in linked_rows(a)["Order"]


def test_60_a_value_that_a_later_merge_carried_on_follows_the_customer_it_was_selected_from(three):
    a, b, c = three
    inner = merge(b, a, first_name=a)
    merge(c, b, first_name=b)
    assert fresh(c)[0].first_name == "Ada"
    outcomes = plan_undo(reloaded(inner)).outcomes
    assert [(o.customer, o.field.key, o.now, o.after) for o in outcomes] == [
        (c, "first_name", "Ada", "Bea"),
        (b, "first_name", "Ada", "Bea"),
    ]
    undo(inner)
    assert [x.first_name for x in fresh(a, b, c)] == ["Ada", "Bea", "Bea"]


def test_60_a_merge_with_an_erased_side_is_not_undone(three):
    merged = merge(*three)
    Customer.objects.filter(pk=three[1].pk).update(erased_at=timezone.now())
    before = dump()
    with pytest.raises(UndoError, match="erased"):
        undo(merged)
    assert dump() == before


def test_60_a_merge_is_undone_once(three):
    merged = merge(*three)
    undo(merged)
    before = dump()
    merged.refresh_from_db()
    with pytest.raises(UndoError, match="was undone on"):
        undo(merged)
    assert dump() == before


def test_60_what_was_undone_is_not_suggested_again_but_can_be_merged_again():
    a = customer_with_order(first_name="Ada", email="same@example.org")
    b = customer_with_order(first_name="Bea", email="same@example.org")
    undo(merge(a, b))
    assert duplicate_counts([a.pk, b.pk]) == {}
    (candidate,) = duplicates_of(a)
    assert candidate.dismissal.reason.endswith("was undone")
    merge(a, b)
    assert fresh(b)[0].merged_into == a


def test_60_a_login_that_the_merge_made_no_longer_opens_anything_after_the_undo(three):
    from django.contrib.auth.hashers import make_password

    from customers.profile.shop_logins import customer_opened_by

    a, b, _ = three
    merged = merge(a, b, cart_login="helena", cart_password=make_password("new one"))
    assert customer_opened_by("helena", "new one") == a
    undo(merged)
    assert customer_opened_by("helena", "new one") is None
    merge(a, b, cart_login="helena", cart_password=make_password("another"))
    assert customer_opened_by("helena", "another") == a


def test_60_every_login_opens_the_survivor_with_its_own_password(three):
    from django.contrib.auth.hashers import make_password

    from customers.profile.shop_logins import customer_opened_by

    a, b, _ = three
    edit(a, cart_login="ada", cart_password=make_password("pa"))
    edit(b, cart_login="bea", cart_password=make_password("pb"))
    merge(a, b)
    assert (customer_opened_by("ada", "pa"), customer_opened_by("bea", "pb")) == (a, a)
    assert customer_opened_by("bea", "pa") is None


def test_59_a_record_that_was_associated_by_match_goes_back_with_whom_it_matched():
    a = customer_with_order(first_name="Ada", email="a@example.org")
    b = customer_with_order(first_name="Bea", email="b@example.org", source="Marketplace")
    merged = merge(a, b)
    taken = order(first_name="Bea", email="b@example.org", source="Third")
    assert taken.assigned.kind == "match"
    assert taken.assigned.record.customer == a
    undo(merged)
    assert SourceRecord.objects.get(pk=taken.assigned.record.pk).customer == b


def test_a_stale_preview_of_an_undo_is_refused(three):
    from customers.merging.undo_plan import StaleUndoError, plan_undo

    merged = merge(*three)
    seen = plan_undo(merged).fingerprint
    edit(three[0], custom1="since")
    before = dump()
    with pytest.raises(StaleUndoError):
        undo(merged, seen=seen)
    assert dump() == before


def test_an_order_between_preview_and_yes_changes_no_plan_and_an_edit_does(three):
    a, b, _ = three
    plan = plan_merge(*fresh(a), fresh(b))
    order(external_id="2", first_name="Bea")
    merged = merge_customers(plan, by=None, via="page")
    undo(merged)
    plan = plan_merge(*fresh(a), fresh(b))
    edit(b, email="new@example.org")
    before = dump()
    with pytest.raises(StalePlanError, match=r"changed Bea Holý .* meanwhile: Email") as refusal:
        merge_customers(plan, by=None, via="page")
    assert list(refusal.value.changes[0].values) == ["email"]
    assert dump() == before
