"""Trains a model on customers: without labels, by Splink’s expectation maximisation, or on pairs that are known.

What the customers cannot say, because a field is empty or a way to agree never occurs, is taken from another model.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from customers.matching.likely.comparisons import FieldComparison, comparisons
from customers.matching.likely.model import Model, Shares
from customers.matching.likely.scoring import ComparedTable, score_blocked

if TYPE_CHECKING:
    from splink import Linker

PASSES = (("first", "last"), ("email",), ("street", "number"), ("postcode", "city"), ("last", "city"), ("born",))
"""Each learns of pairs that agree in these columns how their other fields agree."""
SURE_RULES = (
    ("email",),
    ("first", "last", "postcode"),
    ("first", "last", "street"),
    ("first", "last", "born"),
    ("first", "last", "city"),
)
"""Pairs that agree in one of these are counted, to estimate how many duplicates there are."""
FOUND_BY_SURE_RULES = 0.7
SAMPLED_PAIRS = 3_000_000
LEAST = 1e-6
FEW = 100
ANCHOR = "first"
"""A field that keeps its shares. Without labels, a household looks like one person who changes the first name."""


def train(table: ComparedTable, before: Model, *, version: str) -> Model:
    present, compared, linker = _prepare(table, before)
    for columns in PASSES:
        if set(columns) <= set(present):
            linker.training.estimate_parameters_using_expectation_maximisation(_rule(columns), fix_u_probabilities=True)
    return _trained(linker, compared, before, version=version, customers=table.customers)


def train_on_pairs(table: ComparedTable, before: Model, same: Iterable[tuple[int, int]], *, version: str) -> Model:
    """Learn of pairs that are known to be `same` how one person's fields agree."""
    _, compared, linker = _prepare(table, before)
    model = _trained(linker, compared, before, version=version, customers=table.customers)
    table.block(same)
    counts = {comparison.field: Counter[str]() for comparison in compared}
    for pair, _ in score_blocked(table, before, compared, least=0):
        for field, (level, _weight) in pair.weights.items():
            counts[field][level] += 1
    of_one = {field: with_few(levels, before.levels[field]) for field, levels in counts.items()}
    levels = {
        field: {level: (of_one.get(field, {}).get(level, one), two) for level, (one, two) in of.items()}
        for field, of in model.levels.items()
    }
    return replace(model, levels=levels)


def with_few(counts: Counter[str], before: Mapping[str, Shares]) -> dict[str, float]:
    """The share of each level, with FEW pairs added that agree as `before` says."""
    total = counts.total() + FEW
    return {level: (counts[level] + FEW * one) / total for level, (one, _) in before.items()}


def _prepare(table: ComparedTable, before: Model) -> tuple[Sequence[str], Sequence[FieldComparison], Linker]:
    """Estimate how many duplicates there are, and how two people's fields agree."""
    present = table.present()
    compared = [c for c in comparisons(present) if c.field in before.levels]
    linker = table.linker(before, compared, anchor=ANCHOR)
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(
        [_rule(columns) for columns in SURE_RULES if set(columns) <= set(present)], recall=FOUND_BY_SURE_RULES
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=1)
    return present, compared, linker


def _rule(columns: Sequence[str]) -> str:
    return " and ".join(f"l.{column} = r.{column}" for column in columns)


def _trained(
    linker: Linker, compared: Sequence[FieldComparison], before: Model, *, version: str, customers: int
) -> Model:
    settings = linker.misc.save_model_to_json()
    trained = {
        comparison.field: _shares(comparison, of["comparison_levels"], before.levels[comparison.field])
        for comparison, of in zip(compared, settings["comparisons"], strict=True)
    }
    duplicates_each = settings["probability_two_random_records_match"] * max(customers - 1, 1)
    return Model(version, duplicates_each, {**before.levels, **trained})


def _shares(
    comparison: FieldComparison, levels: Sequence[Mapping[str, Any]], before: Mapping[str, Shares]
) -> dict[str, Shares]:
    by_name = {level["label_for_charts"]: level for level in levels}
    shares = {}
    for level in comparison.levels:
        of_one, of_two = before[level.name]
        trained = by_name[level.name]
        shares[level.name] = (
            max(trained.get("m_probability") or of_one, LEAST),
            max(trained.get("u_probability") or of_two, LEAST),
        )
    return shares
