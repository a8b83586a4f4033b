"""Marking customers as not duplicates, and reversing that. Both are written into the history of every customer.

A mark always names the same two customers. After a merge it counts for their survivors. A mark with a relation says
why they share what they share, and counts as every mark does (`related.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain as joined
from itertools import combinations
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from customers.lib.pages import PAGE, Page, key_of, page_of
from customers.locks import lock
from customers.models import Customer, HistoryKind, NotDuplicate, Relation, SourceRecord
from customers.records import history
from customers.records.ownership import merge_chains, merged_into_any
from customers.statements.prepared import OnConflict, Slot, insert

if TYPE_CHECKING:
    from crm.accounts.models import User

MARK_IS_KEPT: OnConflict = {NotDuplicate: "DO NOTHING"}


@dataclass(frozen=True)
class NotDuplicateRow:
    """A mark, and the live customers that its two customers are part of now."""

    mark: NotDuplicate
    first: Customer
    second: Customer

    @property
    def numbers(self) -> str:
        return f"{self.first.pk} {self.second.pk}"


def mark_not_duplicates(one: Customer, other: Customer, *, by: User | None, reason: str = "") -> bool:
    """False when one of them is not live, or both are the same customer."""
    return bool(mark_all_not_duplicates([one.pk, other.pk], by=by, reason=reason))


def unmark_not_duplicates(one: Customer, other: Customer, *, by: User | None) -> bool:
    """False when they were not marked."""
    return bool(unmark_all_not_duplicates([one.pk, other.pk], by=by))


@transaction.atomic
def mark_all_not_duplicates(customers: Collection[int], *, by: User | None, reason: str = "") -> list[Customer]:
    """The customers marked; none when one of them is not live any more."""
    locked = lock_live(customers)
    write_not_duplicates(*locked, by=by, reason=reason)
    write_about_each(locked, HistoryKind.DISMISSAL, "Not a duplicate of {customers}.", by=by)
    return locked


@transaction.atomic
def unmark_all_not_duplicates(customers: Collection[int], *, by: User | None) -> list[Customer]:
    """The customers unmarked; none when no two of them were marked."""
    locked = list(lock(customers).values())
    deleted = delete_not_duplicates(*locked)
    if not deleted:
        return []
    if any(mark.relation for mark in deleted):
        write_about_each(locked, HistoryKind.RELATION, "No longer related to {customers}.", by=by)
    else:
        write_about_each(locked, HistoryKind.DISMISSAL, "“Not a duplicate” of {customers} removed.", by=by)
    return locked


def lock_live(customers: Collection[int]) -> list[Customer]:
    """Two or more customers, locked; none when one of them is not live any more."""
    locked = lock(customers)
    if not 2 <= len(locked) == len(customers) or not all(customer.is_live for customer in locked.values()):
        return []
    return list(locked.values())


def write_about_each(customers: Collection[Customer], kind: HistoryKind, sentence: str, *, by: User | None) -> None:
    for one in customers:
        others = [other for other in customers if other != one]
        history.write(one, kind, sentence, customers=others, by=by)


def write_not_duplicates(
    *customers: Customer, by: User | None, reason: str = "", relation: Relation | None = None
) -> None:
    """Mark every two of the locked customers; an existing mark is kept as it is."""
    insert(*marks_between(customers, by=by, reason=reason, relation=relation), on_conflict=MARK_IS_KEPT)


def marks_between(
    customers: Iterable[Customer], *, by: User | None, reason: str = "", relation: Relation | None = None
) -> list[NotDuplicate]:
    """Unsaved; who inserts them says that an existing MARK_IS_KEPT."""
    pairs = combinations(sorted(customer.pk for customer in customers), 2)
    return [
        NotDuplicate(first_id=first, second_id=second, by=by, reason=reason, relation=relation or "")
        for first, second in pairs
    ]


def delete_not_duplicates(*customers: Customer) -> list[NotDuplicate]:
    """The marks deleted between the locked customers, or customers merged into them."""
    live_of = merged_into_any([customer.pk for customer in customers])
    marks = NotDuplicate.objects.filter(first__in=live_of, second__in=live_of)
    apart = [mark for mark in marks if live_of[mark.first_id] != live_of[mark.second_id]]
    NotDuplicate.objects.filter(pk__in=[mark.pk for mark in apart]).delete()
    return apart


def not_duplicates_among(customers: Collection[int]) -> Mapping[tuple[int, int], NotDuplicate]:
    """{ordered pair of the live `customers`: its mark}, also of customers merged into them.

    Of several marks of a pair, which customers merged since brought along, it is one with a relation.
    """
    live_of = merged_into_any(customers)
    marks = NotDuplicate.objects.filter(first__in=live_of, second__in=live_of).select_related("by")
    return {
        ordered_pair(live_of[mark.first_id], live_of[mark.second_id]): mark
        for mark in sorted(marks, key=lambda mark: (bool(mark.relation), mark.pk))
        if live_of[mark.first_id] != live_of[mark.second_id]
    }


def marks_of(customer: int | Slot) -> tuple[QuerySet[NotDuplicate], QuerySet[NotDuplicate]]:
    """The marks in which the live customer is `first`, and `second`, also by customers merged into it."""
    return _marks_on_side(customer, "first", "second"), _marks_on_side(customer, "second", "first")


def _marks_on_side(customer: int | Slot, own: str, other: str) -> QuerySet[NotDuplicate]:
    # `other` is the live customer there. Whoever was marked has a record, with the history of it.
    live = SourceRecord.objects.filter(origin=OuterRef(other)).values("customer")[:1]
    marks = NotDuplicate.objects.filter(**{f"{own}__own_records__customer": customer})
    return marks.annotate(other=Subquery(live)).select_related("by")


def marks_by_other(marks: Iterable[NotDuplicate], customer: int) -> dict[int, NotDuplicate]:
    """{live customer: its mark with the live `customer`}, from `marks_of` that; one as `not_duplicates_among`."""
    in_order = sorted(marks, key=lambda mark: (bool(mark.relation), mark.pk))
    by_other: dict[int, NotDuplicate] = {mark.other: mark for mark in in_order}  # type: ignore[attr-defined]
    by_other.pop(customer, None)
    return by_other


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


def not_duplicates_page(*, before: int | None = None, relations: Collection[str] = ("",)) -> Page[NotDuplicateRow, int]:
    """Newest first, with one of the `relations`. Pairs that were merged since, or one of them erased, are left out."""
    page = page_of(_marks(before, relations), key_of)
    chains = merge_chains({pk for mark in page.rows for pk in (mark.first_id, mark.second_id)})
    live = Customer.objects.live().in_bulk({chain[-1] for chain in chains.values()})
    rows = []
    for mark in page.rows:
        first, second = live.get(chains[mark.first_id][-1]), live.get(chains[mark.second_id][-1])
        if first and second and first != second:
            rows.append(NotDuplicateRow(mark, first, second))
    return page.showing(rows)


def _marks(before: int | None, relations: Collection[str]) -> list[NotDuplicate]:
    """Those of a page and one more. Each relation is read by its index, which has them in order."""
    marks = NotDuplicate.objects.select_related("by").order_by("-pk")
    older = marks.filter(pk__lt=before) if before else marks
    read = joined(*(older.filter(relation=relation)[: PAGE + 1] for relation in relations))
    return sorted(read, key=lambda mark: -mark.pk)[: PAGE + 1]
