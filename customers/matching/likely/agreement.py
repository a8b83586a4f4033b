"""Whether likely pairs still agree as they did when they were scored.

A probability says nothing of what changed since. It is not written while a customer is edited, but soon after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.model import Model
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.one_pair import score_pair
from customers.matching.likely.records import compared_customers
from customers.matching.likely.scoring import ScoredPair
from customers.models import LikelyPair


def scored_again(
    pair: LikelyPair, compared: Mapping[int, ComparedCustomer], model: Model, *, customers: int
) -> ScoredPair | None:
    """None if all fields agree as they did: whoever scored it may have known how rare the values are."""
    one, other = compared[pair.first_id], compared[pair.second_id]
    again = score_pair(one, other, model, customers=customers)
    levels = _levels(again.weights)
    if "company" not in pair.weights and not (one.company and other.company):
        # Where no customer had a company, their web domains were not compared either.
        levels.pop("company", None)
    return None if levels == _levels(pair.weights) else again


def agree_as_scored(customers: Collection[int]) -> bool:
    """Whether all likely pairs among these live customers still do."""
    pairs = LikelyPair.objects.filter(first__in=customers, second__in=customers)
    compared, model = {one.id: one for one in compared_customers(customers)}, model_in_use()
    return all(scored_again(pair, compared, model, customers=len(compared)) is None for pair in pairs)


def _levels(weights: Mapping[str, tuple[str, float]]) -> dict[str, str]:
    return {field: level for field, (level, _) in weights.items()}
