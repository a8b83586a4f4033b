"""What a merge changes on the survivor, value by value and in words: before it is made, and read afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.credit import credit
from customers.lib.money import format_money
from customers.merging.plan import MergePlan, Typed, combined_credit
from customers.models import Customer
from customers.profile.clean import as_text
from customers.profile.fields import BY_KEY, FieldKind


@dataclass(frozen=True)
class PlannedChange:
    """A value in words; "" when there is none."""

    label: str
    before: str
    after: str
    origin: str


def planned(customers: Sequence[Customer], plan: MergePlan) -> list[PlannedChange]:
    """What would change on the first of `customers`."""
    return [*_values(customers, plan), *_credit(customers, plan)]


def _values(customers: Sequence[Customer], plan: MergePlan) -> Iterator[PlannedChange]:
    survivor, by_pk = customers[0], {customer.pk: customer for customer in customers}
    for key, final in plan.finals.items():
        field = BY_KEY[key]
        before = getattr(survivor, field.column)
        if final.value == before:
            continue
        origin = "entered by you"
        if final.origin:
            origin = by_pk[final.origin].numbered
        elif field.kind is FieldKind.CONSENT:
            origin = "most restrictive answer"
        elif final.value == field.blank:
            origin = "left empty by you"
        is_typed = isinstance(plan.choices.get(key), Typed)
        after = str(final.value) if field.kind is FieldKind.LOGIN and is_typed else as_text(field, final.value)
        if field.kind is FieldKind.PASSWORD and final.value:
            after = "New password" if is_typed else "Existing password"
        yield PlannedChange(field.label, as_text(field, before), after, origin)


def _credit(customers: Sequence[Customer], plan: MergePlan) -> Iterator[PlannedChange]:
    now = credit.balances([customers[0].pk]).get(customers[0].pk, {})
    together = combined_credit(customers)
    for currency in sorted({*together, *plan.credit}):
        total = together.get(currency, Decimal())
        before, after = now.get(currency, Decimal()), plan.credit.get(currency, total)
        if after != before:
            origin = "entered by you" if after != total else "sum of all customers"
            now_text, after_text = (format_money(amount, currency) for amount in (before, after))
            yield PlannedChange("Credit", now_text, after_text, origin)
