"""Merge and unmerge customers: our extension of the dialect, the same acts as on the pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crm.accounts.models import User
from crm.api.auth import note_refusal
from crm.api.konnektive.customers.rows import customer_rows
from crm.api.konnektive.endpoint import Call, endpoint
from crm.api.konnektive.errors import CallError, invalid
from crm.api.konnektive.fields import Parameters, Whole, Wholes
from crm.api.konnektive.queries import find_customer
from customers import models
from customers.locks import retry_on
from customers.merging.allowed import NotAllowedError
from customers.merging.meanwhile import AlreadyMergedError, StalePlanError
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.undo import undo_merge
from customers.models import Customer, MergeMember, Via
from customers.permissions import MERGE, UNDO, VIEW_CUSTOMERS, VIEW_ORDERS

MOST_TRIES = 5
BUSY = "Nothing was merged. These customers are being changed at the moment. Send the request again."


class MergeCustomers(Parameters):
    customer_id: Whole
    merge_customer_ids: Wholes


@endpoint(MergeCustomers, VIEW_CUSTOMERS, MERGE)
def customer_merge(call: Call, sent: MergeCustomers) -> dict[str, Any]:
    # Duplicates that are merged already are left out, so that the same call can be sent again.
    numbers = sent.merge_customer_ids
    if sent.customer_id in numbers:
        raise invalid(mergeCustomerIds="A customer cannot be merged with itself.")
    try:
        survivor = _merge(sent.customer_id, numbers, by=call.by)
    except (StalePlanError, AlreadyMergedError):
        raise CallError(BUSY) from None
    except NotAllowedError as error:
        note_refusal(str(error), by=call.by)
        raise
    return customer_rows([survivor], with_orders=call.by.has_perm(VIEW_ORDERS))[0]


@retry_on(StalePlanError, AlreadyMergedError, tries=MOST_TRIES)
def _merge(number: int, numbers: Collection[int], *, by: User) -> Customer:
    survivor = find_customer(number)
    duplicates = {}
    for duplicate_number in numbers:
        duplicate = _find_duplicate(duplicate_number)
        duplicates[duplicate.pk] = duplicate
    duplicates.pop(survivor.pk, None)
    if duplicates:
        merge_customers(plan_merge(survivor, list(duplicates.values())), by=by, via=Via.API)
    return find_customer(survivor.pk)


class UnmergeCustomers(Parameters):
    customer_id: Whole
    unmerge_customer_ids: Wholes


@endpoint(UnmergeCustomers, VIEW_CUSTOMERS, UNDO)
def customer_unmerge(call: Call, sent: UnmergeCustomers) -> list[dict[str, Any]]:
    """Answers the customer, then the restored customers."""
    numbers = sent.unmerge_customer_ids
    merge = _merge_of(find_customer(sent.customer_id), numbers)
    undo_merge(merge, by=call.by, only=numbers)
    restored = Customer.objects.filter(pk__in=numbers).order_by("pk")
    return customer_rows([find_customer(sent.customer_id), *restored], with_orders=call.by.has_perm(VIEW_ORDERS))


def _merge_of(root: Customer, numbers: Collection[int]) -> models.Merge:
    """The one merge that merged all of them into `root`, or into a customer that was merged into it later."""
    standing = MergeMember.objects.filter(duplicate__in=numbers, undone_at=None).select_related("merge__survivor")
    merges = {member.merge_id: member.merge for member in standing if member.merge.survivor.live_root() == root}
    members = [member.duplicate_id for member in standing if member.merge_id in merges]
    if missing := sorted(set(numbers) - set(members)):
        raise invalid(unmergeCustomerIds=f"Customer {missing[0]} is not merged into customer {root.pk}.")
    if len(merges) > 1:
        raise invalid(
            unmergeCustomerIds="These customers were merged in different merges. Unmerge them in separate calls."
        )
    return next(iter(merges.values()))


def _find_duplicate(number: int) -> Customer:
    try:
        return find_customer(number)
    except CallError:
        raise invalid(mergeCustomerIds=f"Customer {number} does not exist.") from None
