"""Many groups merged one by one: which are left for a person, what becomes of conflicts, and that the others go on."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.batches.merge import begin_merge, merge_each
from customers.batches.proposals import Proposal, propose
from customers.batches.undo import begin_undo, undo_each
from customers.batches.worklist_groups import read_groups, worklist_groups, write_groups
from customers.matching.likely.waiting import rank_answered_pairs
from customers.matching.likely.worklist_tab import likely_page
from customers.matching.related import mark_related
from customers.matching.worklist.filters import EVERYTHING
from customers.matching.worklist.tabs import GroupsTab
from customers.merging.undo import UndoTerms
from customers.models import Customer, LikelyAnswer, LikelyPair, Merge, RecordTotals, Relation, Via
from customers.models.merge import Kept, OnConflict
from tests.acts import edit, erase, fresh, merge
from tests.customers.invariants import check_owners_and_caches
from tests.factories import customer_with_order, make_user
from tests.tables import table

pytestmark = pytest.mark.django_db
PHONE = "+420 241 770 449"


def person(n: int, **more: str) -> Customer:
    return customer_with_order(**{"first_name": "Helena", "last_name": "Holý", "email": f"h{n}@reunite.cz"} | more)


def pair(n: int, **other: str) -> list[int]:
    return [person(n).pk, person(n, **other).pk]


def proposals(*groups: list[int], keep=Kept.OLDEST, on_conflict=OnConflict.REVIEW, by=None) -> list[Proposal]:
    return propose(groups, keep=keep, on_conflict=on_conflict, by=by)


def left(*groups: list[int], **options) -> list[tuple[str, ...]]:
    return [proposal.left for proposal in proposals(*groups, **options)]


def merge_all(agreed: list[Proposal], on_conflict=OnConflict.REVIEW, by=None) -> list[tuple[str, str]]:
    """(outcome, reason) of each group."""
    batch, _ = begin_merge(agreed, on_conflict=on_conflict, token=uuid4(), by=by)
    return [(merged.row.outcome, merged.reason) for merged in merge_each(batch, by=by, reason="The list of May")]


def test_groups_without_a_conflict_are_merged_and_undone_as_one(agent):
    groups = [pair(1), [*pair(2), person(2).pk]]
    agreed = proposals(*groups, by=agent)
    assert merge_all(agreed, by=agent) == [("merged", ""), ("merged", "")]
    merges = list(Merge.objects.order_by("pk"))
    assert {(m.via, m.by, m.reason, m.batch_id) for m in merges} == {
        (Via.BULK, agent, "The list of May", merges[0].batch_id)
    }
    assert [m.survivor_id for m in merges] == [groups[0][0], groups[1][0]]
    check_owners_and_caches()
    batch, _ = begin_undo([m.pk for m in merges[::-1]], token=uuid4(), by=agent, terms=UndoTerms())
    list(undo_each(batch, by=agent))
    assert Customer.objects.live().count() == 5
    check_owners_and_caches()


def test_a_group_that_a_person_has_to_look_at_is_left_and_says_why(agent):
    related, dismissed = pair(1), pair(2)
    mark_related(related, Relation.HOUSEHOLD, by=None)
    billed = pair(4)
    RecordTotals.objects.filter(source_record__customer__in=billed).update(purchases_active=1)
    assert left(
        related, pair(3, first_name="Jan"), billed, [person(5).pk, person(6).pk], dismissed, dismissed, by=agent,
        on_conflict=OnConflict.KEPT,
    ) == [
        ("Related: same household",),
        ("Different first names",),
        ("Active purchases of more than one customer",),
        ("No email or phone in common with the customer who is kept",),
        (),
        (f"Customer {dismissed[0]} is in another group of this batch",),
    ]  # fmt: skip


@table(
    ("other", "conflict"),
    [
        ({"email": "H1@Reunite.cz", "phone": "00420 241 770 449", "last_name": "HOLÝ"}, []),
        ({"company": "Acme"}, []),
        ({"phone": "+420 602 330 910"}, ["phone"]),
        ({"first_name": "H."}, []),
        ({"email": "Ｈ1@reunite.cz", "custom1": "GOLD", "website": "shop.org/"}, []),
        ({"billing_address": {"country": "Czechia"}}, []),
        ({"billing_address": {"country": "SK"}}, ["billing_address"]),
        ({"custom1": "Gold+"}, ["custom1"]),
    ],
)
def test_a_value_conflicts_if_it_is_another_however_it_is_written(other, conflict):
    known = {"phone": PHONE, "website": "https://Shop.org", "custom1": "Gold", "billing_address": {"country": "CZ"}}
    one, two = person(1), person(1)
    edit(one, **known)
    edit(two, **known | other)
    [proposal] = proposals([one.pk, two.pk])
    assert [field.key for field in proposal.conflicts] == conflict
    assert bool(proposal.left) is bool(conflict)


def test_customers_whose_values_differ_only_in_writing_are_merged_unless_told_otherwise():
    group = [person(1, email="Helena@Reunite.cz").pk, person(1, first_name="H.", email="<helena@reunite.cz>").pk]
    assert merge_all(proposals(group)) == [("merged", "")]


def test_of_values_that_differ_the_kept_ones_stay_or_the_newest_win():
    one, other = person(1, phone=PHONE), person(1, phone="+420 602 330 910")
    group = [one.pk, other.pk]
    assert left(group) == [("Different values: Phone",)]
    [kept] = proposals(group, on_conflict=OnConflict.KEPT)
    assert (kept.left, kept.finals["phone"].value) == ((), one.phone)
    [newest] = proposals(group, on_conflict=OnConflict.NEWEST)
    assert (newest.left, newest.finals["phone"].value) == ((), other.phone)
    edit(one, phone="+420 777 123 456")
    agreed = proposals(group, on_conflict=OnConflict.NEWEST)
    assert merge_all(agreed, OnConflict.NEWEST) == [("merged", "")]
    assert fresh(one)[0].phone == "+420 777 123 456"


def test_a_value_of_which_nobody_knows_the_age_is_left_for_a_person():
    one, other, third = person(1, phone=PHONE), person(2), person(2, phone="+420 602 330 910")
    merge(other, third)
    [proposal] = proposals([one.pk, other.pk], on_conflict=OnConflict.NEWEST)
    assert proposal.left == ("No date is known of: Phone",)


def test_who_is_kept():
    one, other, third = (person(1, external_id=f"h{n}") for n in range(3))
    group = [one.pk, other.pk, third.pk]
    RecordTotals.objects.filter(source_record__customer=other).update(orders=7)
    RecordTotals.objects.filter(source_record__customer=third).update(last_order_at=timezone.now())
    ways = (Kept.OLDEST, Kept.MOST_ORDERS, Kept.LAST_ORDER)
    assert [proposals(group, keep=keep)[0].survivor for keep in ways] == [
        one,
        other,
        third,
    ]
    assert proposals(group, keep=Kept.LAST_ORDER)[0].ids == (third.pk, one.pk, other.pk)


def test_what_changed_since_the_preview_is_left_and_named_and_the_others_go_on():
    groups = [pair(n) for n in range(4)]
    agreed = proposals(*groups)
    edit(Customer.objects.get(pk=groups[0][1]), company="Acme")
    erase(Customer.objects.get(pk=groups[1][1]))
    mark_related(groups[2], Relation.EMPLOYER, by=None)
    changed = "One of these customers was changed, merged or erased since the preview."
    assert merge_all(agreed) == [
        ("refused", changed),
        ("refused", changed),
        ("refused", "A person has to look at this group. Related: same employer."),
        ("merged", ""),
    ]


def test_who_may_not_merge_without_a_match_cannot_by_a_batch(agent):
    group, how = [person(1).pk, person(2).pk], OnConflict.KEPT
    agreed = proposals(group, on_conflict=how)
    [(outcome, reason)] = merge_all(agreed, how, by=agent)
    assert outcome == "refused"
    assert reason.endswith("No email or phone in common with the customer who is kept.")
    merger = make_user("merger", ["customers.merge_customer", "customers.merge_unmatched_customer"])
    assert merge_all(agreed, how, by=merger) == [("merged", "")]


def test_the_groups_of_the_worklist_are_those_of_its_pages():
    groups = [pair(n) for n in range(3)]
    read, has_more = worklist_groups(GroupsTab.SHARED, EVERYTHING)
    assert ({frozenset(group) for group in read}, has_more) == ({frozenset(group) for group in groups}, False)
    assert read_groups(write_groups(read)) == read
    assert read_groups("7.x-y.3-4-z.." + "9" * 30 + "-1") == [[3, 4]]


def test_the_whole_name_takes_the_place_of_an_initial_of_the_kept_customer(as_agent):
    group = [person(1, first_name="H.").pk, person(1).pk]
    assert proposals(group)[0].fuller_names == ["Helena"]
    page = as_agent.get(reverse("batches:merge"), {"groups": write_groups([group])}).content.decode()
    assert "Whole name instead of an initial: <bdi>Helena</bdi>" in page
    assert merge_all(proposals(group)) == [("merged", "")]
    assert Customer.objects.get(pk=group[0]).first_name == "Helena"


def test_a_batch_of_likely_pairs_merges_each_and_leaves_what_conflicts(as_admin):
    likely = [[person(10 * n).pk, person(10 * n + 1).pk] for n in range(1, 4)]
    edit(Customer.objects.get(pk=likely[2][1]), first_name="Jan")
    for n, (one, other) in enumerate(likely):
        LikelyPair.objects.create(
            first_id=one, second_id=other, probability=0.9, rank=900_000 - n, weights={}, model="1"
        )
    rank_answered_pairs()
    read, has_more = worklist_groups(GroupsTab.LIKELY, EVERYTHING)
    assert (read, has_more) == (likely, False)
    assert f"{reverse('batches:merge')}?tab=likely" in as_admin.get("/duplicates/?tab=likely").content.decode()

    agreed = proposals(*read, on_conflict=OnConflict.KEPT)
    assert [bool(proposal.left) for proposal in agreed] == [False, False, True]
    assert merge_all(agreed, OnConflict.KEPT) == [("merged", ""), ("merged", "")]
    rank_answered_pairs()
    assert [group.compared for group in likely_page().groups] == [tuple(likely[2])]
    assert {answer.answer for answer in LikelyAnswer.objects.all()} == {"merged"}
    assert check_owners_and_caches() is None
