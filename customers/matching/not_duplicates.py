"""Marking customers as not duplicates, and reversing that. Both are written into the history of every customer.

A mark always names the same two customers. After a merge it counts for their survivors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from customers.lib.batches import PAGE
from customers.locks import lock
from customers.models import Customer, HistoryKind, NotDuplicate
from customers.models.prepared import insert
from customers.records import history
from customers.records.ownership import merge_chains, merged_into_any

if TYPE_CHECKING:
    from crm.accounts.models import User


@dataclass(frozen=True)
class NotDuplicateRow:
    """A mark, and the live customers that its two customers are part of now."""

    mark: NotDuplicate
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


def mark_not_duplicates(one: Customer, other: Customer, *, by: User | None, reason: str = "") -> bool:
    """False when one of them is not live, or both are the same customer."""
    return bool(mark_all_not_duplicates([one.pk, other.pk], by=by, reason=reason))


def unmark_not_duplicates(one: Customer, other: Customer, *, by: User | None) -> bool:
    """False when they were not marked."""
    return bool(unmark_all_not_duplicates([one.pk, other.pk], by=by))


@transaction.atomic
def mark_all_not_duplicates(customers: Collection[int], *, by: User | None, reason: str = "") -> list[Customer]:
    """The customers marked; none when one of them is not live any more."""
    locked = lock(customers)
    if not 2 <= len(locked) == len(customers) or not all(customer.is_live for customer in locked.values()):
        return []
    write_not_duplicates(*locked.values(), by=by, reason=reason)
    _write_history(locked.values(), "Not a duplicate of {customers}.", by)
    return list(locked.values())


@transaction.atomic
def unmark_all_not_duplicates(customers: Collection[int], *, by: User | None) -> list[Customer]:
    """The customers unmarked; none when no two of them were marked."""
    locked = lock(customers)
    if not delete_not_duplicates(*locked.values()):
        return []
    _write_history(locked.values(), "“Not a duplicate” of {customers} removed.", by)
    return list(locked.values())


def _write_history(customers: Collection[Customer], sentence: str, by: User | None) -> None:
    for one in customers:
        others = [other for other in customers if other != one]
        history.write(one, HistoryKind.DISMISSAL, sentence, customers=others, by=by)


def write_not_duplicates(*customers: Customer, by: User | None, reason: str = "") -> None:
    """Mark every two of the locked customers; an existing mark is kept as it is."""
    pairs = combinations(sorted(customer.pk for customer in customers), 2)
    marks = [NotDuplicate(first_id=first, second_id=second, by=by, reason=reason) for first, second in pairs]
    insert(*marks, on_conflict="DO NOTHING")


def delete_not_duplicates(*customers: Customer) -> int:
    """The number of marks deleted between the locked customers, or customers merged into them."""
    live_of = merged_into_any([customer.pk for customer in customers])
    marks = NotDuplicate.objects.filter(first__in=live_of, second__in=live_of)
    apart = [mark.pk for mark in marks if live_of[mark.first_id] != live_of[mark.second_id]]
    return NotDuplicate.objects.filter(pk__in=apart).delete()[0]


def not_duplicates_among(customers: Collection[int]) -> Mapping[tuple[int, int], NotDuplicate]:
    """{ordered pair of the live `customers`: its mark}, also of customers merged into them."""
    live_of = merged_into_any(customers)
    marks = NotDuplicate.objects.filter(first__in=live_of, second__in=live_of).select_related("by")
    return {
        ordered_pair(live_of[mark.first_id], live_of[mark.second_id]): mark
        for mark in marks
        if live_of[mark.first_id] != live_of[mark.second_id]
    }


def not_duplicates_of(customers: Collection[int]) -> dict[int, set[int]]:
    """{one of the live `customers`: the live customers it was marked as not a duplicate of}, also by merged ones."""
    if not customers:
        return {}
    live_of = merged_into_any(customers)
    marks = NotDuplicate.objects.filter(Q(first__in=live_of) | Q(second__in=live_of)).values_list("first", "second")
    chains = merge_chains({pk for pair in marks for pk in pair})
    apart: defaultdict[int, set[int]] = defaultdict(set)
    for pair in marks:
        one, other = (chains[pk][-1] for pk in pair)
        if one != other:
            apart[one].add(other)
            apart[other].add(one)
    return {pk: apart[pk] for pk in customers if pk in apart}


def ordered_pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def not_duplicates_page(*, before: int = 0) -> NotDuplicatesPage:
    """Newest first. Pairs that were merged since, or of which one was erased, are left out."""
    marks = NotDuplicate.objects.select_related("by").order_by("-pk")
    page = list((marks.filter(pk__lt=before) if before else marks)[: PAGE + 1])
    chains = merge_chains({pk for mark in page for pk in (mark.first_id, mark.second_id)})
    live = Customer.objects.live().in_bulk({chain[-1] for chain in chains.values()})
    rows = []
    for mark in page[:PAGE]:
        first, second = live.get(chains[mark.first_id][-1]), live.get(chains[mark.second_id][-1])
        if first and second and first != second:
            rows.append(NotDuplicateRow(mark, first, second))
    return NotDuplicatesPage(rows, page[PAGE - 1].pk if len(page) > PAGE else 0)
