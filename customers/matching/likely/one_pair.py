"""The evidence of any two customers, also of a pair that no scan found: for a page, which must not load DuckDB.

The conditions of `comparisons.py` are plain SQL, so that SQLite in memory answers them, with the two functions that it
lacks. How rare a value is among all customers is not known here: a value counts as one of usual rarity.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from math import log2

from rapidfuzz.distance import Levenshtein

from customers.matching.likely.columns import DERIVED, LISTS, SORTED, ComparedCustomer
from customers.matching.likely.comparisons import FieldComparison, comparisons
from customers.matching.likely.doubts import highest_probability
from customers.matching.likely.model import Model
from customers.matching.likely.scoring import ScoredPair

Row = dict[str, object]


def score_pair(one: ComparedCustomer, other: ComparedCustomer, model: Model, *, customers: int) -> ScoredPair:
    """Of a site with so many customers."""
    first, second = sorted((one, other), key=lambda customer: customer.id)
    rows = _row(first), _row(second)
    weights = dict(
        _weights(rows, [c for c in comparisons(rows[0], overlap="has_any") if c.field in model.levels], model)
    )
    at_random = model.probability_at_random(customers)
    bits = log2(at_random / (1 - at_random)) + sum(weight for _, weight in weights.values())
    levels = {field: level for field, (level, _) in weights.items()}
    highest = highest_probability(levels, suffixes_differ=first.suffix != second.suffix)
    probability = min(1 / (1 + 2 ** -min(bits, 500.0)), highest) if bits > -500 else 0.0
    return ScoredPair(first.id, second.id, probability, weights)


def _row(one: ComparedCustomer) -> Row:
    texts = [name for name in one.__dataclass_fields__ if name not in ("id", *LISTS)]
    row: Row = {name: getattr(one, name) or None for name in (*texts, *DERIVED)}
    row |= {f"{name}_sorted": "".join(sorted(getattr(one, name))) or None for name in SORTED}
    return row | {name: json.dumps(getattr(one, name)) if getattr(one, name) else None for name in LISTS}


def _weights(
    rows: tuple[Row, Row], compared: Sequence[FieldComparison], model: Model
) -> Iterator[tuple[str, tuple[str, float]]]:
    with _database(rows) as database:
        for comparison in compared:
            if level := _level(database, comparison):
                of_one, of_two = model.levels[comparison.field][level]
                yield comparison.field, (level, round(log2(of_one / of_two), 1))


def _level(database: sqlite3.Connection, comparison: FieldComparison) -> str:
    """The first that is true; "" where one of the two has nothing to compare."""
    tests = [comparison.missing, *(level.condition for level in comparison.levels[:-1])]
    cases = " ".join(f"when {test} then {number}" for number, test in enumerate(tests))
    ((number,),) = database.execute(f"select case {cases} else {len(tests)} end from pair")  # noqa: S608 - of ours
    return comparison.levels[number - 1].name if number else ""


def _database(rows: tuple[Row, Row]) -> closing[sqlite3.Connection]:
    database = sqlite3.connect(":memory:")
    database.create_function("levenshtein", 2, _distance, deterministic=True)
    database.create_function("has_any", 2, _has_any, deterministic=True)
    sides = {f"{name}_{side}": value for side, row in zip("lr", rows, strict=True) for name, value in row.items()}
    database.execute(f"create table pair ({', '.join(sides)})")
    database.execute(f"insert into pair values ({', '.join('?' * len(sides))})", list(sides.values()))  # noqa: S608 - of ours
    return closing(database)


def _distance(one: str | None, other: str | None) -> int | None:
    return None if one is None or other is None else Levenshtein.distance(one, other)


def _has_any(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else not {*json.loads(one)}.isdisjoint(json.loads(other))
