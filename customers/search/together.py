"""Several filters as one, from the index of combinations that the clock keeps.

Each filter alone may be passed by half of all customers, and all of them together by three. What the index has may be
some seconds old, so customers who changed since are asked the filters themselves: nobody is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from customers.models import CombinationMember, Customer, FilterCombination, FilterProgress
from customers.search.combinations import PROGRESS, sharing_with
from customers.search.conditions import unindexed
from customers.search.filters import Criterion, HasDuplicates
from customers.search.find import at_most, few_with_all
from customers.search.lookups import Lookup
from customers.search.sales_filters import HasOpportunity

MOST_CHANGED = 1_000
"""Customers who changed since; of more, who else may share a value with them is not asked."""


def changed_since_noted() -> set[int] | None:
    """Whose combinations may have changed; None where that is not known, or of too many. Ask before any member."""
    progress = FilterProgress.objects.filter(pk=PROGRESS, is_complete=True)
    noted_to = progress.values_list("noted_to", flat=True).first()
    if noted_to is None:
        return None
    return at_most(MOST_CHANGED, Customer.objects.filter(updated__gt=noted_to).order_by("updated").values("pk"))


def put_together(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Those that combinations know as one, before the others. Of a single one its own index says as much."""
    known = [one for one in criteria if len(criteria) > 1 and one.combinations is not None]
    # One of each kind: a combination has one data source. Of opportunities each is a question of its own.
    known = [*{one if isinstance(one, HasOpportunity) else type(one): one for one in known}.values()]
    if not known or (changed := changed_since_noted()) is None:
        return [*criteria]
    if any(isinstance(criterion, HasDuplicates) for criterion in known):
        changed |= sharing_with(changed)
    return [Together(tuple(known), frozenset(changed)), *(one for one in criteria if one not in known)]


@dataclass(frozen=True)
class Together(Criterion):
    """A customer has combinations that pass all `criteria`, or is one of the `changed` and passes them."""

    criteria: tuple[Criterion, ...]
    changed: frozenset[int]

    @cached_property
    def besides(self) -> Q:
        return Q(*(besides for criterion in self.criteria if (besides := criterion.besides)))

    @property
    def condition(self) -> Q:
        noted = Q(*(lookup.condition("pk") for lookup in self.lookups))
        unchanged = noted & self.besides & ~Q(pk__among=sorted(self.changed))
        return unchanged | Q(pk__among=sorted(self.changed_who_pass))

    @property
    def condition_of_few(self) -> Q:
        return self.besides | Q(pk__among=sorted(self.changed_who_pass)) if self.besides else Q()

    def ids_if_few(self, most: int) -> set[int] | None:
        noted = few_with_all([[lookup] for lookup in self.lookups], most)
        return None if noted is None else (noted - self.changed) | self.changed_who_pass

    @cached_property
    def lookups(self) -> Sequence[Lookup]:
        """Who has such a combination, or one for each filter of opportunities: of those it has one at most."""
        opportunities = [one.combinations for one in self.criteria if isinstance(one, HasOpportunity)]
        others = (one.combinations for one in self.criteria if not isinstance(one, HasOpportunity))
        condition = Q(*(one for one in others if one))
        return [_members(condition & one) for one in opportunities or [Q(opportunity_phase=0, closing_reason=0)]]

    @cached_property
    def changed_who_pass(self) -> set[int]:
        conditions = (criterion.condition for criterion in self.criteria)
        passing = (
            Customer.objects.filter(*conditions, pk__among=sorted(self.changed))
            if self.changed
            else Customer.objects.none()
        )
        return set(passing.values_list("pk", flat=True))


def _members(condition: Q) -> Lookup:
    numbers = list(FilterCombination.objects.filter(condition).values_list("pk", flat=True))
    # In the order of the index, without which a planner may read the table.
    members = CombinationMember.objects.filter(combination__among=numbers).order_by("combination", "customer")
    # A customer has a few, which are compared with all; the index would be entered once for each of those.
    compared = CombinationMember.objects.alias(number=unindexed("combination")).filter(number__among=numbers)
    return Lookup(members, "customer", is_exact=False, asked=[compared])
