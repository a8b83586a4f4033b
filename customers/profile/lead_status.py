"""A purchase clears the lead status “Lost”.

It does so for good at the customer that the order came for, and at every customer into which that one is merged as
long as the merge is active: an undo takes the orders out again, and the status comes back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from customers.locks import chain_of, lock_chain
from customers.models import (
    Customer,
    HistoryKind,
    LeadStatus,
    Merge,
    MergeMember,
    ProfileChange,
    RecordTotals,
    SourceRecord,
)
from customers.models.prepared import Prepared
from customers.profile.derive import ProfileHistory, profile_values, refresh_profiles, write_profile_change
from customers.records import history, ownership

if TYPE_CHECKING:
    from crm.accounts.models import User

STATUS = "lead_status"
VIA = "order"


def have_bought(customers: Collection[Customer]) -> bool:
    totals = RecordTotals.objects.filter(source_record__customer__in=customers, orders__gt=0)
    return any(customer.billing_status for customer in customers) or totals.exists()


def losses() -> QuerySet[ProfileChange]:
    return ProfileChange.objects.filter(values__lead_status__after=LeadStatus.LOST.value)


_losses_of = Prepared(lambda customers: losses().filter(customer__in=customers).values_list("pk")[:1])


def clear_lost(record: SourceRecord, *, by: User | None = None) -> None:
    """Clear “Lost” at the customers of `record`, to which an order came; without a lock where none ever was lost."""
    chain = [record.origin_id]
    if record.origin_id != record.customer_id:
        chain = ownership.merge_chains([record.origin_id])[record.origin_id]
    if not _losses_of(chain):
        return
    chain = chain_of(record.origin_id)
    locked = lock_chain(chain)
    moved_by: MergeMember | None = None
    for pk, following in zip(chain, [*chain[1:], None], strict=True):
        _clear_at(locked[pk], moved_by, by=by)
        if following:
            moved_by = MergeMember.objects.select_related("merge").get(duplicate=pk, undone_at=None)


def _clear_at(customer: Customer, part: MergeMember | None, *, by: User | None) -> None:
    """`part` is the merge by which the buyer became part of the customer; None at the buyer itself."""
    changes = [change for change in customer.changes.order_by("version") if STATUS in change.values]
    merge_id, origin = (part.merge_id, part.duplicate_id) if part else (None, None)
    if _without_merges(changes, merge_id, origin) != LeadStatus.LOST:
        if customer.lead_status != LeadStatus.LOST:
            return
        # Another merge wrote “Lost”: it is cleared while that merge is active.
        merge_id, origin = _lost_by(customer)
    write_profile_change(
        customer,
        {STATUS: ""},
        before=profile_values(customer) | {STATUS: LeadStatus.LOST.value},
        origins={STATUS: origin} if origin else None,
        by=by,
        via=VIA,
        merge_id=merge_id,
    )
    refresh_profiles([customer.pk])
    merge = Merge.objects.get(pk=merge_id) if merge_id else None
    history.write(customer, HistoryKind.EDIT, "A purchase cleared the lead status Lost.", by=by, merge=merge)


def _lost_by(customer: Customer) -> tuple[int | None, int | None]:
    profiles = ProfileHistory([customer.pk])
    for change in reversed(profiles.changes[customer.pk]):
        if change.merge and STATUS in change.values and profiles.stands(change, STATUS):
            return change.merge_id, change.values[STATUS]["from"]
    return None, None


def _without_merges(changes: Sequence[ProfileChange], merge: int | None, origin: int | None) -> str:
    """The lead status without what merges wrote, except what `merge` took from `origin`."""
    status = ""
    for change in changes:
        value = change.values[STATUS]
        if change.merge_id is None or (change.merge_id == merge and value["from"] == origin):
            status = value["after"]
    return status
