"""The worklist: groups of customers who may be one person, with their orders and data sources.

Within a page `place_in_line` sorts the groups, the strongest first. The order of the pages is structural: `groups.py`
reads windows of shared values, the newest first, so a strong match may be on a later page than a weak one. Another
order across pages needs another index to read by, not another sort key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from customers.lib.identity import match_keys
from customers.matching.candidates import place_or_status
from customers.matching.duplicates import Evidence, without_repeated_digits
from customers.matching.judgement import Judgement, judge
from customers.matching.worklist.groups import ConnectedCustomers, customers_of, first_window_with_groups
from customers.models import Customer, MatchKind
from customers.models.matching import Key
from customers.records import counts
from customers.records.staff_record import identity_of
from customers.totals.sums import OrderTotals, common_currency, order_totals

STRONGEST_FIRST = "Strongest matches first."
LATEST_FIRST = "Latest matches come first; within a page, the strongest."
"""The order in words, of one page and of several; `place_in_line` sorts."""
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
        return str(self.customer.billing_address.get("city", "")) or place_or_status(self.customer)


@dataclass(frozen=True)
class DuplicateGroup:
    """Customers who may be the same person, the oldest first, and the evidence."""

    members: tuple[GroupMember, ...]
    reasons: tuple[Evidence, ...]
    judgement: Judgement
    sources: tuple[str, ...]
    newest: int
    """The number of the shared value found last."""

    @property
    def oldest(self) -> Customer:
        return self.members[0].customer

    @property
    def names(self) -> str:
        # For screen readers: the customers that a button is about.
        return ", ".join(member.customer.name_with_number for member in self.members)

    @property
    def numbers(self) -> str:
        return " ".join(str(member.customer.pk) for member in self.members)

    @property
    def totals(self) -> OrderTotals:
        return sum((member.totals for member in self.members), OrderTotals())

    @property
    def against(self) -> tuple[str, ...]:
        return self.judgement.against

    @property
    def kind(self) -> str:
        return self.judgement.strength.name.lower()

    @property
    def place_in_line(self) -> tuple[object, ...]:
        # Surest first, then largest, then the latest found; STRONGEST_FIRST says it on the pages.
        return *self.judgement.rank, len(self.members), self.newest


@dataclass(frozen=True)
class WorklistPage:
    groups: tuple[DuplicateGroup, ...]
    too_many: tuple[Evidence, ...]
    following: int
    is_only: bool
    order_within = STRONGEST_FIRST

    @property
    def order(self) -> str:
        return STRONGEST_FIRST if self.is_only else LATEST_FIRST

    @property
    def customers(self) -> int:
        return sum(len(group.members) for group in self.groups)

    @property
    def currency(self) -> str:
        return common_currency(group.totals for group in self.groups)


def worklist_page(*, before: int = 0, kind: str = "") -> WorklistPage:
    """The groups after the shared value `before`; if `kind` is set, only groups that share such values."""
    window = first_window_with_groups(before)
    groups = describe_groups(window.groups)
    shown = (group for group in groups if kind in ("", group.kind))
    too_many = (Evidence(kind, value, current=True) for kind, value in window.too_many if kind != MatchKind.DIGITS)
    surest_first = sorted(shown, key=lambda group: group.place_in_line, reverse=True)
    is_only = not (before or window.following)
    return WorklistPage(tuple(surest_first), tuple(too_many), window.following, is_only)


def describe_groups(connected: Sequence[ConnectedCustomers]) -> list[DuplicateGroup]:
    customers = customers_of(connected)
    totals = order_totals(customers, by="source_record__customer")
    sources = counts.sources(customers)
    members = {pk: GroupMember(customer, totals[pk]) for pk, customer in customers.items()}
    groups = (_group(group, members, sources) for group in connected)
    return [group for group in groups if len(group.members) > 1]


def _group(
    connected: ConnectedCustomers, members: Mapping[int, GroupMember], sources: Mapping[int, Sequence[str]]
) -> DuplicateGroup:
    group_members = sorted(
        (members[pk] for pk in connected.customers & members.keys()), key=lambda m: (m.since, m.customer.pk)
    )
    source_names = dict.fromkeys(name for member in group_members for name in sources.get(member.customer.pk, ()))
    people = [member.customer for member in group_members]
    reasons = group_evidence(people, connected.keys)
    judgement = judge(people, [reason.kind for reason in reasons])
    return DuplicateGroup(tuple(group_members), reasons, judgement, tuple(source_names), connected.newest)


def group_evidence(people: Sequence[Customer], keys: Collection[Key]) -> tuple[Evidence, ...]:
    # Current when two profiles have the value.
    now = Counter(key for one in people for key in set(match_keys(identity_of(one))))
    shown = sorted(without_repeated_digits(keys), key=lambda key: (BY_WEIGHT.index(MatchKind(key[0])), key[1]))
    return tuple(Evidence(kind, value, current=now[kind, value] > 1) for kind, value in shown)
