"""The rows of an import, some at a time, with the customers whom they concern.

A customer is taken with all its rows where the first of them stands. So a stretch costs the same however long the file
is. Rows that changed nothing are left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Min, QuerySet

from orders.models import Import, ImportRow, RowOutcome

LENGTH = 500


@dataclass(frozen=True)
class RowStretch:
    """Some rows behind another one, and the customers of whom the first row is among them."""

    last: int
    owners: Collection[int]
    is_last: bool


BEGINNING = RowStretch(0, (), is_last=False)


def rows_with_effect(imported: Import) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(imported=imported).exclude(outcome=RowOutcome.HERE)


def stretch_behind(imported: Import, after: int) -> RowStretch:
    rows = rows_with_effect(imported).filter(number__gt=after).order_by("number")
    owner_of = dict(rows.values_list("number", "source_record__customer")[:LENGTH])
    of_owners = rows_with_effect(imported).filter(source_record__customer__in=set(owner_of.values()))
    first = of_owners.order_by().values_list("source_record__customer").annotate(first=Min("number"))
    owners = sorted(owner for owner, number in first if number > after)
    return RowStretch(max(owner_of, default=after), owners, is_last=len(owner_of) < LENGTH)
