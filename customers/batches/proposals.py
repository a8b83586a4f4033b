"""What a merge of each of many groups would be, and which groups are left for a person, and why.

All groups are read together. The job asks again of one group just before it merges it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from customers.lib.phrases import join_words
from customers.matching.candidates import active_purchases
from customers.matching.duplicates import shared_keys_of
from customers.matching.judgement import judge_names
from customers.matching.not_duplicates import not_duplicates_among, ordered_pair
from customers.merging.automatic import Changed, fuller_names, kept_first, newest_values, values_changed
from customers.merging.conflicts import conflicts
from customers.merging.second_person.policy import current_policy, reasons_by
from customers.models import Customer, MergePolicy, NotDuplicate
from customers.models.merge import Kept, OnConflict
from customers.permissions import UNMATCHED
from customers.profile.decisions import BlankFields, Choices, FinalValue, Party, decide
from customers.profile.derive import profile_values
from customers.profile.fields import BY_KEY, FieldKind, ProfileField
from customers.totals.sums import OrderTotals, order_totals

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_IN_A_GROUP = 20


@dataclass(frozen=True)
class Proposal:
    """A group as it would be merged, the kept customer first. `left` says why a person has to look; empty if not."""

    customers: tuple[Customer, ...]
    conflicts: tuple[ProfileField, ...]
    choices: Choices
    finals: Mapping[str, FinalValue]
    left: tuple[str, ...]
    totals: OrderTotals
    """Of the customers who are merged, as are the active purchases."""
    active_purchases: int

    @property
    def survivor(self) -> Customer:
        return self.customers[0]

    @property
    def duplicates(self) -> tuple[Customer, ...]:
        return self.customers[1:]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(customer.pk for customer in self.customers)

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(customer.version for customer in self.customers)

    @property
    def numbers(self) -> str:
        return "-".join(map(str, self.ids))

    @property
    def added(self) -> int:
        """How many empty fields get a value."""
        blank = (key for key, final in self.finals.items() if final.origin and not self._has(key))
        return sum(BY_KEY[key].kind is not FieldKind.CONSENT for key in blank)

    @property
    def fuller_names(self) -> list[str]:
        """Whole names that take the place of initials of the kept customer."""
        return [str(self.finals[part].value) for part in fuller_names(self.customers) if part in self.finals]

    @property
    def narrows_consent(self) -> bool:
        return any(
            BY_KEY[key].kind is FieldKind.CONSENT and final.value != getattr(self.survivor, key)
            for key, final in self.finals.items()
        )

    def _has(self, key: str) -> bool:
        field = BY_KEY[key]
        return bool(getattr(self.survivor, field.column) != field.blank)


@dataclass(frozen=True)
class Facts:
    """What was read of all customers of some groups."""

    totals: Mapping[int, OrderTotals]
    active: Mapping[int, int]
    """{customer: number of active purchases} of those who have any."""
    marks: Mapping[tuple[int, int], NotDuplicate]
    matching: Mapping[int, Collection[int]]
    changed: Changed
    needs_match: bool
    policy: MergePolicy | None


def propose(
    groups: Iterable[Sequence[int]], *, keep: Kept | None, on_conflict: OnConflict, by: User | None
) -> list[Proposal]:
    """One for each group of which two customers are still live. Without `keep` the first of each group is kept."""
    groups = [list(dict.fromkeys(group)) for group in groups]
    customers = Customer.objects.live().in_bulk({pk for group in groups for pk in group})
    facts = _facts(customers, dates=on_conflict == OnConflict.NEWEST, by=by)
    taken: set[int] = set()
    proposals = []
    for group in groups:
        members = [customers[pk] for pk in group if pk in customers]
        if len(members) > 1:
            ordered = kept_first(members, facts.totals, keep) if keep else members
            proposals.append(_proposal(ordered, on_conflict, facts, taken))
            if not proposals[-1].left:
                taken.update(proposals[-1].ids)
    return proposals


def _facts(customers: Mapping[int, Customer], *, dates: bool, by: User | None) -> Facts:
    needs_match = not (by is None or by.has_perm(UNMATCHED))
    return Facts(
        totals=order_totals(customers, by="source_record__customer"),
        active=active_purchases(list(customers)),
        marks=not_duplicates_among(customers),
        matching=shared_keys_of(customers) if needs_match else {},
        changed=values_changed(customers) if dates else {},
        needs_match=needs_match,
        policy=current_policy(),
    )


def _proposal(customers: Sequence[Customer], on_conflict: OnConflict, facts: Facts, taken: Collection[int]) -> Proposal:
    survivor, *duplicates = customers
    parties = [Party(c.pk, profile_values(c)) for c in (survivor, *sorted(duplicates, key=lambda c: c.pk))]
    differing = conflicts([party.values for party in parties])
    newest, undated = (
        newest_values(customers, differing, facts.changed) if on_conflict == OnConflict.NEWEST else ({}, [])
    )
    choices = {**fuller_names(customers), **newest}
    left = [*_reasons(customers, facts, taken)]
    if needed := reasons_by(facts.policy, customers, facts.totals, facts.active):
        left.append(f"Needs a second person: {', '.join(needed)}")
    if on_conflict == OnConflict.REVIEW and differing:
        left.append(f"Different values: {_labels(differing)}")
    if undated:
        left.append(f"No date is known of: {_labels(undated)}")

    def have_bought(pks: Collection[int]) -> bool:
        return any(facts.totals[pk].orders for pk in pks)

    return Proposal(
        customers=tuple(customers),
        conflicts=tuple(differing),
        choices=choices,
        finals=decide(parties, choices, BlankFields.FILL, have_bought=have_bought),
        left=tuple(left),
        totals=sum((facts.totals[customer.pk] for customer in duplicates), OrderTotals()),
        active_purchases=sum(facts.active.get(customer.pk, 0) for customer in duplicates),
    )


def _labels(fields: Iterable[ProfileField]) -> str:
    return join_words([field.label for field in fields])


def _reasons(customers: Sequence[Customer], facts: Facts, taken: Collection[int]) -> Iterator[str]:
    """Why nobody but a person may merge them, whatever becomes of values that differ."""
    pks = [customer.pk for customer in customers]
    if len(pks) > MOST_IN_A_GROUP:
        yield f"More than {MOST_IN_A_GROUP} customers"
    if again := [pk for pk in pks if pk in taken]:
        yield f"Customer {again[0]} is in another group of this batch"
    for mark in (facts.marks.get(ordered_pair(*pair)) for pair in combinations(pks, 2)):
        if mark:
            yield f"Related: {mark.get_relation_display().lower()}" if mark.relation else "Marked as not duplicates"
    _, against = judge_names(customers)
    yield from (reason.capitalize() for reason in against)
    if len({*pks} & {*facts.active}) > 1:
        yield "Active purchases of more than one customer"
    if facts.needs_match and not {*pks[1:]} <= {*facts.matching.get(pks[0], ())}:
        yield "No email or phone in common with the customer who is kept"
