"""Which pairs are compared: a value that very many have cannot make pairs without end, and is named."""

from customers.matching.likely import blocking
from customers.matching.likely.blocking import MOST_WITH_ONE_VALUE, block
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.scoring import open_table


def compared_pairs(customers: list[ComparedCustomer]) -> tuple[set[tuple[int, int]], list[str]]:
    with open_table(customers) as table:
        left_out = block(table)
        pairs = table.run("select join_key_l, join_key_r from blocked")
    assert len(pairs) == len(set(pairs)), "each once"
    return set(pairs), [str(rule) for rule in left_out]


def test_a_value_of_very_many_is_left_out_of_its_rule_and_others_still_count():
    crowd = [ComparedCustomer(n, company="acme") for n in range(1, MOST_WITH_ONE_VALUE + 2)]
    two = [ComparedCustomer(n, company="borealis") for n in (501, 502)]
    pairs, left_out = compared_pairs([*crowd, *two])
    assert pairs == {(501, 502)}
    assert left_out == ["Same company: 1 value that more than 60 customers have"]


def test_a_rule_that_makes_too_many_pairs_is_left_out_whole(monkeypatch):
    monkeypatch.setattr(blocking, "FEW_PAIRS", 0)
    monkeypatch.setattr(blocking, "MOST_PAIRS_EACH", 1)
    customers = [ComparedCustomer(n, company="acme", emails=(f"{n // 2}@a.example",)) for n in range(10)]
    pairs, left_out = compared_pairs(customers)
    assert pairs == {(n, n + 1) for n in range(0, 10, 2)}
    assert left_out == ["Same company: it would compare too many pairs"]


def test_swapped_names_are_compared():
    pairs, _ = compared_pairs(
        [ComparedCustomer(1, first="ann", last="lee"), ComparedCustomer(2, first="lee", last="ann")]
    )
    assert pairs == {(1, 2)}


def test_the_pairs_of_each_rule_make_room_for_what_follows():
    with open_table([ComparedCustomer(n, company="acme", emails=("acme@a.example",)) for n in (1, 2)]) as table:
        block(table)
        assert table.run("show tables") == [("blocked",), ("compared",)]


def test_a_scan_of_more_customers_may_take_more_memory():
    with open_table([ComparedCustomer(1)]) as table:
        limits = []
        for table.customers in (1_000_000, 10_000_000):
            table.limit_memory()
            limits += table.run("select current_setting('memory_limit')")
    assert limits == [("953.6 MiB",), ("5.1 GiB",)]
