"""Related, not the same: customers who share a home or an employer, and so an email, a phone or an address.

It is a mark “not duplicates” that says why (`not_duplicates.py`): it follows merges and undos as every mark does, ends
suggestions, and is reversed by `unmark_all_not_duplicates`. The pages of both customers show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.matching.not_duplicates import lock_live, write_about_each, write_not_duplicates
from customers.models import Customer, HistoryKind, NotDuplicate, Relation
from customers.records.ownership import merge_chains, merged_into_any

if TYPE_CHECKING:
    from crm.accounts.models import User

RELATIONS = tuple(Relation.values)
SENTENCES = {
    Relation.HOUSEHOLD: "Same household as {customers}, not the same customer.",
    Relation.EMPLOYER: "Same employer as {customers}, not the same customer.",
}


@dataclass(frozen=True)
class RelatedCustomer:
    customer: Customer
    relation: Relation

    def __str__(self) -> str:
        return f"{self.customer.pk} ({self.relation.label.lower()})"


@transaction.atomic
def mark_related(
    customers: Collection[int], relation: Relation, *, by: User | None, reason: str = ""
) -> list[Customer]:
    """The customers marked; none when one of them is not live any more. What a pair was marked before is replaced."""
    locked = lock_live(customers)
    pks = [customer.pk for customer in locked]
    marks = NotDuplicate.objects.filter(first__in=pks, second__in=pks)
    marks.update(relation=relation, by=by, reason=reason, created=timezone.now())
    write_not_duplicates(*locked, by=by, reason=reason, relation=relation)
    write_about_each(locked, HistoryKind.RELATION, SENTENCES[relation], by=by)
    return locked


def related_by(marks: Mapping[int, NotDuplicate]) -> Sequence[RelatedCustomer]:
    """{the other live customer: the mark} as `marks_by_other` tells them."""
    relation_to = {other: Relation(mark.relation) for other, mark in marks.items() if mark.relation}
    others = Customer.objects.live().in_bulk(relation_to) if relation_to else {}
    in_order = sorted(others, key=lambda other: marks[other].pk)
    return [RelatedCustomer(others[other], relation_to[other]) for other in in_order]


def related_customers_of(customers: Collection[int]) -> Mapping[int, Sequence[RelatedCustomer]]:
    """{one of the live `customers`: the live customers related to it}, also by marks of customers merged into them."""
    return _by_marks_of(merged_into_any(customers))


def _by_marks_of(customers: Collection[int]) -> Mapping[int, Sequence[RelatedCustomer]]:
    pairs = NotDuplicate.objects.filter(Q(first__in=customers) | Q(second__in=customers), relation__in=RELATIONS)
    marks = list(pairs.order_by("pk"))
    if not marks:
        return {}
    chains = merge_chains({pk for mark in marks for pk in (mark.first_id, mark.second_id)})
    live = Customer.objects.live().in_bulk({chain[-1] for chain in chains.values()})
    related: defaultdict[int, dict[int, RelatedCustomer]] = defaultdict(dict)
    for mark in marks:
        first, second = chains[mark.first_id][-1], chains[mark.second_id][-1]
        for one, other in ((first, second), (second, first)):
            if one != other and other in live:
                related[one][other] = RelatedCustomer(live[other], Relation(mark.relation))
    return {pk: list(others.values()) for pk, others in related.items()}
