"""Which merges need a second person: by the worth of their orders, active purchases on both sides, or unlike names.

Nothing does until an admin switches it on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.phrases import join_words
from customers.matching.candidates import active_purchases
from customers.matching.name_similarity import names_differ_much
from customers.merging.plan import MergeError
from customers.models import Customer, MergePolicy
from customers.totals.sums import OrderTotals, order_totals

if TYPE_CHECKING:
    from crm.accounts.models import User


class SecondPersonError(MergeError):
    """The merge needs a second person, because of `reasons`."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(
            f"This merge needs a second person: {', '.join(reasons)}. Nothing was merged. Ask for it on the pages of"
            " the merge."
        )
        self.reasons = reasons


def current_policy() -> MergePolicy | None:
    """None where no merge needs a second person."""
    return MergePolicy.objects.in_force().first()


def refuse_alone(customers: Sequence[Customer]) -> None:
    """SecondPersonError when merging `customers`, the survivor first, needs a second person."""
    if reasons := why_second_person(customers):
        raise SecondPersonError(reasons)


def why_second_person(customers: Sequence[Customer]) -> list[str]:
    policy = current_policy()
    if policy is None:
        return []
    pks = [customer.pk for customer in customers]
    return reasons_by(policy, customers, order_totals(pks, by="source_record__customer"), active_purchases(pks))


def reasons_by(
    policy: MergePolicy | None,
    customers: Sequence[Customer],
    totals: Mapping[int, OrderTotals],
    active: Collection[int],
) -> list[str]:
    """Empty where one person is enough; `active` are the customers with active purchases."""
    if policy is None:
        return []
    reasons = []
    worth = sum((totals[customer.pk] for customer in customers), OrderTotals())
    if policy.above is not None and any(amount.amount > policy.above for amount in worth.spent_amounts):
        reasons.append(f"orders of {worth.amounts}, more than {policy.above:,}")
    if policy.live_purchases and sum(customer.pk in active for customer in customers) > 1:
        reasons.append("active purchases of more than one customer")
    if policy.unlike_names and any(names_differ_much(customers[0], duplicate) for duplicate in customers[1:]):
        reasons.append("names that differ")
    return reasons


@transaction.atomic
def change_policy(*, above: Decimal | None, live_purchases: bool, unlike_names: bool, by: User) -> None:
    rules = [
        *([f"orders of more than {above:,}"] if above is not None else []),
        *(["active purchases of more than one customer"] if live_purchases else []),
        *(["names that differ"] if unlike_names else []),
    ]
    MergePolicy.objects.update_or_create(
        pk=1, defaults={"above": above, "live_purchases": live_purchases, "unlike_names": unlike_names}
    )
    text = f"Merges need a second person with {join_words(rules)}." if rules else "No merge needs a second person."
    audit_entry(AuditAction.MATCHING, text, by=by).save()
