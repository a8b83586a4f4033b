"""A purchase clears the lead status “Lost”.

It does so for good at the customer that the order came for, and at every customer into which that one is merged as
long as the merge is active: an undo takes the orders out again, and the status comes back.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from customers.locks import chain_of, lock_chain
from customers.models import (
    Customer,
    HistoryKind,
    LeadStatus,
    MergeMember,
    ProfileChange,
    RecordTotals,
    SourceRecord,
)
from customers.profile.decisions import STATUS
from customers.profile.derive import bump_versions, refresh_profiles
from customers.profile.replay import BY_PURCHASE, ProfileHistory
from customers.records import history
from customers.statements.prepared import Prepared, insert

if TYPE_CHECKING:
    from crm.accounts.models import User


def have_bought(customers: Collection[Customer]) -> bool:
    totals = RecordTotals.objects.purchases().filter(source_record__customer__in=customers)
    return any(customer.billing_status for customer in customers) or totals.exists()


def losses() -> QuerySet[ProfileChange]:
    return ProfileChange.objects.filter(values__lead_status__after=LeadStatus.LOST.value)


def losses_among(customer: Any) -> QuerySet[ProfileChange]:
    """The changes by which somebody became Lost who is part of `customer`, also where a later value hides it."""
    return losses().filter(customer__in=SourceRecord.objects.filter(customer=customer).values("origin"))


_losses_among = Prepared(lambda customer: losses_among(customer).values_list("pk")[:1])


def clear_lost(record: SourceRecord, *, by: User | None = None) -> None:
    """Clear “Lost” at the customers of `record`, to which an order came; without a lock where none ever was lost."""
    if not _losses_among(record.customer_id):
        return
    chain = chain_of(record.origin_id)
    locked = lock_chain(chain)
    decisions = ProfileHistory(chain)
    member_of = {member.duplicate_id: member for member in decisions.members}
    part: MergeMember | None = None
    for pk in chain:
        _clear_at(locked[pk], part, decisions, buyer=chain[0], by=by)
        part = member_of.get(pk)
    refresh_profiles(chain)


def _clear_at(
    customer: Customer, part: MergeMember | None, decisions: ProfileHistory, *, buyer: int, by: User | None
) -> None:
    """`part` is that by which the buyer became part of the customer; None at the buyer itself."""
    changes = [change for change in decisions.changes[customer.pk] if STATUS in change.values]
    cleared = max((c.version for c in changes if c.via == BY_PURCHASE and _is_of(c, part, buyer)), default=0)
    decided = [change for change in changes if change.merge_id is None and change.via != BY_PURCHASE]
    last = decided[-1].version if decided else 0
    is_hidden = last > cleared and decided[-1].values[STATUS]["after"] == LeadStatus.LOST
    is_lost = customer.lead_status == LeadStatus.LOST or is_hidden
    # An undo could bring a “Lost” back that no purchase of this part has cleared yet.
    may_be_lost = any(
        member.merge.version > max(cleared, last)
        for member in decisions.members
        if member.merge.survivor_id == customer.pk
    )
    if is_lost or may_be_lost:
        _write(customer, part, buyer=buyer, by=by)
    if is_lost:
        merge = part.merge if part else None
        history.write(customer, HistoryKind.EDIT, "A purchase cleared the lead status Lost.", by=by, merge=merge)


def _write(customer: Customer, part: MergeMember | None, *, buyer: int, by: User | None) -> None:
    origin = {"from": part.duplicate_id, "buyer": buyer} if part else {"from": None}
    values = {STATUS: {"before": LeadStatus.LOST.value, "after": "", **origin}}
    merge_id = part.merge_id if part else None
    bump_versions([customer])
    act = {"by": by, "via": BY_PURCHASE, "merge_id": merge_id}
    insert(ProfileChange(customer=customer, values=values, version=customer.version, **act))


def _is_of(change: ProfileChange, part: MergeMember | None, buyer: int) -> bool:
    if change.values[STATUS].get("buyer", buyer) != buyer:
        return False
    part_of_change = (change.merge_id, change.values[STATUS]["from"])
    return part_of_change == ((part.merge_id, part.duplicate_id) if part else (None, None))
