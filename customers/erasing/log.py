"""What is on record of customers who were erased: nothing personal. A page at a time, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customers.erasing.delete_rows import tables
from customers.models import Customer, Deletion

PAGE = 25


@dataclass(frozen=True)
class DeletionRow:
    """A deletion, with the number that the customer had."""

    deletion: Deletion
    number: int

    @property
    def what(self) -> list[str]:
        """Such as “7 orders”, most first, but for the customers."""
        singular = {str(model._meta.verbose_name_plural): model._meta.verbose_name for model in tables()}
        counts = [(kind, n) for kind, n in self.deletion.counts.items() if kind != "customers"]
        counts.sort(key=lambda each: (-each[1], each[0]))
        return [f"{n:,} {singular.get(kind, kind) if n == 1 else kind}" for kind, n in counts]


@dataclass(frozen=True)
class DeletionPage:
    lines: Sequence[DeletionRow]
    following: int | None
    """What the next page begins before; None on the last."""


def deletion_page(*, before: int | None = None) -> DeletionPage:
    found = Deletion.objects.select_related("by").order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    some = list(found[: PAGE + 1])
    numbers = dict(Customer.objects.filter(uuid__in=[each.uuid for each in some]).values_list("uuid", "pk"))
    lines = [DeletionRow(each, numbers[each.uuid]) for each in some[:PAGE]]
    return DeletionPage(lines, lines[-1].deletion.pk if len(some) > PAGE else None)
