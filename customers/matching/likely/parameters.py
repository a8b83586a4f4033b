"""The parameters of a model in words: how often one person’s records agree like that, and how often two people’s."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2

from customers.matching.likely.model import Model, Shares
from customers.matching.likely.words import FIELDS, FieldWeight


@dataclass(frozen=True)
class Parameter:
    """One way in which a field agrees."""

    weight: FieldWeight
    shares: Shares

    @property
    def of_one(self) -> str:
        return _share(self.shares[0])

    @property
    def of_two(self) -> str:
        return _share(self.shares[1])


def parameters(model: Model) -> Iterator[Parameter]:
    for field in FIELDS:
        for level, shares in model.levels.get(field, {}).items():
            yield Parameter(FieldWeight(field, level, _bits(shares)), shares)


def _bits(shares: Shares) -> float:
    of_one, of_two = shares
    # Not the word for a rare name: how rare one is differs from pair to pair.
    return min(log2(of_one / of_two), 9.9)


def _share(share: float) -> str:
    """“92%”, or “1 in 400” where that is below one percent."""
    return f"{share:.0%}" if share >= 0.01 else f"1 in {round(1 / share):,}"
