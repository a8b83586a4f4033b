"""Answering a merge request: another user than the one who asked confirms or refuses it, or who asked withdraws it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.phrases import Notice, isolated
from customers.locks import lock
from customers.matching.not_duplicates import write_about_each
from customers.merging.merge import merge_customers
from customers.merging.plan import MergePlan
from customers.merging.second_person.ask import RequestError, in_numbers
from customers.merging.second_person.tell import tell_of_answer
from customers.models import HistoryKind, Merge, MergeRequest, RequestState, Via
from customers.permissions import MERGE

if TYPE_CHECKING:
    from crm.accounts.models import User

SENTENCES = {
    RequestState.REFUSED: "Merge with {customers} refused.",
    RequestState.WITHDRAWN: "Request to merge with {customers} withdrawn.",
}


@transaction.atomic
def confirm_request(
    request: MergeRequest, plan: MergePlan, *, answer: str, warnings: Collection[Notice], by: User
) -> Merge:
    """Merge as `plan` shows, which is made of what was asked; who asked needs the permissions for it still."""
    waiting = _lock_waiting(request)
    _refuse_own(waiting, by)
    if {*plan.ids} != {*_customers(waiting)} or plan.survivor_id != waiting.survivor_id:
        raise RequestError("These are not the customers of the request.")
    if not waiting.by.has_perm(MERGE):
        raise RequestError(f"{isolated(waiting.by)} may no longer merge customers. Nothing was merged.")
    merge = merge_customers(
        plan, by=waiting.by, via=Via.PAGE, reason=waiting.reason, warnings=warnings, confirmed_by=by
    )
    waiting.merge = merge
    _answer(waiting, RequestState.CONFIRMED, answer=answer, by=by)
    return merge


@transaction.atomic
def refuse_request(request: MergeRequest, *, answer: str, by: User) -> None:
    waiting = _lock_waiting(request)
    _refuse_own(waiting, by)
    if not answer:
        raise RequestError("Enter a reason. The person who asked will read it.")
    _answer(waiting, RequestState.REFUSED, answer=answer, by=by)


@transaction.atomic
def withdraw_request(request: MergeRequest, *, by: User) -> None:
    waiting = _lock_waiting(request)
    if waiting.by_id != by.pk:
        raise RequestError("Only the person who asked can withdraw a request.")
    waiting.is_told = True
    _answer(waiting, RequestState.WITHDRAWN, answer="", by=by)


def _lock_waiting(request: MergeRequest) -> MergeRequest:
    # Customers before other rows, as everywhere.
    lock(_customers(request))
    waiting = MergeRequest.objects.select_for_update(of=("self",)).select_related("by").get(pk=request.pk)
    if not waiting.is_waiting:
        raise RequestError(f"{waiting} is answered already: {waiting.get_state_display().lower()}.")
    return waiting


def _customers(request: MergeRequest) -> list[int]:
    return list(request.customers.order_by("pk").values_list("pk", flat=True))


def _refuse_own(request: MergeRequest, by: User) -> None:
    if request.by_id == by.pk:
        raise RequestError("You asked for this merge, so another person has to answer.")


def _answer(request: MergeRequest, state: RequestState, *, answer: str, by: User) -> None:
    request.state, request.answer, request.answered_by, request.answered_at = state, answer, by, timezone.now()
    request.entered, request.new_password, request.seen = {}, "", {}
    request.save()
    if not request.is_told:
        tell_of_answer(request)
    customers = lock(_customers(request))
    if state in SENTENCES and all(customer.is_live for customer in customers.values()):
        write_about_each(list(customers.values()), HistoryKind.REQUEST, SENTENCES[state], by=by)
    text = f"{in_numbers(request, [*customers])} {request.get_state_display()}."
    audit_entry(AuditAction.MERGE, text, by=by, customer=request.survivor_id).save()
