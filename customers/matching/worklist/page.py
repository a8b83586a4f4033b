"""The worklist of customers who share an email or phone: groups, with their orders and data sources.

The strongest come first over the whole list, by the rank of the values that stand for them (`queue.py`). Within a page
the groups are sorted as they are judged now, which may be newer than the rank.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from customers.lib.identity import match_keys
from customers.lib.numbers import capped_count
from customers.lib.pages import PAGE
from customers.matching.candidates import place_or_status
from customers.matching.duplicates import Evidence, without_repeated_digits
from customers.matching.judgement import Judgement, judge
from customers.matching.worklist.filters import EVERYTHING, WorklistFilter
from customers.matching.worklist.groups import ConnectedCustomers, Place, customers_of
from customers.matching.worklist.queue import MOST_COUNTED, first_window_with_groups, waiting, written_place
from customers.matching.worklist.sorting import rank_of
from customers.models import Customer, MatchKind
from customers.models.matching import Key
from customers.records import counts
from customers.records.staff_record import identity_of
from customers.totals.sums import OrderTotals, common_currency, order_totals

BY_WEIGHT = (MatchKind.EMAIL, MatchKind.PHONE, MatchKind.DIGITS)


@dataclass(frozen=True)
class GroupMember:
    customer: Customer
    totals: OrderTotals

    @property
    def since(self) -> datetime:
        return self.totals.since(self.customer)

    @property
    def place(self) -> str:
        return str(self.customer.billing_address.get("city", "")) or place_or_status(self.customer, self.totals)


@dataclass(frozen=True)
class Bridge:
    """One of the group and one outside, who have something in common, which is not enough to make one group."""

    inside: Customer
    outside: Customer
    percent: int | None = None


@dataclass(frozen=True)
class Group:
    """Customers who may be the same person, the oldest first."""

    members: tuple[GroupMember, ...]
    sources: tuple[str, ...]
    bridges: tuple[Bridge, ...]

    @cached_property
    def oldest(self) -> Customer:
        return self.members[0].customer

    @cached_property
    def names(self) -> str:
        # For screen readers: the customers that a button is about.
        return ", ".join(member.customer.name_with_number for member in self.members)

    @property
    def numbers(self) -> str:
        return " ".join(str(member.customer.pk) for member in self.members)

    @cached_property
    def totals(self) -> OrderTotals:
        return sum((member.totals for member in self.members), OrderTotals())

    @property
    def compared(self) -> tuple[int, int]:
        """The two that are explained."""
        return self.oldest.pk, self.members[1].customer.pk

    @cached_property
    def merge_address(self) -> str:
        return reverse("customers:merge", args=[self.oldest.pk])


@dataclass(frozen=True)
class DuplicateGroup(Group):
    """Customers who share emails or phones, which are the evidence."""

    reasons: tuple[Evidence, ...]
    judgement: Judgement
    place: Place

    @property
    def against(self) -> tuple[str, ...]:
        return self.judgement.against

    @cached_property
    def merge_address(self) -> str:
        """One page where it is sure and nothing conflicts; else the first step, or the one with the values."""
        if not self.judgement.is_sure:
            return super().merge_address
        others = [("duplicate", member.customer.pk) for member in self.members if member.customer != self.oldest]
        return f"{reverse('customers:merge_plain', args=[self.oldest.pk])}?{urlencode(others)}"

    @property
    def kind(self) -> str:
        return self.judgement.strength.name.lower()

    @property
    def place_in_line(self) -> Place:
        """As it is judged now. Of one rank, the latest found comes first."""
        return rank_of(self.judgement, len(self.members)), self.place[1]


@dataclass(frozen=True)
class WorklistPage:
    groups: tuple[DuplicateGroup, ...]
    too_many: tuple[Evidence, ...]
    following: str
    """Where the next page begins; "" when this is the last."""
    is_only: bool
    waiting: int

    @property
    def count(self) -> str:
        """The groups of all pages, such as “412” or “10,000+”."""
        return f"{len(self.groups):,}" if self.is_only else capped_count(self.waiting, MOST_COUNTED)

    @cached_property
    def currency(self) -> str:
        return common_currency(group.totals for group in self.groups)


def worklist_page(after: Place | None = None, *, only: WorklistFilter = EVERYTHING, most: int = PAGE) -> WorklistPage:
    """The groups that follow the place, or the first."""
    window = first_window_with_groups(after, only=only, most=most)
    groups = describe_groups(window.groups)
    shown = (group for group in groups if only.strength in (None, group.judgement.strength))
    too_many = (Evidence(kind, value, current=True) for kind, value in window.too_many if kind != MatchKind.DIGITS)
    surest_first = sorted(shown, key=lambda group: group.place_in_line, reverse=True)
    is_only = not (after or window.following)
    return WorklistPage(
        tuple(surest_first),
        tuple(too_many),
        written_place(window.following),
        is_only,
        0 if is_only or only.has_conditions else waiting(only),
    )


def describe_groups(connected: Sequence[ConnectedCustomers]) -> list[DuplicateGroup]:
    customers = customers_of(connected)
    within = set().union(*(group.customers for group in connected)) & customers.keys()
    members, sources = members_by_number({pk: customers[pk] for pk in within})
    groups = (_group(group, customers, members, sources) for group in connected)
    return [group for group in groups if len(group.members) > 1]


def members_by_number(
    customers: Mapping[int, Customer],
) -> tuple[dict[int, GroupMember], Mapping[int, Sequence[str]]]:
    """With the names of their data sources."""
    totals = order_totals(customers, by="source_record__customer")
    return {pk: GroupMember(customer, totals[pk]) for pk, customer in customers.items()}, counts.sources(customers)


def in_line(members: Iterable[GroupMember]) -> tuple[GroupMember, ...]:
    return tuple(sorted(members, key=lambda member: (member.since, member.customer.pk)))


def names_of_sources(members: Iterable[GroupMember], sources: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for member in members for name in sources.get(member.customer.pk, ())))


def _group(
    connected: ConnectedCustomers,
    customers: Mapping[int, Customer],
    members: Mapping[int, GroupMember],
    sources: Mapping[int, Sequence[str]],
) -> DuplicateGroup:
    group_members = in_line(members[pk] for pk in connected.customers & members.keys())
    people = [member.customer for member in group_members]
    reasons = group_evidence(people, connected.keys)
    ends = (sorted(pair, key=lambda pk: pk not in connected.customers) for pair in connected.bridges)
    return DuplicateGroup(
        group_members,
        names_of_sources(group_members, sources),
        tuple(Bridge(customers[one], customers[other]) for one, other in ends if customers.keys() >= {one, other}),
        reasons,
        judge(people, [reason.kind for reason in reasons]),
        connected.place,
    )


def group_evidence(people: Sequence[Customer], keys: Collection[Key]) -> tuple[Evidence, ...]:
    # Current when two profiles have the value.
    now = Counter(key for one in people for key in set(match_keys(identity_of(one))))
    shown = sorted(without_repeated_digits(keys), key=lambda key: (BY_WEIGHT.index(MatchKind(key[0])), key[1]))
    return tuple(Evidence(kind, value, current=now[kind, value] > 1) for kind, value in shown)
