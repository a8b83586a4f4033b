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
from customers.search.combinations import sharing_with
from customers.search.conditions import unindexed
from customers.search.filters import Criterion, HasDuplicates
from customers.search.find import at_most
from customers.search.lookups import Lookup

MOST_CHANGED = 1_000
"""Customers who changed since; of more, who else may share a value with them is not asked."""


def changed_since_noted() -> set[int] | None:
    """Whose combinations may have changed; None where that is not known, or of too many. Ask before any member."""
    noted_to = FilterProgress.objects.filter(is_complete=True).values_list("noted_to", flat=True).first()
    if noted_to is None:
        return None
    return at_most(MOST_CHANGED, Customer.objects.filter(updated__gt=noted_to).order_by("updated").values("pk"))


def put_together(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Those that combinations know as one, before the others. Of a single one its own index says as much."""
    # One of each kind: a combination has one data source.
    known = [*{type(one): one for one in criteria if len(criteria) > 1 and one.combinations is not None}.values()]
    if not known or (changed := changed_since_noted()) is None:
        return [*criteria]
    if any(isinstance(criterion, HasDuplicates) for criterion in known):
        changed |= sharing_with(changed)
    return [Together(tuple(known), frozenset(changed)), *(one for one in criteria if one not in known)]


@dataclass(frozen=True)
class Together(Criterion):
    """A customer has a combination that passes all `criteria`, or is one of the `changed` and passes them."""

    criteria: tuple[Criterion, ...]
    changed: frozenset[int]

    @cached_property
    def besides(self) -> Q:
        return Q(*(besides for criterion in self.criteria if (besides := criterion.besides)))

    @property
    def condition(self) -> Q:
        unchanged = self.lookup.condition("pk") & self.besides & ~Q(pk__among=sorted(self.changed))
        return unchanged | Q(pk__among=sorted(self.changed_who_pass))

    @property
    def condition_of_few(self) -> Q:
        return self.besides | Q(pk__among=sorted(self.changed_who_pass)) if self.besides else Q()

    def ids_if_few(self, most: int) -> set[int] | None:
        noted = at_most(most, self.lookup.owners)
        return None if noted is None else (noted - self.changed) | self.changed_who_pass

    @property
    def lookup(self) -> Lookup:
        """Who has such a combination. In the order of the index, without which a planner may read the table."""
        members = CombinationMember.objects.filter(combination__among=self._numbers).order_by("combination", "customer")
        # A customer has one or two, which are compared with all; the index would be entered once for each of those.
        compared = CombinationMember.objects.alias(number=unindexed("combination")).filter(number__among=self._numbers)
        return Lookup(members, "customer", is_exact=False, asked=[compared])

    @cached_property
    def changed_who_pass(self) -> set[int]:
        conditions = (criterion.condition for criterion in self.criteria)
        passing = (
            Customer.objects.filter(*conditions, pk__among=sorted(self.changed))
            if self.changed
            else Customer.objects.none()
        )
        return set(passing.values_list("pk", flat=True))

    @cached_property
    def _numbers(self) -> list[int]:
        condition = Q(*(combinations for criterion in self.criteria if (combinations := criterion.combinations)))
        return list(FilterCombination.objects.filter(condition).values_list("pk", flat=True))
