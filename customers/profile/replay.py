"""Playing the standing decisions about customers again in their order, from which every profile follows.

An edit sets values, a purchase clears the lead status “Lost”, a merge decides each field anew (`decisions.py`): of
those who are still part of it, each with the profile that follows from their own decisions until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Expression, QuerySet

from customers.models import CartLogin, Customer, LeadStatus, Merge, MergeMember, PaySource, ProfileChange
from customers.profile.decisions import STATUS, Decisions, Party, Picked, Typed, decide
from customers.profile.fields import BLANK, BY_KEY, FIELDS, OF_CUSTOMER, FieldKind
from customers.statements.prepared import Prepared, Slot

Values = dict[str, Any]
Part = tuple[int, int]
"""(merge, duplicate)"""

BY_PURCHASE = "order"
"""`via` of a change that clears “Lost”."""


class WithMerged(Expression):
    """For a condition: `customers`, and all that are merged into them, directly or through others."""

    SQL = """(
        WITH RECURSIVE part (customer) AS (
            SELECT id FROM customers_customer WHERE id IN {}
            UNION
            SELECT member.duplicate_id FROM part
            JOIN customers_merge AS merge ON merge.survivor_id = part.customer
            JOIN customers_mergemember AS member ON member.merge_id = merge.id AND member.undone_at IS NULL
        )
        SELECT customer FROM part
    )"""

    def __init__(self, customers: Expression) -> None:
        super().__init__()
        self.customers = customers

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, params = compiler.compile(self.customers)
        return self.SQL.format(sql), params


def changes_of(customers: Slot) -> QuerySet[ProfileChange]:
    return ProfileChange.objects.filter(customer__in=WithMerged(customers)).order_by("version")


def members_of(customers: Slot) -> QuerySet[MergeMember]:
    """Those that stand."""
    members = MergeMember.objects.filter(merge__survivor__in=WithMerged(customers), undone_at=None)
    return members.select_related("merge").order_by("merge__version", "merge", "duplicate")


_changes = Prepared(lambda customers: changes_of(customers).select_related("by"))
_members = Prepared(members_of)


@dataclass(frozen=True)
class BroughtByMerge:
    """That a merge brought a value. `origin` is the duplicate that had it, if it was one; `was_picked` by a user."""

    merge: Merge
    origin: int | None
    was_picked: bool


@dataclass
class DerivedProfile:
    """A profile as it stands, what each value stands by, and `parts`: the customer with all who are part of it."""

    values: Values
    by: dict[str, ProfileChange | BroughtByMerge]
    parts: set[int]


class ProfileHistory:
    """The decisions about some customers and all that are merged into them, read once, and what follows from them."""

    def __init__(self, customers: Collection[int]) -> None:
        self._keep(customers, _changes(list(customers)), _members(list(customers)))

    @classmethod
    def of_rows(
        cls, customers: Collection[int], changes: Collection[ProfileChange], members: Collection[MergeMember]
    ) -> ProfileHistory:
        """From what `changes_of` and `members_of` read of them, in any order."""
        history = cls.__new__(cls)
        in_order = sorted(members, key=lambda member: (member.merge.version, member.merge_id, member.duplicate_id))
        history._keep(customers, sorted(changes, key=lambda change: change.version), in_order)
        return history

    def _keep(
        self, customers: Collection[int], changes: Sequence[ProfileChange], members: Sequence[MergeMember]
    ) -> None:
        self._customers = {*customers}
        self.changes: defaultdict[int, list[ProfileChange]] = defaultdict(list)
        for change in changes:
            self.changes[change.customer_id].append(change)
        self.members = members
        self._members_of: defaultdict[int, list[MergeMember]] = defaultdict(list)
        for member in self.members:
            self._members_of[member.merge.survivor_id].append(member)
        self._derived: dict[tuple[int, int | None, frozenset[Part]], DerivedProfile] = {}

    def profile(self, customer: int, *, without: Collection[Part] = ()) -> Values:
        """The profile of `customer` as it follows from what stands, or would follow `without` some parts of merges."""
        return self.derived(customer, without=without).values

    def derived(self, customer: int, *, until: int | None = None, without: Collection[Part] = ()) -> DerivedProfile:
        """As `profile`, also at the version `until`."""
        arguments = (customer, until, frozenset(without))
        if arguments not in self._derived:
            self._derived[arguments] = self._play(*arguments)
        return self._derived[arguments]

    def _play(self, customer: int, until: int | None, without: frozenset[Part]) -> DerivedProfile:
        derived = DerivedProfile(self._before_changes(customer), {}, {customer})
        for version, decision in self._decisions(customer, without):
            if until is not None and version > until:
                break
            if isinstance(decision, ProfileChange):
                self._change(derived, decision, without)
            else:
                self._merge(derived, customer, decision, without)
        return derived

    def _decisions(
        self, customer: int, without: Collection[Part]
    ) -> Iterator[tuple[int, ProfileChange | list[MergeMember]]]:
        """(version, an edit, a purchase or the members of a merge), in their order."""
        # What a merge wrote of its values is a record of what they were then.
        changes = [c for c in self.changes[customer] if c.merge_id is None or c.via == BY_PURCHASE]
        members = [m for m in self._members_of[customer] if (m.merge_id, m.duplicate_id) not in without]
        merges = [list(group) for _, group in groupby(members, key=lambda member: member.merge_id)]
        decisions: list[tuple[int, ProfileChange | list[MergeMember]]] = [
            *((change.version, change) for change in changes),
            *((merged[0].merge.version, merged) for merged in merges),
        ]
        yield from sorted(decisions, key=lambda decision: decision[0])

    def _change(self, derived: DerivedProfile, change: ProfileChange, without: Collection[Part]) -> None:
        for key, value in change.values.items():
            if change.via == BY_PURCHASE:
                is_bought = self._is_bought(change, derived.parts, without)
                takes_effect = derived.values[key] == LeadStatus.LOST and is_bought
            else:
                takes_effect = self._counts(key, value["after"], derived.parts)
            if takes_effect:
                derived.values[key], derived.by[key] = value["after"], change

    def _is_bought(self, change: ProfileChange, parts: Collection[int], without: Collection[Part]) -> bool:
        """Whether the buyer is still part of the customer, who has these `parts`."""
        value = change.values[STATUS]
        if change.merge_id is None or "buyer" in value:
            return change.merge_id is None or value["buyer"] in parts
        # Older changes say only with which duplicate the buyer came.
        members = (m for m in self._members_of[change.customer_id] if m.merge_id == change.merge_id)
        return any(
            (m.merge_id, m.duplicate_id) not in without for m in members if value["from"] in (None, m.duplicate_id)
        )

    def _merge(
        self, derived: DerivedProfile, survivor: int, members: list[MergeMember], without: Collection[Part]
    ) -> None:
        merge = members[0].merge
        decisions = Decisions.from_json(merge.decisions)
        duplicates = {m.duplicate_id: self.derived(m.duplicate_id, until=m.version, without=without) for m in members}
        parts_of = {survivor: {*derived.parts}, **{pk: of_duplicate.parts for pk, of_duplicate in duplicates.items()}}
        derived.parts.update(*parts_of.values())
        parties = [
            Party(survivor, {**derived.values}),
            *(Party(pk, of_duplicate.values) for pk, of_duplicate in duplicates.items()),
        ]
        choices = {
            key: choice
            for key, choice in decisions.choices.items()
            if isinstance(choice, Picked) or self._counts(key, choice.value, derived.parts)
        }

        def have_bought(customers: Collection[int]) -> bool:
            return any(not decisions.bought.isdisjoint(parts_of[pk]) for pk in customers)

        for key, final in decide(parties, choices, decisions.blank_fields, have_bought=have_bought).items():
            # Also if it is the same: it is the duplicate's value, and follows them.
            if final.value != derived.values[key] or final.origin is not None:
                was_picked = isinstance(choices.get(key), Picked | Typed)
                derived.values[key], derived.by[key] = final.value, BroughtByMerge(merge, final.origin, was_picked)

    def _counts(self, key: str, value: Any, parts: Collection[int]) -> bool:
        """A login or payment method counts only if it was the customer's then: their own, or of who is part of them."""
        kind = BY_KEY[key].kind
        return kind not in OF_CUSTOMER or value is None or self._origins.get((kind, value)) in parts

    @cached_property
    def _origins(self) -> dict[tuple[FieldKind, int], int]:
        """Whose each login and payment method named in a decision is."""
        named: defaultdict[FieldKind, set[int]] = defaultdict(set)
        for key, value in self._values_named():
            if (kind := BY_KEY[key].kind) in OF_CUSTOMER and value:
                named[kind].add(value)
        origins: dict[tuple[FieldKind, int], int] = {}
        for kind, pks in named.items():
            rows: QuerySet[Any] = (PaySource if kind is FieldKind.PAY_SOURCE else CartLogin)._default_manager.all()
            for pk, origin in rows.filter(pk__in=pks).values_list("pk", "source_record__origin"):
                origins[kind, pk] = origin
        return origins

    def _values_named(self) -> Iterator[tuple[str, Any]]:
        for change in (change for changes in self.changes.values() for change in changes):
            yield from ((key, value["after"]) for key, value in change.values.items())
        for member in self.members:
            yield from member.merge.decisions.get("typed", {}).items()

    def _before_changes(self, customer: int) -> Values:
        changes = self.changes[customer]
        if changes and changes[0].version == 1:
            return dict(BLANK)
        # How the customer was created is not known: what was there before the first change, else what is there.
        values = {**self._stored[customer]} if customer in self._stored else dict(BLANK)
        for change in reversed(changes):
            values.update({key: value["before"] for key, value in change.values.items()})
        return values

    @cached_property
    def _stored(self) -> dict[int, Values]:
        parts = {pk for member in self.members for pk in (member.merge.survivor_id, member.duplicate_id)}
        rows = Customer.objects.filter(pk__in=parts | self._customers)
        return {row.pk: {field.key: getattr(row, field.column) for field in FIELDS} for row in rows}
