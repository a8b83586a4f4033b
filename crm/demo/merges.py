"""Merges that the agent has made already: one is active, one was undone, two were made as a batch and undone as one,
and one was made in two steps and partly undone.

They are dated back over some weeks.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from crm.accounts.models import User
from crm.demo.files import ChinookPerson
from crm.demo.store import SampleStore
from customers.batches.merge import begin_merge, merge_each
from customers.batches.proposals import propose
from customers.batches.undo import begin_undo, undo_each
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import UndoTerms, undo_merge
from customers.merging.warnings import merge_warnings
from customers.models import Customer, HistoryEntry, HistoryKind, Merge, MergeMember, NotDuplicate, ProfileChange, Via
from customers.models.merge import Kept, OnConflict
from customers.profile.decisions import Picked

MERGED = {54: "Confirmed on the phone"}
UNDONE = {12: "The initial agrees"}
AS_BATCH, REASON = (33, 36), "On the list of the Marketplace"
IN_STEPS = {15: ("Twice the same guest", "Wrote from both addresses")}
WEEKS_AGO = (11, 9, 8, 6, 3, 1)
UNTIL_UNDO = timedelta(days=5)


def merge_duplicates(store: SampleStore, *, by: User) -> None:
    together = []
    for person in list(store.records):
        if person.number in MERGED:
            _merge(store.customers(person), reason=MERGED[person.number], by=by)
        elif person.number in UNDONE:
            undo_merge(_merge(store.customers(person), reason=UNDONE[person.number], by=by), by=by)
        elif person.number in AS_BATCH:
            together.append([customer.pk for customer in store.customers(person)])
        elif person.number in IN_STEPS:
            _merge_in_steps(store, person, by=by)
    _merge_and_undo_batch(together, by=by)
    _backdate()


def _merge_and_undo_batch(groups: Sequence[Sequence[int]], *, by: User) -> None:
    how = OnConflict.KEPT
    batch, _ = begin_merge(
        propose(groups, keep=Kept.OLDEST, on_conflict=how, by=by), on_conflict=how, token=uuid4(), by=by
    )
    merged = [done.row.merge_id for done in merge_each(batch, by=by, reason=REASON) if done.row.merge_id]
    undo, _ = begin_undo(merged[::-1], token=uuid4(), by=by, terms=UndoTerms())
    list(undo_each(undo, by=by))


def _merge_in_steps(store: SampleStore, person: ChinookPerson, *, by: User) -> None:
    first, second = IN_STEPS[person.number]
    *older, youngest = store.customers(person)
    _merge([older[-1], youngest], reason=first, by=by)
    current = [Customer.objects.get(pk=customer.pk) for customer in older]
    undo_merge(_merge(current, reason=second, by=by), by=by, only=[older[1].pk])


def _merge(customers: Sequence[Customer], *, reason: str, by: User) -> Merge:
    survivor, *duplicates = customers
    latest = next((c for c in reversed(duplicates) if c.phone), survivor)
    plan = plan_merge(survivor, duplicates, {"phone": Picked(latest.pk)})
    warnings = merge_warnings(customers, plan)
    return merge_customers(plan, by=by, via=Via.PAGE, reason=reason, warnings=warnings)


def _backdate() -> None:
    for merge, weeks in zip(Merge.objects.order_by("pk"), WEEKS_AGO, strict=False):
        _set_dates(merge, timezone.now() - timedelta(weeks=weeks))


def _set_dates(merge: Merge, at: datetime) -> None:
    later = at + UNTIL_UNDO
    Merge.objects.filter(pk=merge.pk).update(created=at)
    Merge.objects.filter(pk=merge.pk).exclude(undone_at=None).update(undone_at=later)
    MergeMember.objects.filter(merge=merge).exclude(undone_at=None).update(undone_at=later)
    ProfileChange.objects.filter(merge=merge).update(at=at)
    NotDuplicate.objects.filter(reason=f"{merge} was undone").update(created=later)
    entries = HistoryEntry.objects.filter(merge=merge)
    entries.filter(kind=HistoryKind.MERGE).update(at=at)
    entries.filter(kind=HistoryKind.UNDO).update(at=later)
