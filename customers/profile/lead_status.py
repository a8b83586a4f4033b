"""A lost lead becomes a customer when it buys: buying ends the lead status Lost.

It ends it for the customer that the record came to, for good, and for each whom that customer has become part of,
for as long as they are: who bought leaves with their own orders when a merge is undone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

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
from customers.profile.derive import ProfileHistory, profile_values, refresh_profiles, write_profile_change
from customers.records import history, ownership

if TYPE_CHECKING:
    from crm.accounts.models import User

STATUS = "lead_status"
VIA = "order"


def have_bought(customers: Collection[Customer]) -> bool:
    """Whether one of them has an order that counts, or a purchase."""
    totals = RecordTotals.objects.filter(source_record__customer__in=customers, orders__gt=0)
    return any(customer.billing_status for customer in customers) or totals.exists()


def clear_lost(record: SourceRecord, *, by: User | None = None) -> None:
    """Write down that the customer of `record` has bought; without a lock where nobody was ever lost."""
    chain = [record.origin_id]
    if record.origin_id != record.customer_id:
        chain = ownership.merge_chains([record.origin_id])[record.origin_id]
    if not ProfileChange.objects.filter(customer__in=chain, values__lead_status__after=LeadStatus.LOST).exists():
        return
    chain = chain_of(record.origin_id)
    locked = lock_chain(chain)
    came_with: MergeMember | None = None
    for pk, following in zip(chain, [*chain[1:], None], strict=True):
        _end_lost(locked[pk], came_with, by=by)
        if following:
            standing = MergeMember.objects.filter(duplicate=pk, undone_at=None)
            came_with = standing.select_related("merge").get()


def _end_lost(customer: Customer, part: MergeMember | None, *, by: User | None) -> None:
    """`part` is by which merge whoever bought is part of the customer; None when it is they themselves."""
    changes = [change for change in customer.changes.order_by("version") if STATUS in change.values]
    merge_id, origin = (part.merge_id, part.duplicate_id) if part else (None, None)
    if _without_merges(changes, merge_id, origin) != LeadStatus.LOST:
        if customer.lead_status != LeadStatus.LOST:
            return
        # Lost by what another merge wrote: it ends as long as that stands, and what was before comes back with it.
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
    """By which merge that stands the customer is Lost, and from whom it took that."""
    past = ProfileHistory([customer.pk])
    for change in reversed(past.changes[customer.pk]):
        if change.merge and STATUS in change.values and past.stands(change, STATUS):
            return change.merge_id, change.values[STATUS]["from"]
    return None, None


def _without_merges(changes: Sequence[ProfileChange], merge: int | None, origin: int | None) -> str:
    """The lead status without what merges wrote, but for the part of `merge` that is from `origin`."""
    status = ""
    for change in changes:
        wrote = change.values[STATUS]
        if change.merge_id is None or (change.merge_id == merge and wrote["from"] == origin):
            status = wrote["after"]
    return status
