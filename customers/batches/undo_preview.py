"""The preview of an undo of many merges: how many there are, what goes back, what was edited since and is kept.

The numbers are of all of them. Values are only named of some: each plan of an undo reads the history of its customers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from customers.batches.undo import BatchUndoError
from customers.lib.batches import batches
from customers.merging.history import MergeFilter, MergeRow, filter_merges, merge_rows
from customers.merging.undo_plan import UndoError, plan_undo
from customers.merging.undo_preview import ValueAfterUndo, values_after_undo
from customers.models import CreditEntry, Customer, Merge, MergeMember, ProfileChange, RecordTotals, SourceRecord
from customers.totals.sums import OrderTotals, order_totals

MOST = 100_000
MOST_SHOWN = 50
MOST_PLANNED = 20

ACTIVE_MEMBERS = MergeMember.objects.filter(undone_at=None)


@dataclass(frozen=True)
class KeptValues:
    """What the undo of a merge does not revert, because it was edited since or comes from another merge."""

    merge: Merge
    values: Sequence[ValueAfterUndo]


@dataclass(frozen=True)
class Moves:
    """What goes back with the restored customers."""

    customers: int
    totals: OrderTotals
    active_purchases: int


@dataclass(frozen=True)
class BatchUndoPreview:
    """`merges` will be undone, the newest first; `erased` cannot be any more. `kept` are of the first `edited`."""

    merges: tuple[int, ...]
    erased: Sequence[Merge]
    rows: Sequence[MergeRow]
    moves: Moves
    edited: int
    kept: Sequence[KeptValues]
    merged_since: int
    spends_credit: bool

    @property
    def number(self) -> int:
        return len(self.merges)

    @property
    def more_rows(self) -> int:
        return max(self.number - len(self.rows), 0)

    @property
    def more_edited(self) -> int:
        return max(self.edited - MOST_PLANNED, 0)

    @property
    def more_erased(self) -> int:
        return max(len(self.erased) - MOST_SHOWN, 0)

    @property
    def first_erased(self) -> Sequence[Merge]:
        return self.erased[:MOST_SHOWN]

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(",".join(map(str, self.merges)).encode()).hexdigest()


def preview_undo(filters: MergeFilter, *, leave: Collection[int] = ()) -> BatchUndoPreview:
    """Of the merges of the history that pass `filters` and are active, but those to `leave` as they are."""
    active = filter_merges(filters).filter(undone_at=None).order_by("-created", "-pk")
    matching = list(active.values_list("pk", flat=True)[: MOST + 1])
    if len(matching) > MOST:
        raise BatchUndoError(f"More than {MOST:,} merges match. Set a filter, such as a day or a user.")
    erased = [merge for batch in batches(matching) for merge in _with_erased(batch)]
    apart = {*leave, *(merge.pk for merge in erased)}
    pks = [pk for pk in matching if pk not in apart]
    edited = _edited_since(pks)
    return BatchUndoPreview(
        merges=tuple(pks),
        erased=erased,
        rows=merge_rows(list(active.filter(pk__in=pks[:MOST_SHOWN]))),
        moves=_moves(pks),
        edited=len(edited),
        kept=list(_kept_values(edited[:MOST_PLANNED])),
        merged_since=_merged_since(pks),
        spends_credit=_spends_credit(pks),
    )


def _with_erased(pks: Sequence[int]) -> QuerySet[Merge]:
    """Those of which a customer was erased while they were active."""
    erased = ACTIVE_MEMBERS.filter(merge=OuterRef("pk"), duplicate__erased_at__isnull=False)
    return Merge.objects.filter(Q(survivor__erased_at__isnull=False) | Exists(erased), pk__in=pks)


def _moves(pks: Sequence[int]) -> Moves:
    customers, totals, purchases = 0, OrderTotals(), 0
    for batch in batches(pks):
        moved = list(ACTIVE_MEMBERS.filter(merge__in=batch).values_list("records", flat=True))
        of_batch = {record for of_member in moved for record in of_member}
        customers += len(moved)
        for some in batches(of_batch):
            totals = sum(order_totals(some).values(), totals)
            active = RecordTotals.objects.filter(source_record__in=some, purchases_active__gt=0)
            purchases += sum(active.values_list("purchases_active", flat=True))
    return Moves(customers, totals, purchases)


def _edited_since(pks: Sequence[int]) -> list[int]:
    """Those after which a value of the survivor was edited, the newest merge first."""
    edited: set[int] = set()
    for batch in batches(pks):
        edits = ProfileChange.objects.filter(merge=None, customer__merges__in=batch)
        later = edits.filter(at__gt=F("customer__merges__created"))
        edited.update(later.values_list("customer__merges", flat=True))
    return [pk for pk in pks if pk in edited]


def _kept_values(pks: Sequence[int]) -> Iterator[KeptValues]:
    merges = Merge.objects.select_related("survivor__merged_into").in_bulk(pks)
    for pk in pks:
        try:
            plan = plan_undo(merges[pk])
        except UndoError:  # undone, or erased, a moment ago
            continue
        if kept := [value for value in values_after_undo(plan) if value.is_kept]:
            yield KeptValues(merges[pk], kept)


def _merged_since(pks: Sequence[int]) -> int:
    """The number of merges whose survivor was merged into another customer by a merge that is not among them."""
    among, number = {*pks}, 0
    for batch in batches(pks):
        survivors = Merge.objects.filter(pk__in=batch).values("survivor")
        later = ACTIVE_MEMBERS.filter(duplicate__in=survivors).values_list("merge", flat=True)
        number += sum(merge not in among for merge in later)
    return number


def _spends_credit(pks: Sequence[int]) -> bool:
    """Whether credit of one of the customers was used, so that it may be negative after the undo."""
    for batch in batches(pks):
        survivors: QuerySet[Customer] = Customer.objects.filter(merges__in=batch)
        records = SourceRecord.objects.filter(customer__in=survivors)
        if CreditEntry.objects.filter(source_record__in=records, amount__lt=0).exists():
            return True
    return False
