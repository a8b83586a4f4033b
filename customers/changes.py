"""What a merge changes on the survivor, value by value and in words: before it is made, and read afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers import credit
from customers.fields import BY_KEY, Kind
from customers.merging import MergePlan, Typed, credit_together
from customers.models import Customer
from customers.money import with_currency
from customers.values import as_text


@dataclass(frozen=True)
class Change:
    """A value in words; "" when there is none."""

    label: str
    before: str
    after: str
    origin: str


def planned(customers: Sequence[Customer], plan: MergePlan) -> list[Change]:
    """What would change on the first of `customers`."""
    return [*_values(customers, plan), *_credit(customers, plan)]


def _values(customers: Sequence[Customer], plan: MergePlan) -> Iterator[Change]:
    survivor, by_pk = customers[0], {customer.pk: customer for customer in customers}
    for key, final in plan.finals.items():
        field = BY_KEY[key]
        before = getattr(survivor, field.column)
        if final.value == before:
            continue
        origin = "typed by you"
        if final.origin:
            origin = by_pk[final.origin].numbered
        elif field.kind is Kind.CONSENT:
            origin = "the strictest answer"
        elif final.value == field.blank:
            origin = "left empty by you"
        is_typed = isinstance(plan.choices.get(key), Typed)
        after = str(final.value) if field.kind is Kind.LOGIN and is_typed else as_text(field, final.value)
        if field.kind is Kind.PASSWORD and final.value:
            after = "Set anew" if is_typed else "Kept"
        yield Change(field.label, as_text(field, before), after, origin)


def _credit(customers: Sequence[Customer], plan: MergePlan) -> Iterator[Change]:
    now = credit.balances([customers[0].pk]).get(customers[0].pk, {})
    together = credit_together(customers)
    for currency in sorted({*together, *plan.credit}):
        total = together.get(currency, Decimal())
        before, after = now.get(currency, Decimal()), plan.credit.get(currency, total)
        if after != before:
            origin = "typed by you" if after != total else f"sum of all {len(customers)}"
            now_text, after_text = (with_currency(amount, currency) for amount in (before, after))
            yield Change("Credit", now_text, after_text, origin)
