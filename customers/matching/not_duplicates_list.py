"""Whom somebody said to be two people, newest first, with those whom they are part of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customers.models import Customer, NotDuplicate
from customers.records import ownership

PAGE = 25


@dataclass(frozen=True)
class NotDuplicateRow:
    said: NotDuplicate
    first: Customer
    second: Customer

    @property
    def numbers(self) -> str:
        return f"{self.first.pk} {self.second.pk}"


@dataclass(frozen=True)
class NotDuplicatesPage:
    rows: Sequence[NotDuplicateRow]
    following: int
    """Where the next page begins; 0 when this is the last."""


def not_duplicates_page(*, before: int = 0) -> NotDuplicatesPage:
    """Pairs that are one customer by now, or of whom one was erased, are left out."""
    said = NotDuplicate.objects.select_related("by").order_by("-pk")
    read = list((said.filter(pk__lt=before) if before else said)[: PAGE + 1])
    chains = ownership.merge_chains({pk for no in read for pk in (no.first_id, no.second_id)})
    live = Customer.objects.live().in_bulk({chain[-1] for chain in chains.values()})
    rows = []
    for no in read[:PAGE]:
        first, second = live.get(chains[no.first_id][-1]), live.get(chains[no.second_id][-1])
        if first and second and first != second:
            rows.append(NotDuplicateRow(no, first, second))
    return NotDuplicatesPage(rows, read[PAGE - 1].pk if len(read) > PAGE else 0)
