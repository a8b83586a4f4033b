"""The place of a group in the worklist, as one number: a greater one comes first."""

from __future__ import annotations

from customers.matching.judgement import Judgement, NamesAgree, Strength

SIZES = 64
"""Of larger groups than these, none comes before another."""
NAMES = len(NamesAgree)
OF_ONE_STRENGTH = 2 * NAMES * SIZES
"""So many ranks have groups of one strength, of which all are sure, or none is."""


def rank_of(judgement: Judgement, size: int) -> int:
    """Surest first, then strongest, then without anything against it, then by names, then the largest."""
    is_sure, strength, is_clear, names = judgement.rank
    level = ((is_sure * len(Strength) + strength) * 2 + is_clear) * NAMES + names
    return level * SIZES + min(size, SIZES - 1)


def ranks_of(strength: Strength) -> tuple[range, range]:
    """The ranks of groups of this strength: of those that are sure, and of the others."""
    sure, other = ((is_sure * len(Strength) + strength) * OF_ONE_STRENGTH for is_sure in (True, False))
    return range(sure, sure + OF_ONE_STRENGTH), range(other, other + OF_ONE_STRENGTH)
