"""Which pairs are compared: those that have one of some keys in common. All pairs of a million would be too many.

A value that very many have, such as a city’s main street, would make pairs without end: it is left out of its rule, and
a rule that still makes too many pairs is left out whole. Both are named, so that the page of the scan can say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

MOST_WITH_ONE_VALUE = 60
MOST_PAIRS_EACH = 8
FEW_PAIRS = 100_000
"""A rule may make FEW_PAIRS and MOST_PAIRS_EACH for each customer."""


class Blockable(Protocol):
    """A database with a table `compared` of so many customers. `explode` is its function that makes rows of a list."""

    customers: int
    explode: str

    def run(self, statement: str) -> list[tuple[Any, ...]]: ...

    def keep(self, name: str, select: str) -> None:
        """Keep what it selects as a table, in place of the one of that name."""

    def drop(self, names: Iterable[str]) -> None: ...

    def present(self) -> list[str]: ...


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

    @property
    def is_whole(self) -> bool:
        return not self.values

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


def block(table: Blockable) -> list[LeftOut]:
    """Keep `blocked`, the pairs of the table `compared`; what was left out."""
    left_out, kept = [], []
    present = set(table.present())
    rules = [rule for rule in RULES if present.issuperset(rule.columns)]
    for number, rule in enumerate(rules):
        missing = _keep_pairs(table, rule, name=f"pairs_{number}")
        left_out += missing
        if not any(one.is_whole for one in missing):
            kept.append(f"pairs_{number}")
    none = "select id as join_key_l, id as join_key_r from compared where false"
    pairs = " union all ".join(f"select * from {name}" for name in kept) or none  # noqa: S608 - of ours
    table.keep("blocked", f"select distinct '0' as match_key, join_key_l, join_key_r from ({pairs}) as pairs")  # noqa: S608 - of ours
    # Of ten million customers these are half a billion pairs, and what follows needs the room.
    table.drop([*kept, *(("keyed", "shared") if rules else ())])
    return left_out


def _keep_pairs(table: Blockable, rule: BlockingRule, *, name: str) -> list[LeftOut]:
    key = f"{table.explode}({rule.key})" if rule.is_list else rule.key
    keys = f"select * from (select id, {key} as value from compared) as keyed where value is not null"  # noqa: S608 - of ours
    table.keep("keyed", keys)
    table.keep("shared", "select value, count(*) as n from keyed group by value having count(*) > 1")
    within = f"n <= {MOST_WITH_ONE_VALUE}"
    counts = f"count(*) filter (where not {within}), coalesce(sum(n * (n - 1) / 2) filter (where {within}), 0)"
    ((crowded, pairs),) = table.run(f"select {counts} from shared")  # noqa: S608 - of ours
    if pairs > FEW_PAIRS + MOST_PAIRS_EACH * table.customers:
        return [LeftOut(rule.name)]
    table.keep(
        name,
        "select l.id as join_key_l, r.id as join_key_r from shared join keyed l on l.value = shared.value"  # noqa: S608 - of ours
        f" join keyed r on r.value = shared.value where {within} and l.id < r.id",
    )
    return [LeftOut(rule.name, crowded)] if crowded else []
