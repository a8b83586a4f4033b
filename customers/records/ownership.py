"""The owner of a source record: the live customer at the end of `origin → merged_into → …`.

`merged_into` itself is the survivor of the one active merge in which the customer is a duplicate.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain as joined

from django.db.models import F, OuterRef, Q, Subquery

from customers.models import Customer, MergeMember, SourceRecord
from customers.models.functions import Now


def merged_into_any(customers: Collection[int]) -> dict[int, int]:
    """{customer: the one of `customers` that it is, or was merged into directly or through others}.

    One of `customers` that was merged into another of them stays its own; `merged_below` has it at both.
    """
    head_of = {pk: pk for pk in customers}
    level: Iterable[int] = customers
    while level:
        members = MergeMember.objects.filter(undone_at=None, merge__survivor__in=level)
        survivor_of = dict(members.values_list("duplicate", "merge__survivor"))
        level = [pk for pk in survivor_of if pk not in head_of]
        head_of.update({pk: head_of[survivor_of[pk]] for pk in level})
    return head_of


def merged_below(customers: Collection[int]) -> dict[int, list[int]]:
    """{customer: the customers merged into it, directly or through others}, sorted; also if one is below another."""
    duplicates_of: dict[int, set[int]] = {}
    level = set(customers)
    while level:
        members = MergeMember.objects.filter(undone_at=None, merge__survivor__in=level)
        duplicates_of |= {pk: set() for pk in level}
        for survivor, duplicate in members.values_list("merge__survivor", "duplicate"):
            duplicates_of[survivor].add(duplicate)
        level = {pk for pk in joined(*(duplicates_of[pk] for pk in level)) if pk not in duplicates_of}
    return {pk: sorted(_below(pk, duplicates_of)) for pk in customers}


def _below(customer: int, duplicates_of: Mapping[int, Iterable[int]]) -> Iterator[int]:
    waiting = [customer]
    while waiting:
        duplicates = duplicates_of[waiting.pop()]
        yield from duplicates
        waiting += duplicates


def merge_chains(customers: Iterable[int]) -> dict[int, list[int]]:
    """{customer: itself, the one it was merged into, and so on}."""
    survivor_of: dict[int, int] = {}
    level = set(customers)
    chains = {pk: [pk] for pk in level}
    while level:
        merged = Customer.objects.filter(pk__in=level).exclude(merged_into=None).values_list("pk", "merged_into")
        survivor_of |= {pk: survivor for pk, survivor in merged if survivor is not None}
        level = {survivor_of[pk] for pk in level & survivor_of.keys()} - survivor_of.keys()
    for chain in chains.values():
        while chain[-1] in survivor_of:
            chain.append(survivor_of[chain[-1]])
    return chains


def standing_survivor() -> Subquery:
    """For an outer query of Customer: the customer that it was merged into, by the merge that stands."""
    member = MergeMember.objects.filter(undone_at=None, duplicate=OuterRef("pk"))
    return Subquery(member.values("merge__survivor")[:1])


def refresh(customers: Collection[int]) -> int:
    """Derive `merged_into` of `customers`, and the owners of the records below them; the number of records moved.

    For `rebuild`: merges and undos write what they change themselves.
    """
    Customer.objects.filter(pk__in=customers).update(merged_into=standing_survivor())
    moved = 0
    members_of: dict[int, list[int]] = {}
    roots = {c.pk: c.live_root().pk for c in Customer.objects.filter(pk__in=customers).select_related("merged_into")}
    for member, head in merged_into_any(customers).items():
        members_of.setdefault(roots[head], []).append(member)
    for root, members in members_of.items():
        misplaced = SourceRecord.objects.filter(Q(origin__in=members) & ~Q(customer=root))
        moved += misplaced.update(customer=root, moved_at=Now())
    return moved


def records_by_customer(customers: Collection[int]) -> dict[int, list[int]]:
    records: dict[int, list[int]] = {pk: [] for pk in customers}
    rows = SourceRecord.objects.filter(customer__in=customers).order_by("pk")
    for record, customer in rows.values_list("pk", "customer"):
        records[customer].append(record)
    return records


def misplaced_customers() -> list[tuple[int, int | None, int | None]]:
    """(customer, merged_into as stored, as derived) wherever the two differ."""
    derived = Customer.objects.annotate(derived=standing_survivor())
    wrong = derived.exclude(merged_into=F("derived")).exclude(merged_into=None, derived=None)
    return list(wrong.values_list("pk", "merged_into", "derived"))
