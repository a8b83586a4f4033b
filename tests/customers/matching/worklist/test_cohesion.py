"""Groups of likely pairs hang together."""

from customers.matching.worklist.cohesion import group_pairs


def test_a_chain_of_pairs_becomes_a_group_only_where_a_third_of_its_pairs_is_likely():
    two = group_pairs({(1, 2): 0.9, (2, 3): 0.8})
    assert two.groups == (frozenset({1, 2, 3}),)
    chain = {(n, n + 1): 0.9 for n in range(1, 6)}
    assert max(map(len, group_pairs(chain).groups)) < 6


def test_a_pair_that_may_be_two_people_adds_no_third_customer_by_itself():
    same, doubtful = {(1, 2): 0.9}, {(2, 3): 0.6}
    chain = group_pairs({**same, **doubtful}, too_weak_alone=0.6)
    assert (chain.groups, chain.bridges) == ((frozenset({1, 2}),), ((2, 3),))
    for more in ({(2, 3): 0.7}, {**doubtful, (1, 3): 0.6}):
        assert group_pairs({**same, **more}, too_weak_alone=0.6).groups == (frozenset({1, 2, 3}),)
    assert group_pairs(doubtful, too_weak_alone=0.6).groups == (frozenset({2, 3}),)


def test_two_families_that_one_pair_connects_stay_two_groups_and_the_pair_is_named():
    one = {(1, 2): 0.99, (1, 3): 0.98, (2, 3): 0.97}
    other = {(11, 12): 0.99, (11, 13): 0.98, (12, 13): 0.97}
    grouping = group_pairs({**one, **other, (3, 11): 0.7})
    assert set(grouping.groups) == {frozenset({1, 2, 3}), frozenset({11, 12, 13})}
    assert grouping.bridges == ((3, 11),)


def test_groups_do_not_depend_on_the_order_of_pairs():
    likely = {(1, 2): 0.9, (2, 3): 0.9, (3, 4): 0.9, (1, 3): 0.8}
    assert group_pairs(likely) == group_pairs(dict(reversed(likely.items())))
