"""Asking a second person to confirm a merge, with a reason. It is kept as it was entered, and nothing is merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.lib.audit import AuditAction, audit_entry
from customers.locks import lock
from customers.matching.not_duplicates import write_about_each
from customers.merging.plan import MergeError, MergePlan
from customers.models import HistoryKind, MergeRequest, RequestState

if TYPE_CHECKING:
    from crm.accounts.models import User

ASKED = "Merge with {customers} requested."


class RequestError(MergeError):
    """Nothing was asked, or answered."""


@transaction.atomic
def ask_second_person(
    plan: MergePlan,
    *,
    because: Sequence[str],
    reason: str,
    by: User,
    entered: Mapping[str, Any] | None = None,
    new_password: str = "",
) -> MergeRequest:
    """The request of this `plan`; the one that waits already, when it is sent twice."""
    locked = lock(plan.ids)
    if any(not customer.is_live for customer in locked.values()):
        raise RequestError("One of these customers was merged or erased meanwhile. Select again.")
    waiting = MergeRequest.objects.filter(state=RequestState.WAITING, customers__in=plan.ids).order_by("pk").first()
    if waiting and waiting.fingerprint == plan.fingerprint:
        return waiting
    if waiting:
        raise RequestError(f"{waiting} about one of these customers is waiting. It has to be answered first.")
    if not reason:
        raise RequestError("Enter a reason. The second person will read it.")
    request = MergeRequest.objects.create(
        survivor_id=plan.survivor_id,
        by=by,
        reason=reason,
        needed_because=list(because),
        entered=dict(entered or {}),
        new_password=new_password,
        seen={str(pk): version for pk, version in zip(plan.ids, plan.versions, strict=True)},
        fingerprint=plan.fingerprint,
    )
    request.customers.set(plan.ids)
    write_about_each(list(locked.values()), HistoryKind.REQUEST, ASKED, by=by)
    audit_entry(AuditAction.MERGE, f"{in_numbers(request, plan.ids)} Asked.", by=by, customer=plan.survivor_id).save()
    return request


def in_numbers(request: MergeRequest, customers: Sequence[int]) -> str:
    duplicates = ", ".join(str(pk) for pk in sorted(customers) if pk != request.survivor_id)
    return f"{request}: {duplicates} into {request.survivor_id}."
