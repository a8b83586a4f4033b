"""What a user may do in a merge, asked by the act itself, so that pages and programs are refused alike.

Merging customers who share no email or phone needs “Can merge without a match”. Entering or clearing a value, or
setting the credit, changes a customer and needs what that needs elsewhere; selecting among the values shown does not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from customers.matching.duplicates import shared_keys_of
from customers.merging.plan import MergeError, MergePlan
from customers.permissions import CHANGE_CUSTOMERS, UNMATCHED
from customers.profile.decisions import Typed

if TYPE_CHECKING:
    from crm.accounts.models import User


class NotAllowedError(MergeError):
    """The user lacks a permission."""


def refuse_unmatched(survivor: int, duplicates: Collection[int], *, by: User | None) -> None:
    if by is None or by.has_perm(UNMATCHED):
        return
    if not {*duplicates} <= shared_keys_of([survivor]).get(survivor, {}).keys():
        raise NotAllowedError(
            "You do not have permission to merge customers who share no email or phone. An admin can grant"
            " “Can merge without a match” on Edit User. Nothing was merged."
        )


def refuse_entered(plan: MergePlan, *, by: User | None) -> None:
    enters = bool(plan.credit) or any(isinstance(choice, Typed) for choice in plan.choices.values())
    if enters and not may_enter(by):
        raise NotAllowedError(
            "You do not have permission to enter values. Select among those shown. An admin can grant"
            " “Can change customers” on Edit User. Nothing was merged."
        )


def may_enter(by: User | None) -> bool:
    return by is None or by.has_perm(CHANGE_CUSTOMERS)
