import re
from datetime import timedelta

import pytest

from customers.merging import tree as tree_module
from customers.merging.split import split_record
from customers.merging.tree import merge_tree
from customers.models import Merge
from tests.acts import fresh, merge, undo
from tests.factories import CustomerFactory, customer_with_order

pytestmark = pytest.mark.django_db
EMAIL = "hholy@gmail.com"


@pytest.fixture
def four():
    return [CustomerFactory(first_name=name) for name in ("Ann", "Beth", "Cleo", "Dora")]


def tree(made: Merge) -> list:
    """[[name, merge or None, whether it is undone, [those merged into it]]]."""

    def described(node):
        member = node.member
        return [
            node.customer.first_name,
            member and member.merge_id,
            bool(member and member.undone_at),
            list(map(described, node.merged)),
        ]

    return list(map(described, merge_tree(made).roots))


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


# The tree


def test_a_chain_is_a_tree_of_all_who_went_into_each_other(four):
    ann, beth, cleo, dora = four
    inner = merge(cleo, dora)
    outer = merge(ann, *fresh(beth, cleo))
    undo(outer, beth)

    expected = [["Ann", None, False, [["Beth", outer.pk, True, []], ["Cleo", outer.pk, False, [
        ["Dora", inner.pk, False, []]]]]]]  # fmt: skip
    assert tree(inner) == tree(outer) == expected


def test_whoever_went_elsewhere_afterwards_stands_in_both_places(four):
    ann, beth, cleo, _ = four
    first = merge(ann, beth)
    undo(first)
    second = merge(*fresh(cleo, beth))

    expected = [
        ["Ann", None, False, [["Beth", first.pk, True, []]]],
        ["Cleo", None, False, [["Beth", second.pk, False, []]]],
    ]
    assert tree(first) == tree(second) == expected


def test_two_who_went_into_each_other_are_no_endless_tree(four):
    ann, beth, *_ = four
    first = merge(ann, beth)
    undo(first)
    second = merge(*fresh(beth, ann))

    assert tree(first) == [["Beth", None, False, [["Ann", second.pk, False, [["Beth", first.pk, True, []]]]]]]


def test_a_large_tree_is_cut_off(four, monkeypatch):
    monkeypatch.setattr(tree_module, "MOST", 3)
    ann, *_ = four
    made = [merge(*fresh(ann), CustomerFactory()) for _ in range(5)]

    cut_off = merge_tree(made[0])
    assert cut_off.is_cut_off
    assert cut_off.roots[0].merged[0].member.merge_id == made[0].pk


def test_a_merge_tree_asks_a_few_queries_a_generation(four, django_assert_max_num_queries):
    ann, beth, cleo, dora = four
    merge(cleo, dora)
    merge(*fresh(beth, cleo))
    merged = merge(*fresh(ann, beth))

    # its own parts; then two for each generation
    with django_assert_max_num_queries(9):
        merge_tree(merged)


# Activity since


def test_a_merge_tells_what_happened_to_its_parts_since(as_agent, agent, admin_user):
    helena, helen, initial = (customer_with_order(email=EMAIL, deduplicate=False) for _ in range(3))
    merged = merge(helena, helen, initial)
    assert "No changes since." in as_agent.get(merged.get_absolute_url()).text

    undo(merged, helen, by=admin_user)
    split_record(initial.own_records.get(data_source__name="Shop"), by=agent)
    bjorn = CustomerFactory(first_name="Bjørn", last_name="Hansen")
    later = merge(*fresh(bjorn, helena), by=admin_user)
    undo(later, by=agent)

    page = text(as_agent.get(merged.get_absolute_url()))
    assert f"Jane Peacock {helen.name_with_number} was restored." in page
    assert "Margaret Park Shop " in page
    assert "was split off as Helena Holý" in page
    assert f"Jane Peacock {helena.name_with_number} was merged into {bjorn.name_with_number}. Merge {later.pk}" in page
    assert (
        f"Margaret Park {helena.name_with_number} was restored from {bjorn.name_with_number}. Merge {later.pk}" in page
    )


def test_a_merge_shows_its_tree_as_nested_lists(as_agent, four):
    ann, beth, cleo, dora = four
    inner = merge(cleo, dora)
    outer = merge(ann, *fresh(beth, cleo))

    page = as_agent.get(outer.get_absolute_url()).text
    shown = page.partition('id="tree-heading"')[2].partition("</section>")[0]

    assert shown.count("<li>") == shown.count("</li>") == 4
    assert shown.count("<ul>") == shown.count("</ul>") == 3
    assert (
        shown.index(ann.name_with_number)
        < shown.index(beth.name_with_number)
        < shown.index(cleo.name_with_number)
        < shown.index(dora.name_with_number)
    )
    assert inner.get_absolute_url() in shown
    assert dora.get_absolute_url() in shown
    assert "style=" not in page.split("<main")[1]


def test_a_merge_asks_as_many_queries_for_many_duplicates(as_agent, four, django_assert_max_num_queries):
    ann, beth, *_ = four
    few = merge(ann, beth)
    as_agent.get(few.get_absolute_url())
    # session, user with permissions; merge, members, moved records, their totals; tree 1 + 2; moved rows;
    # later members, who undid; splits; values: members, changes, credit
    with django_assert_max_num_queries(18):
        as_agent.get(few.get_absolute_url())
    many = merge(CustomerFactory(), *(CustomerFactory() for _ in range(30)))
    with django_assert_max_num_queries(18):
        as_agent.get(many.get_absolute_url())


def test_a_customer_younger_than_a_merge_was_not_split_off(as_agent):
    helena, helen = (customer_with_order(email=EMAIL, deduplicate=False) for _ in range(2))
    merged = merge(helena, helen)
    Merge.objects.filter(pk=merged.pk).update(created=helen.created - timedelta(days=30))
    assert "split off" not in as_agent.get(merged.get_absolute_url()).text
