"""Merging as a program asks for it: the survivor's profile stays as it is.

Only consent takes the strictest answer, as in every merge; and who is called nothing is called what the duplicate is.
Nobody was shown a plan, so it is made again where somebody changed the customers meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from customers.locks import MOST_TRIES
from customers.merging.merge import AlreadyMergedError, StalePlanError, merge_customers
from customers.merging.plan import Choices, MergeError, Picked, plan_merge
from customers.models import Customer, LeadStatus, Merge, Via
from customers.profile.fields import FIELDS, NAME_FIELDS, FieldKind, ProfileField

if TYPE_CHECKING:
    from crm.accounts.models import User


def merge_keeping_survivor(duplicate: Customer, survivor: Customer, *, by: User | None) -> Merge | None:
    """Merge whom the two have become part of; None when that is one and the same already."""
    for _ in range(MOST_TRIES):
        goes, stays = _root(duplicate), _root(survivor)
        if goes == stays:
            return None
        try:
            return merge_customers(plan_merge(stays, [goes], _choices(stays, goes)), by=by, via=Via.API)
        except AlreadyMergedError as error:
            return error.merge
        except StalePlanError:
            continue
        except MergeError:
            if (_root(duplicate), _root(survivor)) == (goes, stays):
                raise
    raise MergeError("Nothing was merged: other users are changing these customers. Try again.")


def _root(customer: Customer) -> Customer:
    return Customer.objects.select_related("merged_into").get(pk=customer.pk).live_root()


def _choices(stays: Customer, goes: Customer) -> Choices:
    """The survivor's for every field but those that the rules above leave open."""
    is_nameless = not any(getattr(stays, key) for key in NAME_FIELDS)
    left_open = {each.key for each in FIELDS if _is_stricter(each, goes)}
    left_open |= set(NAME_FIELDS) if is_nameless else set()
    # To keep Lost is not to choose it: who has bought is not lost (docs/decisions/0009).
    left_open |= {"lead_status"} if stays.lead_status == LeadStatus.LOST else set()
    return {each.key: Picked(stays.pk) for each in FIELDS if each.key not in left_open}


def _is_stricter(each: ProfileField, goes: Customer) -> bool:
    return each.kind is FieldKind.CONSENT and getattr(goes, each.column) is each.strictest
