"""Merges in the other system, followed here: its customer has several IDs, whose records have several customers here.

What was undone, split or marked as not duplicates here is not merged again. An undo there is not followed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crm.accounts.models import User
from crm.jobs.kind import RefusedRow
from crm.pulls.chartmogul.customers import ids_in
from crm.pulls.models import Pull
from customers.lib.errors import ActionError
from customers.merging.merge import merge_keeping_survivor
from customers.models import Customer, HistoryEntry, HistoryKind, Merge, NotDuplicate, SourceRecord
from customers.permissions import MERGE

MAY_NOT = "They are one customer in the other system. The user of this pull may not merge: merge them here."


def merged_records(customers: Collection[Any], pull: Pull, uuid: str) -> list[list[int]]:
    """The records of each customer there that have several customers here, the main one first."""
    ids = {n: ids for n, customer in enumerate(customers) if len(ids := ids_in(customer, uuid)) > 1}
    named = [external_id for of_customer in ids.values() for external_id in of_customer]
    known = SourceRecord.objects.filter(data_source=pull.data_source, external_id__in=named)
    owners = {i: (pk, owner) for i, pk, owner in known.values_list("external_id", "pk", "customer")}
    groups = [[owners[i] for i in of_customer if i in owners] for of_customer in ids.values()]
    return [[pk for pk, _ in group] for group in groups if len({owner for _, owner in group}) > 1]


def follow_merge(records: Sequence[int], *, by: User | None) -> tuple[int, list[RefusedRow]]:
    """Merge the customers of `records` into that of the first one: how many were, and who was not."""
    owners: Mapping[int, int] = dict(SourceRecord.objects.filter(pk__in=records).values_list("pk", "customer"))
    kept, *others = list(dict.fromkeys(owners[pk] for pk in records if pk in owners)) or [0]
    customers = Customer.objects.in_bulk([kept, *others])
    merged, refusals = 0, []
    for duplicate in others:
        if _was_parted(kept, duplicate):
            continue
        try:
            if by and not by.has_perm(MERGE):
                raise ActionError(MAY_NOT)
            merged += bool(merge_keeping_survivor(customers[duplicate], customers[kept], by=by))
        except ActionError as error:
            refusals.append(RefusedRow(f"Customers {kept} and {duplicate}", str(error)))
    return merged, refusals


def _was_parted(kept: int, duplicate: int) -> bool:
    pair = (kept, duplicate)
    undone = Merge.objects.filter(undone_at__isnull=False)
    return (
        undone.filter(survivor__in=pair, members__duplicate__in=pair).exists()
        or NotDuplicate.objects.filter(first__in=pair, second__in=pair).exists()
        or HistoryEntry.objects.filter(
            kind=HistoryKind.SPLIT, about_customer__in=pair, source_record__customer__in=pair
        ).exists()
    )
