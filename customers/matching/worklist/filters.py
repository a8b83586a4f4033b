"""The filters of the worklist: what a group must have, or one of its customers.

The evidence is a range of an index. The others are asked of each value in the order, of a bounded number for a page:
whether one of the customers who have it passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

from customers.lib.time_ranges import TimeRange
from customers.matching.evidence.sharers import SURENESS
from customers.matching.judgement import Strength
from customers.matching.worklist.sorting import EVERY_RANK, ranks_of
from customers.models import EvidenceKind, MatchKey, RecordTotals, SourceRecord
from customers.models.matching import FIRST_RANKS

Row = TypeVar("Row", bound=Model)
MOST_LOOKED_AT = 1_000
"""So many rows in the order are tested for one page."""
UNASSIGNED = 0
"""The owner of customers who have none."""


@dataclass(frozen=True)
class WorklistFilter:
    """`strength` is that of shared values, `field` agrees in a likely pair, `kind` is of other evidence in common.

    `received` is when a record came, of the data source `source` if that is given, too.
    `spent` is the least value of the orders of all, in minor units of the default currency.
    """

    strength: Strength | None = None
    field: str = ""
    kind: EvidenceKind | None = None
    source: int | None = None
    received: TimeRange | None = None
    owner: int | None = None
    spent: int = 0

    @property
    def is_set(self) -> bool:
        return self != EVERYTHING

    @property
    def has_conditions(self) -> bool:
        """Whether customers have to be looked at."""
        return bool(self._of_records or self.owner is not None or self.spent)

    @property
    def ranks(self) -> list[tuple[int, int]]:
        """From the first rank to below the second, in the order of the worklist."""
        ranges = [EVERY_RANK] if self.strength is None else ranks_of(self.strength)
        if self.strength == Strength.BOTH:
            # A new value is not known yet to be the second of a group.
            ranges += (range(rank, rank + 1) for rank in sorted({*FIRST_RANKS.values()}, reverse=True))
        return [(numbers.start, numbers.stop) for numbers in ranges]

    def of_shared_values(self) -> list[Any]:
        having = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
        conditions: list[Any] = []
        if self._of_records:
            records = {f"source_record__{name}": value for name, value in self._of_records.items()}
            conditions.append(Exists(having.filter(**records)))
        if self.owner is not None:
            conditions.append(Exists(having.filter(self._is_owned("source_record__customer__"))))
        if self.spent:
            outer = {"kind": OuterRef(OuterRef("kind")), "value": OuterRef(OuterRef("value"))}
            holders = MatchKey.objects.filter(**outer).values("source_record__customer")
            conditions.append(self._have_spent(Q(source_record__customer__in=holders)))
        return conditions

    def of_likely_pairs(self) -> list[Any]:
        agrees = [Q(**{f"weights__{self.field}__0": "same"})] if self.field else []
        return [*agrees, *self._of_either()]

    def of_evidence_pairs(self) -> list[Any]:
        has_kind = [GreaterThan(F("kinds").bitand(SURENESS[self.kind]), 0)] if self.kind else []
        return [*has_kind, *self._of_either()]

    def _of_either(self) -> list[Any]:
        """What one customer of a pair has, or both together."""
        conditions: list[Any] = []
        if self._of_records:
            records = SourceRecord.objects.filter(**self._of_records)
            sides = (Exists(records.filter(customer=OuterRef(side))) for side in ("first", "second"))
            conditions.append(Q(*sides, _connector=Q.OR))
        if self.owner is not None:
            conditions.append(self._is_owned("first__") | self._is_owned("second__"))
        if self.spent:
            of_either = Q(source_record__customer=OuterRef("first")) | Q(source_record__customer=OuterRef("second"))
            conditions.append(self._have_spent(of_either))
        return conditions

    @property
    def _of_records(self) -> dict[str, Any]:
        source = {"data_source": self.source} if self.source else {}
        return source | ({"created__range": tuple(self.received)} if self.received else {})

    def _is_owned(self, customer: str) -> Q:
        return Q(**{f"{customer}owner": self.owner}) if self.owner else Q(**{f"{customer}owner": None})

    def _have_spent(self, condition: Q) -> GreaterThanOrEqual:
        totals = RecordTotals.objects.filter(condition, currency=settings.DEFAULT_CURRENCY).order_by()
        # All rows are of one currency, so that this is one sum.
        sums = totals.values("currency").annotate(sum=Sum("amount")).values("sum")
        return GreaterThanOrEqual(Subquery(sums), self.spent)


EVERYTHING = WorklistFilter()


def first_passing(in_order: QuerySet[Row, Row], conditions: Sequence[Any], most: int) -> tuple[list[Row], Row | None]:
    """The first `most` rows that meet the conditions; if there are fewer, the row up to which was looked.

    None if that was to the end.
    """
    last = in_order[MOST_LOOKED_AT - 1 : MOST_LOOKED_AT].first()
    looked_at = in_order.values("pk")[:MOST_LOOKED_AT]
    passing = in_order.model._default_manager.filter(*conditions, pk__in=looked_at)
    rows = list(passing.order_by(*in_order.query.order_by)[:most])
    return rows, last if len(rows) < most else None
