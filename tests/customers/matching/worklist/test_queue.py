"""The order of the worklist: what has a rank, what becomes of it, the filters, and how both tabs are read."""

from itertools import pairwise, product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.lib.pages import PAGE
from customers.matching.evidence.worklist_tab import evidence_page
from customers.matching.exclusions import exclude
from customers.matching.ignored_values import ignore_value
from customers.matching.judgement import Judgement, NamesAgree, Strength, match_strength
from customers.matching.likely.model import shipped_model
from customers.matching.likely.scan import keep
from customers.matching.likely.scoring import ScoredPair
from customers.matching.likely.waiting import rank_answered_pairs
from customers.matching.likely.worklist_tab import likely_page
from customers.matching.not_duplicates import mark_not_duplicates, unmark_not_duplicates
from customers.matching.worklist import filters, sorting
from customers.matching.worklist.filters import UNASSIGNED, WorklistFilter
from customers.matching.worklist.page import worklist_page
from customers.matching.worklist.queue import read_place, read_window, waiting
from customers.matching.worklist.ranks import rank_what_waits
from customers.matching.worklist.sorting import EVERY_RANK, rank_of, ranks_of
from customers.models import Customer, EvidencePair, LikelyPair, SharedValue
from customers.models.matching import FIRST_RANKS
from tests.acts import merge, undo
from tests.factories import customer_with_order
from tests.query_costs import analyze, on_sqlite, plan_of, strangers
from tests.tables import table

pytestmark = pytest.mark.django_db


def pair(n: int, **who) -> tuple[Customer, Customer]:
    return tuple(customer_with_order(email=f"pair{n}@reunite.cz", **who) for _ in range(2))


def groups(**only) -> list[set[int]]:
    page = worklist_page(only=WorklistFilter(**only))
    return [{member.customer.pk for member in group.members} for group in page.groups]


def rank() -> int:
    rank_what_waits()
    return waiting()


def test_the_first_rank_of_a_new_value_is_that_of_its_kind_with_nobody_in_the_group():
    unread = {kind: Judgement(match_strength([kind]), NamesAgree.NONE, against=()) for kind in FIRST_RANKS}
    assert {kind: rank_of(judgement, 0) for kind, judgement in unread.items()} == FIRST_RANKS


@pytest.mark.parametrize("order", [sorting.ORDER, (sorting.SIZE, *sorting.ORDER[:-1])])
def test_wherever_the_strength_stands_a_filter_by_it_reads_the_ranks_of_such_groups_and_no_others(order, monkeypatch):
    monkeypatch.setattr("customers.matching.worklist.sorting.ORDER", order)
    for strength, names, against, size in product(Strength, NamesAgree, ((), ("different last names",)), (2, 3, 100)):
        rank = rank_of(Judgement(strength, names, against), size)
        assert [other for other in Strength if any(rank in ranks for ranks in ranks_of(other))] == [strength]
    assert EVERY_RANK.stop <= 2**15


def test_what_is_answered_waits_no_more_and_what_comes_back_waits_again(agent):
    one, other = pair(1)
    third, fourth = pair(2)
    assert rank() == 2
    merged = merge(one, other)
    mark_not_duplicates(third, fourth, by=agent)
    assert rank() == 0
    assert groups() == []
    undo(merged)
    unmark_not_duplicates(third, fourth, by=agent)
    # The undo marked its two as not duplicates.
    assert rank() == 1
    assert groups() == [{third.pk, fourth.pk}]
    ignore_value("pair2@reunite.cz", by=agent, reason="")
    assert rank() == 0


def test_a_value_that_a_third_customer_gets_is_judged_again():
    pair(1)
    rank_what_waits()
    before = SharedValue.objects.get()
    customer_with_order(email="pair1@reunite.cz", last_name="Somebody")
    assert SharedValue.objects.get().rank == FIRST_RANKS["email"]
    rank_what_waits()
    assert FIRST_RANKS["email"] != SharedValue.objects.get().rank < before.rank


def test_two_families_whom_a_phone_connects_are_two_groups_that_name_it():
    families = [
        [customer_with_order(email=f"family{n}@reunite.cz", phone=phone) for phone in ("", "", shared)]
        for n, shared in ((1, "+420 602 330 910"), (2, "+420 602 330 910"))
    ]
    assert sorted(map(sorted, groups())) == [[c.pk for c in family] for family in families]
    bridges = {(bridge.inside.pk, bridge.outside.pk) for group in worklist_page().groups for bridge in group.bridges}
    ends = families[0][2].pk, families[1][2].pk
    assert bridges == {ends, ends[::-1]}


BOTH = {"email": "novak@reunite.cz", "phone": "+420 602 330 910"}
WIFE = {"first_name": "Eva", "email": "eva@reunite.cz"}


@table(
    ("third", "is_one_group"),
    [
        ({"first_name": "Jan"}, True),
        ({"first_name": "Jan", "last_name": "Dvořák"}, True),
        (WIFE, False),
        ({"first_name": "Jan", "last_name": "Novák Jr."}, False),
    ],
)
def test_a_chain_of_three_by_email_and_phone_is_one_group_unless_its_ends_are_told_apart(third, is_one_group):
    jan = {"first_name": "Jan", "last_name": "Novák"}
    one = customer_with_order(**jan, email=BOTH["email"], phone="+420 777 120 340")
    middle = customer_with_order(**jan, **BOTH)
    last = customer_with_order(**{"last_name": "Novák", "email": "", "phone": BOTH["phone"], **third})
    (group,) = worklist_page().groups
    pks = [member.customer.pk for member in group.members]
    assert pks == [c.pk for c in (one, middle, last)[: 3 if is_one_group else 2]]
    assert [bridge.outside for bridge in group.bridges] == ([] if is_one_group else [last])


def test_a_likely_chain_is_one_group_unless_its_ends_which_no_scan_compared_are_told_apart():
    def chain(n: int, **third) -> list[Customer]:
        who = {"first_name": f"Jan{n}", "last_name": f"Novák{n}"}
        people = [customer_with_order(**{**who, "email": f"{part}{n}@{part}.cz"}) for part in ("a", "b")]
        people.append(customer_with_order(**{**who, "email": f"c{n}@c.cz", **third}))
        for one, other in pairwise(people):
            LikelyPair.objects.create(first=one, second=other, probability=0.95, rank=950_000, weights={}, model="1")
        return people

    same, apart = chain(1), chain(2, **WIFE)
    shown = {frozenset(member.customer.pk for member in group.members): group for group in likely_page().groups}
    assert shown.keys() == {frozenset(c.pk for c in same), frozenset(c.pk for c in apart[:2])}
    assert [bridge.outside for bridge in shown[frozenset(c.pk for c in apart[:2])].bridges] == apart[2:]


@pytest.fixture
def two_groups(agent):
    """Their customers differ in owner, data source and what was spent: 5 and 100 in each order."""
    theirs = pair(1)
    mine = pair(2, source="Wholesale", total=100)
    Customer.objects.filter(pk=mine[0].pk).update(owner=agent)
    for one, other in (theirs, mine):
        LikelyPair.objects.create(
            first=one,
            second=other,
            probability=0.9,
            rank=900_000,
            model="1",
            weights={"email": ["same", 9.0], "city": ["differs", -1]},
        )
    return theirs, mine


@table(
    ("only", "passing"),
    [
        ({"owner": "agent"}, ["mine"]),
        ({"owner": UNASSIGNED}, ["mine", "theirs"]),
        ({"source": "Wholesale"}, ["mine"]),
        ({"spent": 20_000}, ["mine"]),
        ({"spent": 20_001}, []),
        ({"owner": "agent", "source": "other"}, []),
    ],
)
def test_a_group_passes_a_filter_if_one_of_its_customers_does_or_all_together(two_groups, agent, only, passing):
    theirs, mine = two_groups
    sources = {record.data_source.name: record.data_source_id for c in (*theirs, *mine) for record in c.records.all()}
    other = next(pk for name, pk in sources.items() if name != "Wholesale")
    values = {"agent": agent.pk, "Wholesale": sources["Wholesale"], "other": other}
    set_to = {name: values.get(value, value) for name, value in only.items()}
    expected = [{c.pk for c in {"mine": mine, "theirs": theirs}[name]} for name in passing]
    assert groups(**set_to) == expected
    likely = likely_page(only=WorklistFilter(**set_to)).groups
    assert {group.compared for group in likely} == {tuple(sorted(pair)) for pair in expected}


def test_a_likely_pair_passes_by_a_field_that_agrees(two_groups):
    assert len(likely_page(only=WorklistFilter(field="email")).groups) == 2
    assert likely_page(only=WorklistFilter(field="city")).groups == ()


def test_a_filter_that_few_pass_looks_at_some_and_goes_on_from_there(monkeypatch, two_groups, agent):
    monkeypatch.setattr(filters, "MOST_LOOKED_AT", 2)
    for n in range(3, 8):
        pair(n)
    only, seen, after, windows = WorklistFilter(owner=agent.pk), [], None, 0
    while True:
        window = read_window(after, only=only)
        seen += [group.customers for group in window.groups]
        windows += 1
        if not (after := window.following):
            break
    assert (seen, windows) == ([{c.pk for c in two_groups[1]}], 4)


def test_likely_pairs_that_are_answered_wait_no_more_and_come_back(agent):
    people = [customer_with_order(email=f"likely{n}@reunite.cz") for n in range(4)]
    pairs = [
        LikelyPair.objects.create(first=one, second=other, probability=0.9, rank=900_000, weights={}, model="1")
        for one, other in (people[:2], people[2:])
    ]
    rank_answered_pairs()
    merged = merge(people[0], people[1])
    mark_not_duplicates(people[2], people[3], by=agent)
    rank_answered_pairs()
    assert not LikelyPair.objects.filter(rank__gt=0).exists()
    undo(merged)
    for one, other in (people[:2], people[2:]):
        unmark_not_duplicates(one, other, by=agent)
    rank_answered_pairs()
    assert set(LikelyPair.objects.filter(rank__gt=0)) == set(pairs)


def test_who_share_an_email_wait_in_one_tab_and_in_the_other_when_they_no_longer_do(agent):
    one, other = pair(1)
    likely = LikelyPair.objects.create(first=one, second=other, probability=0.9, rank=900_000, weights={}, model="1")
    rank_answered_pairs()
    keep([ScoredPair(one.pk, other.pk, 0.9, {})], shipped_model())
    assert (groups(), likely_page().groups) == ([{one.pk, other.pk}], ())

    exclude(other, "email", "pair1@reunite.cz", by=agent)
    rank_answered_pairs()
    assert (groups(), [group.compared for group in likely_page().groups]) == ([], [likely.ends])


def test_a_page_of_each_tab_is_read_from_its_index_at_any_place_and_sorts_nothing():
    strangers(2_000)
    people = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    SharedValue.objects.bulk_create(
        SharedValue(kind="email", value=f"{n}@y.cz", rank=n % 1_000 + 1) for n in range(4_000)
    )
    LikelyPair.objects.bulk_create(
        LikelyPair(first_id=one, second_id=other, probability=0.5, weights={}, model="1", rank=500_000 + 100 * n)
        for n, (one, other) in enumerate(pairwise(people))
    )
    EvidencePair.objects.bulk_create(
        EvidencePair(first_id=one, second_id=other, kinds=1, rank=n % 40 + 1)
        for apart in range(2, 12)
        for n, (one, other) in enumerate(zip(people, people[apart:], strict=False))
    )
    analyze()
    with CaptureQueriesContext(connection) as queries:
        evidence_page((20, 1))
        read_window(read_place("500-2000"), most=PAGE)
        likely_page((750_000, 1))
        likely_page((750_000, 1), only=WorklistFilter(owner=1))
    plans = [plan_of(query["sql"]) for query in queries]
    assert sum("sharedvalue_by_rank" in plan for plan in plans) == 1
    assert sum("likelypair_by_rank" in plan for plan in plans) >= 3
    assert any("evidencepair_by_rank" in plan for plan in plans)
    indexes = ("sharedvalue_by_rank", "likelypair_by_rank", "evidencepair_by_rank")
    first_reads = [plan for plan in plans if any(index in plan for index in indexes)]
    sorts = [plan for plan in first_reads if ("TEMP B-TREE" if on_sqlite else "Sort  ") in plan]
    # A filter sorts the few that pass.
    assert len(sorts) <= 2
