"""The customers who pass several filters at once, from the index of combinations that the clock keeps.

Each filter alone may be passed by half of all customers, and all of them together by three. What the index has may be
some seconds old, so customers who changed since are looked at as well: nobody is missed, and some do not pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from customers.models import CombinationMember, Customer, FilterCombination, FilterProgress
from customers.search.combinations import sharing_with
from customers.search.filters import Criterion, HasDuplicates
from customers.search.find import at_most

MOST_CHANGED = 1_000
"""Customers who changed since; of more, who else may share a value with them is not asked."""


def changed_since_noted() -> set[int] | None:
    """Whose combinations may have changed; None where that is not known, or of too many. Ask before `few_who_pass`."""
    noted_to = FilterProgress.objects.filter(is_complete=True).values_list("noted_to", flat=True).first()
    if noted_to is None:
        return None
    return at_most(MOST_CHANGED, Customer.objects.filter(updated__gt=noted_to).order_by("updated").values("pk"))


def few_who_pass(criteria: Sequence[Criterion], changed: set[int], most: int) -> set[int] | None:
    """All customers who pass `criteria`, which have `combinations`, and maybe others; None if more than `most`."""
    condition = Q(*(combinations for criterion in criteria if (combinations := criterion.combinations)))
    numbers = list(FilterCombination.objects.filter(condition).values_list("pk", flat=True))
    # In the order of the index, without which a planner may read the table, in the hope of finding enough of them soon.
    members = CombinationMember.objects.filter(combination__among=numbers).order_by("combination", "customer")
    noted = at_most(most, members.values("customer")) if numbers else set()
    if noted is None:
        return None
    if any(isinstance(criterion, HasDuplicates) for criterion in criteria):
        changed = changed | sharing_with(changed)
    return noted | changed
