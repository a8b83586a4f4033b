"""Groups of likely pairs hang together."""

from collections import Counter
from itertools import combinations

from customers.matching.worklist.cohesion import Pair, Ties, group_pairs

STRONG_CHAIN = {(1, 2): 0.99, (2, 3): 0.98}


def ties(likely: dict[Pair, float], *apart: Pair, **known) -> Ties:
    return Ties(likely, are_apart=lambda pair: pair in apart, **known)


def groups(*given, **known) -> list[list[int]]:
    return sorted(map(sorted, group_pairs(ties(*given, **known)).groups))


def test_a_chain_of_three_is_a_group_unless_its_ends_are_told_apart():
    assert groups(STRONG_CHAIN) == [[1, 2, 3]]
    split = group_pairs(ties(STRONG_CHAIN, (1, 3)))
    assert (split.groups, split.bridges) == ((frozenset({1, 2}),), ((2, 3),))


def test_a_longer_chain_is_no_group():
    assert max(map(len, groups({(n, n + 1): 0.9 for n in range(1, 6)}))) < 6


def test_one_pair_told_apart_is_a_slip_where_more_pairs_connect():
    triangle = {(1, 2): 0.99, (1, 3): 0.98, (2, 3): 0.97}
    four = {**triangle, (1, 4): 0.9, (2, 4): 0.9}
    assert groups(four, (3, 4)) == [[1, 2, 3, 4]]
    assert groups({**triangle, (1, 4): 0.9}, (3, 4)) == [[1, 2, 3]]


def test_who_are_marked_as_not_duplicates_are_in_no_group_together_whatever_connects_them():
    four = dict.fromkeys(((1, 2), (1, 3), (2, 3), (2, 4), (3, 4)), 0.9)
    assert groups(four) == [[1, 2, 3, 4]]
    assert groups(four, marked={(1, 4)}) == [[1, 2, 3]]


def test_only_pairs_that_are_not_likely_are_compared():
    asked = []
    triangle = {**STRONG_CHAIN, (1, 3): 0.6}
    for likely in (STRONG_CHAIN, triangle, {(1, 2): 0.9}):
        group_pairs(Ties(likely, too_weak_alone=0.5, are_apart=lambda pair: bool(asked.append(pair))))
    assert asked == [(1, 3)]


def test_a_pair_that_may_be_two_people_adds_no_third_customer_by_itself():
    same, doubtful = {(1, 2): 0.9}, {(2, 3): 0.6}
    chain = group_pairs(ties({**same, **doubtful}, too_weak_alone=0.6))
    assert (chain.groups, chain.bridges) == ((frozenset({1, 2}),), ((2, 3),))
    for more in ({(2, 3): 0.7}, {**doubtful, (1, 3): 0.6}):
        assert groups({**same, **more}, too_weak_alone=0.6) == [[1, 2, 3]]
    assert groups({**same, **doubtful, (1, 3): 0.6}, (1, 3), (2, 3), too_weak_alone=0.6) == [[1, 2]]
    assert groups(doubtful, (2, 3), too_weak_alone=0.6) == [[2, 3]]


def test_two_families_that_one_pair_connects_stay_two_groups_and_the_pair_is_named():
    one = {(1, 2): 0.99, (1, 3): 0.98, (2, 3): 0.97}
    other = {(11, 12): 0.99, (11, 13): 0.98, (12, 13): 0.97}
    grouping = group_pairs(ties({**one, **other, (3, 11): 0.7}))
    assert set(grouping.groups) == {frozenset({1, 2, 3}), frozenset({11, 12, 13})}
    assert grouping.bridges == ((3, 11),)


def test_groups_do_not_depend_on_the_order_of_pairs():
    likely = {(1, 2): 0.9, (2, 3): 0.9, (3, 4): 0.9, (1, 3): 0.8}
    assert group_pairs(ties(likely)) == group_pairs(ties(dict(reversed(likely.items()))))


class Marked(set[Pair]):
    """Counts how often it is asked for each pair."""

    def __init__(self, *pairs: Pair) -> None:
        super().__init__(pairs)
        self.asked: Counter[Pair] = Counter()

    def __contains__(self, pair: object) -> bool:
        self.asked[pair] += 1
        return super().__contains__(pair)


def test_two_families_that_stay_two_are_asked_about_once_however_many_pairs_connect_them():
    families = ({*range(5)}, {*range(5, 10)})
    marked = Marked((4, 9))
    likely = {
        pair: 0.9 if any({*pair} <= family for family in families) else 0.8 for pair in combinations(range(10), 2)
    }
    assert {*group_pairs(Ties(likely, marked)).groups} == {frozenset(family) for family in families}
    assert set(marked.asked.values()) == {1}
