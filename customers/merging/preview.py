"""The preview of a merge: the rows that will move, the values that change, and warnings.

It is not part of the plan that is confirmed: an order received meanwhile only makes these numbers old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.credit import credit
from customers.lib.money import format_money
from customers.lib.phrases import Notice, isolated
from customers.merging.plan import MergePlan, combined_credit
from customers.merging.warnings import merge_warnings
from customers.models import Customer, LinkedRow
from customers.profile.clean import as_text
from customers.profile.decisions import Typed
from customers.profile.fields import BY_KEY, FieldKind
from customers.records.counts import RowCount, add_counts, count_rows
from customers.records.registry import all_linked_models
from customers.totals.status import status_of
from customers.totals.sums import OrderTotals, order_totals

PAIR = 2
MOST_NAMED = 5


@dataclass(frozen=True)
class MovedRows:
    """The number of rows of one kind that move, in total and by duplicate, most first."""

    count: RowCount
    by_duplicate: tuple[tuple[int, RowCount], ...]

    @property
    def by_customer(self) -> str:
        """Such as “2 from 61, 1 from 74”."""
        parts = [f"{count.shown} from {pk}" for pk, count in self.by_duplicate[:MOST_NAMED]]
        return ", ".join([*parts, *(["the rest from others"] if len(self.by_duplicate) > MOST_NAMED else [])])


@dataclass(frozen=True)
class MergeSide:
    """One of the customers, the survivor first, with where they come from and their present totals."""

    customer: Customer
    totals: OrderTotals
    source: str

    @property
    def status(self) -> str:
        return status_of(self.customer, self.totals)


@dataclass(frozen=True)
class ValueChange:
    """A change of a value of the survivor, as text; "" if blank. `origin` names the source of the new value."""

    label: str
    before: str
    after: str
    origin: str


@dataclass(frozen=True)
class ResultingValue:
    """A value that the survivor will have; `is_added` where the merge brings it, `origin` says from whom."""

    label: str
    text: str
    is_added: bool
    origin: str


@dataclass(frozen=True)
class MergePreview:
    """`totals` are {customer: present totals}, `total_after` is the survivor's total after the merge."""

    moved_rows: tuple[MovedRows, ...]
    totals: Mapping[int, OrderTotals]
    total_after: OrderTotals
    warnings: tuple[Notice, ...]

    @property
    def is_of_several(self) -> bool:
        return len(self.totals) > PAIR


def preview_merge(customers: Sequence[Customer], plan: MergePlan) -> MergePreview:
    survivor, *duplicates = [customer.pk for customer in customers]
    totals = order_totals([survivor, *duplicates], by="source_record__customer")
    moving = Customer.objects.filter(pk__in=duplicates)
    return MergePreview(
        moved_rows=add_moved_rows(count_rows(all_linked_models(), moving, by="source_record__customer")),
        totals=totals,
        total_after=sum(totals.values(), OrderTotals()),
        warnings=tuple(merge_warnings(customers, plan)),
    )


def merge_sides(
    customers: Sequence[Customer], totals: Mapping[int, OrderTotals], source_of: Mapping[int, str]
) -> list[MergeSide]:
    return [MergeSide(customer, totals[customer.pk], source_of.get(customer.pk, "")) for customer in customers]


def add_moved_rows(counts: Mapping[int, Collection[RowCount]]) -> tuple[MovedRows, ...]:
    """The sum of `counts`, {duplicate: number of rows of each kind}; kinds without rows are left out."""
    by_kind: defaultdict[type[LinkedRow], list[tuple[int, RowCount]]] = defaultdict(list)
    for pk, count in ((pk, count) for pk, row_counts in counts.items() for count in row_counts):
        if count.number:
            by_kind[count.kind].append((pk, count))
    for by_duplicate in by_kind.values():
        by_duplicate.sort(key=lambda pair: (-pair[1].number, pair[0]))
    return tuple(MovedRows(total, tuple(by_kind[total.kind])) for total in add_counts(counts.values()))


def resulting_values(customers: Sequence[Customer], plan: MergePlan) -> Iterator[ResultingValue]:
    """The values of the survivor after the merge, without those that stay empty."""
    by_pk = {customer.pk: customer for customer in customers}
    for key, final in plan.finals.items():
        field = BY_KEY[key]
        text = as_text(field, final.value)
        if field.kind in (FieldKind.LOGIN, FieldKind.PAY_SOURCE):
            holder = by_pk[final.origin] if final.origin else customers[0]
            text = str(getattr(holder, field.key) or "")
        if text and final.value != field.blank:
            added = final.value != getattr(customers[0], field.column)
            origin = by_pk[final.origin].name_with_number if final.origin else ""
            yield ResultingValue(field.label, text, is_added=added, origin=origin)


def value_changes(customers: Sequence[Customer], plan: MergePlan, *, entered_by: str = "you") -> list[ValueChange]:
    by = isolated(entered_by)
    return [*_profile_changes(customers, plan, by), *_credit_changes(customers, plan, by)]


def _profile_changes(customers: Sequence[Customer], plan: MergePlan, by: str) -> Iterator[ValueChange]:
    survivor, by_pk = customers[0], {customer.pk: customer for customer in customers}
    for key, final in plan.finals.items():
        field = BY_KEY[key]
        before = getattr(survivor, field.column)
        if final.value == before:
            continue
        origin = f"entered by {by}"
        if final.origin:
            origin = by_pk[final.origin].name_with_number
        elif field.kind is FieldKind.CONSENT:
            origin = "most restrictive answer"
        elif final.value == field.blank:
            origin = f"left empty by {by}"
        is_typed = isinstance(plan.choices.get(key), Typed)
        after = str(final.value) if field.kind is FieldKind.LOGIN and is_typed else as_text(field, final.value)
        if field.kind is FieldKind.PASSWORD and final.value:
            after = "New password" if is_typed else "Existing password"
        yield ValueChange(field.label, as_text(field, before), after, origin)


def _credit_changes(customers: Sequence[Customer], plan: MergePlan, by: str) -> Iterator[ValueChange]:
    balances = credit.balances([customers[0].pk]).get(customers[0].pk, {})
    combined = combined_credit(customers)
    for currency in sorted({*combined, *plan.credit}):
        total = combined.get(currency, Decimal())
        before, after = balances.get(currency, Decimal()), plan.credit.get(currency, total)
        if after != before:
            origin = f"entered by {by}" if after != total else "sum of all customers"
            now_text, after_text = (format_money(amount, currency) for amount in (before, after))
            yield ValueChange("Credit", now_text, after_text, origin)
