"""Which pairs are told apart, also such as no scan compared: they are compared when a group depends on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from customers.lib.batches import batches
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.doubts import are_told_apart
from customers.matching.likely.model import Model
from customers.matching.likely.model_in_use import model_in_use
from customers.matching.likely.one_pair import score_pair
from customers.matching.likely.records import FEW, compared_customers
from customers.models import LikelyScan


def last_scanned() -> int:
    """How many customers the last scan compared, by which two of them are one person at random."""
    return LikelyScan.objects.order_by("-pk").values_list("customers", flat=True).first() or 0


class ToldApart:
    """Of pairs of some customers, on a site with so many."""

    def __init__(self, compared: Iterable[ComparedCustomer], model: Model, *, customers: int) -> None:
        self.model, self.customers = model, customers
        self.compared = {one.id: one for one in compared}
        self.known: dict[tuple[int, int], bool] = {}

    def __call__(self, pair: tuple[int, int]) -> bool:
        if pair not in self.known:
            self.known[pair] = self._is_apart(*(self.compared.get(pk) for pk in pair))
        return self.known[pair]

    def _is_apart(self, one: ComparedCustomer | None, other: ComparedCustomer | None) -> bool:
        if not (one and other):
            return True
        scored = score_pair(one, other, self.model, customers=self.customers)
        levels = {field: level for field, (level, _) in scored.weights.items()}
        return are_told_apart(levels, scored.probability, suffixes_differ=one.suffix != other.suffix)


class LiveToldApart:
    """Of pairs of these live customers, who are read when one of them is asked about first: mostly nobody is."""

    def __init__(self, customers: Collection[int]) -> None:
        self.customers = customers
        self._read: ToldApart | None = None

    def __call__(self, pair: tuple[int, int]) -> bool:
        self._read = self._read or ToldApart(self._compared(), model_in_use(), customers=last_scanned())
        return self._read(pair)

    def _compared(self) -> Iterable[ComparedCustomer]:
        for some in batches(sorted(self.customers), FEW - 1):
            yield from compared_customers(some)
