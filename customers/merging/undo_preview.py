"""What an undo would do, in words and numbers: who gets what back, which values go back and which stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from customers.credit import credit
from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import Notice, join_words
from customers.merging.undo_plan import FieldOutcome, ReturnedCustomer, UndoPlan
from customers.models import Customer, HistoryEntry, SourceRecord
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS
from customers.records.counts import count_rows, sources_of_records, without_staff
from customers.records.registry import tabbed_models
from customers.totals.sums import OrderTotals, order_totals

SMALL = {1: "one", 2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True)
class Side:
    """A customer after the undo; `arrived` counts what has come for them since the merge."""

    customer: Customer
    comes_back: bool
    sources: Sequence[str]
    totals: OrderTotals
    arrived: int
    credit: str


@dataclass(frozen=True)
class Value:
    """A value of the survivor now and afterwards; `why` it stays, if it does."""

    label: str
    now: str
    after: str
    why: str = ""


def sides(plan: UndoPlan) -> list[Side]:
    """Who keeps what, then who gets what back."""
    all_sides = (plan.keeps, *plan.returns)
    records = [record for side in all_sides for record in side.records]
    of, known_by = order_totals(records), sources_of_records(records)
    kinds = [model for model in tabbed_models() if model is not HistoryEntry]
    since = count_rows(kinds, SourceRecord.objects.filter(pk__in=records), at__gt=plan.merge.created)

    def side(each: ReturnedCustomer, *, comes_back: bool) -> Side:
        return Side(
            each.customer,
            comes_back,
            without_staff(sorted({known_by[record] for record in each.records})),
            sum((of[record] for record in each.records), OrderTotals()),
            sum(tally.number for record in each.records for tally in since[record]),
            amounts(each.credit),
        )

    return [side(each, comes_back=each is not plan.keeps) for each in all_sides]


def amounts(held: credit.Amounts) -> str:
    return ", ".join(format_money(amount, currency) for currency, amount in sorted(held.items()) if amount)


def values(plan: UndoPlan) -> Iterator[Value]:
    for outcome in sorted(plan.outcomes, key=lambda outcome: FIELDS.index(outcome.field)):
        now, after = (as_text(outcome.field, value) for value in (outcome.now, outcome.after))
        yield Value(outcome.field.label, now, now if outcome.kept_by else after, why_kept(outcome))
    now = amounts(credit.balances([plan.root.pk]).get(plan.root.pk, {}))
    if now != amounts(plan.keeps.credit):
        yield Value("Credit", now, amounts(plan.keeps.credit))


def why_kept(outcome: FieldOutcome) -> str:
    """By whom a value was changed since, or by which merge it went on to somebody else."""
    change = outcome.kept_by
    if change is None:
        return ""
    if change.merge:
        return f"carried on by merge {change.merge_id}"
    return f"edited {format_day(change.at)} by {change.by or 'a program'}"


def notices(plan: UndoPlan) -> Iterator[Notice]:
    yield from about_kept(plan)
    if plan.root.pk != plan.survivor.pk:
        yield Notice(
            f"{plan.survivor.name} is part of another customer now.",
            f"Whoever comes back leaves {plan.root.numbered}, who has everything.",
        )
    for customer, currency, amount in plan.overdrawn:
        yield Notice(
            "Credit will be below zero.",
            f"{customer.numbered} would be left with {format_money(amount, currency)}, because more was used.",
        )


def about_kept(plan: UndoPlan) -> Iterator[Notice]:
    edited = [o.field.label.lower() for o in plan.kept if o.kept_by and not o.kept_by.merge]
    carried = [o.field.label.lower() for o in plan.kept if o.kept_by and o.kept_by.merge]
    if edited:
        many = len(edited) > 1
        number = SMALL.get(len(edited), str(len(edited))).capitalize()
        yield Notice(
            f"{number} edit{'s are' if many else ' is'} kept.",
            f"The {join_words(edited)} {'were' if many else 'was'} changed after the merge,"
            f" so {'they stay' if many else 'it stays'} with {plan.survivor.name}.",
        )
    if carried:
        yield Notice(
            "A later merge carried values on.", f"The {join_words(carried)} went on with it and will stay there."
        )


def apart(plan: UndoPlan) -> str:
    """That those who are customers again will not be suggested as duplicates."""
    number = len(plan.returns) + 1
    return f"The {SMALL.get(number, str(number))} will not be suggested as duplicates of each other again."
