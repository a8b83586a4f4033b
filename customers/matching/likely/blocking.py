"""Which pairs are compared: those that have one of some keys in common. All pairs of a million would be too many.

A value that very many have, such as a city’s main street, would make pairs without end: it is left out of its rule, and
a rule that still makes too many pairs is left out whole. Both are named, so that the page of the scan can say so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

MOST_WITH_ONE_VALUE = 60
MOST_PAIRS_EACH = 8
FEW_PAIRS = 100_000
"""A rule may make FEW_PAIRS and MOST_PAIRS_EACH for each customer."""

Run = Callable[[str], list[tuple[int, ...]]]
"""Sends a statement and answers with its rows."""


@dataclass(frozen=True)
class BlockingRule:
    """Customers with the same `key` are compared; of a list, those who have one of its values in common."""

    name: str
    columns: tuple[str, ...]
    key: str
    is_list: bool = False


@dataclass(frozen=True)
class LeftOut:
    """What a rule did not compare: all of it, or `values` that more than MOST_WITH_ONE_VALUE customers have."""

    rule: str
    values: int = 0

    def __str__(self) -> str:
        if self.values:
            values = "1 value" if self.values == 1 else f"{self.values} values"
            return f"{self.rule}: {values} that more than {MOST_WITH_ONE_VALUE} customers have"
        return f"{self.rule}: it would compare too many pairs"


def _both(name: str, one: str, other: str) -> BlockingRule:
    return BlockingRule(name, (one, other), f"{one} || '|' || {other}")


RULES = (
    BlockingRule("Same email", ("emails",), "emails", is_list=True),
    BlockingRule("Same phone", ("phones",), "phones", is_list=True),
    BlockingRule("Same address", ("addresses",), "addresses", is_list=True),
    BlockingRule("Same mailbox", ("email",), "mailbox"),
    BlockingRule("Same names", ("first", "last"), "least(first, last) || '|' || greatest(first, last)"),
    BlockingRule("Beginnings of names", ("first", "last"), "substr(first, 1, 3) || '|' || substr(last, 1, 3)"),
    _both("First name and city", "first", "city"),
    _both("Last name and city", "last", "city"),
    _both("First name and date of birth", "first", "born"),
    _both("Last name and date of birth", "last", "born"),
    _both("City and date of birth", "city", "born"),
    _both("Street and house number", "street", "number"),
    _both("First name and street", "first", "street"),
    _both("Last name and street", "last", "street"),
    _both("First name and postal code", "first", "postcode"),
    _both("Last name and postal code", "last", "postcode"),
    _both("House number and postal code", "number", "postcode"),
    _both("First name and address line 2", "first", "place"),
    _both("Last name and address line 2", "last", "place"),
    _both("House number and city", "number", "city"),
    BlockingRule("Web domain and city", ("domain", "city"), "domain || '|' || city"),
    BlockingRule("Same company", ("company",), "company"),
    BlockingRule("Same web domain", ("domain",), "domain"),
)


def block(run: Run, *, present: Collection[str], customers: int, explode: str = "unnest") -> list[LeftOut]:
    """Fill the table `blocked` with pairs of the table `compared`; what was left out."""
    run("create or replace temp table pairs (join_key_l bigint, join_key_r bigint)")
    left_out = []
    for rule in RULES:
        if set(rule.columns) <= set(present):
            left_out += _add_pairs(run, rule, most=FEW_PAIRS + MOST_PAIRS_EACH * customers, explode=explode)
    run("create or replace table blocked as select distinct '0' as match_key, join_key_l, join_key_r from pairs")
    run("drop table pairs")
    return left_out


def _add_pairs(run: Run, rule: BlockingRule, *, most: int, explode: str) -> list[LeftOut]:
    key = f"{explode}({rule.key})" if rule.is_list else rule.key
    keys = f"create or replace temp table keys as select * from (select id, {key} as value from compared)"  # noqa: S608 - names of ours
    run(f"{keys} where value is not null")
    run("create or replace temp table shared as select value, count(*) as n from keys group by value having n > 1")
    within = f"n <= {MOST_WITH_ONE_VALUE}"
    counts = f"count(*) filter (not {within}), coalesce(sum(n * (n - 1) / 2) filter ({within}), 0)"
    ((crowded, pairs),) = run(f"select {counts} from shared")  # noqa: S608 - names of ours
    if pairs > most:
        return [LeftOut(rule.name)]
    run(
        f"insert into pairs select l.id, r.id from shared join keys l using (value) join keys r using (value)"  # noqa: S608 - names of ours
        f" where {within} and l.id < r.id"
    )
    return [LeftOut(rule.name, crowded)] if crowded else []
