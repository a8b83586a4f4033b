"""The order of the worklist, which is said here alone: ORDER, packed into a number by `rank_of`.

A greater rank comes first. It is stored with shared values (`ranks.py`), pages sort by it (`page.py`), and the filter
by evidence reads ranges of it (`ranks_of`), wherever in ORDER the strength stands. A new criterion is a
WorklistCriterion of a value of `Judgement` (`matching/judgement.py`), which knows what a group shares and how far the
names agree. A column of the customers, such as `owner`, is another field of it that `judge` sets, which ranks and pages
both call. What must be read first, such as totals, is read for all groups at once in `_rank` of `ranks.py` and in
`describe_groups` of `page.py`. What changes it must be in the history, in a kind of ABOUT_DUPLICATES, as every edit is
(`records/history_readers.py`), or no group is ranked anew.

Who changes ORDER runs `tests/customers/matching/worklist/test_queue.py`, which fails and prints the numbers that
FIRST_RANKS of `customers/models/matching.py` must have then, on the left. Stored values get these too, and the clock
ranks them from there: the migration that `makemigrations` writes for the new default has beside it, with the same
numbers,

    FIRST_RANKS = {"email": 960, "phone": 576, "digits": 576}

    def rank_anew(apps, schema_editor):
        for kind, rank in FIRST_RANKS.items():
            apps.get_model("customers", "SharedValue").objects.filter(kind=kind).update(rank=rank)

    migrations.RunPython(rank_anew, migrations.RunPython.noop, elidable=True),
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import prod

from customers.matching.judgement import Judgement, NamesAgree, Strength

SIZES = 64
"""Of larger groups than these, none comes before another."""


@dataclass(frozen=True)
class WorklistCriterion:
    """`value` of a judgement and the size of its group is one of 0 to `values` - 1; the greatest comes first."""

    values: int
    value: Callable[[Judgement, int], int]


IS_SURE = WorklistCriterion(2, lambda judgement, _: judgement.is_sure)
STRENGTH = WorklistCriterion(len(Strength), lambda judgement, _: judgement.strength)
NOTHING_AGAINST = WorklistCriterion(2, lambda judgement, _: not judgement.against)
NAMES = WorklistCriterion(len(NamesAgree), lambda judgement, _: judgement.names)
SIZE = WorklistCriterion(SIZES, lambda _, size: min(size, SIZES - 1))

ORDER = (IS_SURE, STRENGTH, NOTHING_AGAINST, NAMES, SIZE)
"""The first that differs decides."""

EVERY_RANK = range(1, prod(criterion.values for criterion in ORDER))
"""But NO_RANK. A column holds ranks below 2¹⁵."""


def rank_of(judgement: Judgement, size: int) -> int:
    return _pack([criterion.value(judgement, size) for criterion in ORDER])


def ranks_of(strength: Strength) -> list[range]:
    """The ranks of groups of this strength, the greatest first: a range for each value of what comes before it."""
    position = ORDER.index(STRENGTH)
    before, behind = ORDER[:position], ORDER[position + 1 :]
    lowest, highest = [0 for _ in behind], [criterion.values - 1 for criterion in behind]
    starts = product(*(reversed(range(criterion.values)) for criterion in before))
    return [range(_pack([*start, strength, *lowest]), _pack([*start, strength, *highest]) + 1) for start in starts]


def _pack(values: list[int]) -> int:
    rank = 0
    for criterion, value in zip(ORDER, values, strict=True):
        rank = rank * criterion.values + value
    return rank
