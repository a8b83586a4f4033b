"""Reactivating the membership of a club.

One that came with a purchase follows its billing, so a purchase that is no longer paid is reactivated first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from customers.lib.errors import ActionError
from customers.locks import RetiredMeanwhileError, get_locked
from customers.models import BillingStatus, HistoryKind
from customers.records import history
from orders.history import purchase as purchase_value
from orders.locks import lock_owner
from orders.models import BILLING_STATE, Membership, MembershipStatus

if TYPE_CHECKING:
    from crm.accounts.models import User


class MembershipError(ActionError):
    pass


@transaction.atomic
def reactivate_membership(membership: Membership, *, by: User | None) -> Membership:
    current = _locked(membership)
    _refuse_reactivation(current)
    current.status = MembershipStatus.ACTIVE
    current.save(update_fields=["status", "updated"])
    _write_history(current, by=by)
    return current


def _locked(membership: Membership) -> Membership:
    try:
        lock_owner(membership.source_record)
        memberships = Membership.objects.select_for_update(no_key=True, of=("self",))
        return get_locked(memberships.select_related("source_record", "purchase__product"), membership.pk)
    except (ObjectDoesNotExist, RetiredMeanwhileError):
        raise MembershipError("This membership was deleted a moment ago.") from None


def _refuse_reactivation(membership: Membership) -> None:
    if membership.status == MembershipStatus.ACTIVE:
        raise MembershipError("This membership is already active.")
    purchase = membership.purchase
    if purchase and BILLING_STATE[purchase.status] != BillingStatus.ACTIVE:
        status = purchase.get_status_display().lower()
        raise MembershipError(
            f"Purchase {purchase.pk} of this membership is {status}, so it is not paid. Reactivate the purchase first."
        )


def _write_history(membership: Membership, *, by: User | None) -> None:
    record, name = membership.source_record_id, str(membership)
    if membership.purchase is None:
        history.write(record, HistoryKind.PURCHASE, "Reactivated membership {membership}.", membership=name, by=by)
        return
    history.write(
        record,
        HistoryKind.PURCHASE,
        "Reactivated membership {membership} of purchase {purchase}.",
        membership=name,
        purchase=purchase_value(membership.purchase),
        by=by,
    )
