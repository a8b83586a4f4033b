"""What an undo would do, in words and numbers: who gets what back, which values go back and which stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from customers.credit import credit
from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import Notice, isolated, join_words
from customers.merging.undo_plan import FieldOutcome, ReturnedCustomer, UndoPlan
from customers.models import Customer, HistoryEntry, SourceRecord
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS
from customers.records.counts import count_rows, sources_of_records, without_staff
from customers.records.registry import tabbed_models
from customers.totals.sums import OrderTotals, order_totals


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
        return f"carried over by {change.merge}"
    return f"edited {format_day(change.at)} by {isolated(change.by or 'an API client')}"


def notices(plan: UndoPlan) -> Iterator[Notice]:
    yield from about_kept(plan)
    if plan.root.pk != plan.survivor.pk:
        yield Notice(
            f"{isolated(plan.survivor.name)} was merged into another customer since.",
            f"Restored customers are taken out of {plan.root.numbered}.",
        )
    for customer, currency, amount in plan.overdrawn:
        yield Notice(
            "Credit will be negative.",
            f"{customer.numbered} would have {format_money(amount, currency)}, because credit was used since.",
        )


def about_kept(plan: UndoPlan) -> Iterator[Notice]:
    edited = [o.field.label for o in plan.kept if o.kept_by and not o.kept_by.merge]
    carried = [o.field.label for o in plan.kept if o.kept_by and o.kept_by.merge]
    if edited:
        number = len(edited)
        text = ngettext(
            "%(fields)s was changed after the merge and is kept for %(name)s.",
            "%(fields)s were changed after the merge and are kept for %(name)s.",
            number,
        )
        yield Notice(
            ngettext("%(number)s edit is kept.", "%(number)s edits are kept.", number) % {"number": number},
            text % {"fields": join_words(edited), "name": isolated(plan.survivor.name)},
        )
    if carried:
        text = f"These values were carried over and are kept there: {join_words(carried)}."
        yield Notice("A later merge carried values over.", text)


def apart(plan: UndoPlan) -> str:
    """That the customers of an undo will not be suggested as duplicates."""
    return f"These {len(plan.returns) + 1} customers will not be suggested as duplicates of each other."
