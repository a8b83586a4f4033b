"""The preview of an undo: the records, totals and credit of each customer, and the values reverted or kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from customers.credit import credit
from customers.labels.effective import names_added_by_staff
from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import ActMessage, Notice, isolated, join_first, join_words
from customers.merging.undo_plan import FieldOutcome, ReturnedCustomer, UndoPlan
from customers.models import Customer, HistoryEntry, SourceRecord
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS
from customers.profile.refusals import ConsentRefusal, passed_to, refusals_of
from customers.records.counts import count_rows, sources_of_records, without_staff
from customers.records.registry import tabbed_models
from customers.totals.sums import OrderTotals, order_totals

MOST_NAMED = 10
EDITED = ActMessage("edited {day} by {user}", "edited {day} by an API client")


@dataclass(frozen=True)
class CustomerAfterUndo:
    """`arrived` is the number of rows received for the customer since the merge.

    `refusals` were said while the customers were merged, and each of them keeps them.
    """

    customer: Customer
    is_restored: bool
    sources: Sequence[str]
    totals: OrderTotals
    arrived: int
    credit: str
    refusals: Sequence[ConsentRefusal]


@dataclass(frozen=True)
class ValueAfterUndo:
    """A value of the survivor. `why` says why it is kept, and is "" when it is reverted."""

    label: str
    now: str
    after: str
    why: str = ""


def customers_after_undo(plan: UndoPlan) -> list[CustomerAfterUndo]:
    records = [record for side in plan.sides for record in side.records]
    totals, sources = order_totals(records), sources_of_records(records)
    kinds = [model for model in tabbed_models() if model is not HistoryEntry]
    refusals = _refusals_said_since(plan)
    since = count_rows(kinds, SourceRecord.objects.filter(pk__in=records), at__gt=plan.merge.created)

    def after(side: ReturnedCustomer) -> CustomerAfterUndo:
        return CustomerAfterUndo(
            side.customer,
            side is not plan.keeps,
            without_staff(sorted({sources[record] for record in side.records})),
            sum((totals[record] for record in side.records), OrderTotals()),
            sum(count.number for record in side.records for count in since[record]),
            credit.amounts_text(side.credit),
            refusals[side.customer.pk],
        )

    return [after(side) for side in plan.sides]


def _refusals_said_since(plan: UndoPlan) -> dict[int, list[ConsentRefusal]]:
    """{customer after the undo: the refusals said since the merge by all of them together}."""
    refusals = passed_to([side.customer for side in plan.returns], since=plan.merge.created)
    still_refused = refusals_of(plan.root)
    together = {refusal.key: refusal for passed in refusals.values() for refusal in passed}
    return {**refusals, plan.root.pk: [refusal for key, refusal in together.items() if key in still_refused]}


def values_after_undo(plan: UndoPlan) -> Iterator[ValueAfterUndo]:
    for outcome in sorted(plan.outcomes, key=lambda outcome: FIELDS.index(outcome.field)):
        now, after = (as_text(outcome.field, value) for value in (outcome.now, outcome.after))
        yield ValueAfterUndo(outcome.field.label, now, now if outcome.kept_by else after, _why_kept(outcome))
    now = credit.amounts_text(credit.balances([plan.root.pk]).get(plan.root.pk, {}))
    if now != (after := credit.amounts_text(plan.keeps.credit)):
        yield ValueAfterUndo("Credit", now, after)


def _why_kept(outcome: FieldOutcome) -> str:
    change = outcome.kept_by
    if change is None:
        return ""
    if change.merge:
        return f"carried over by {change.merge}"
    return EDITED.text(change.by, day=format_day(change.at))


def notices(plan: UndoPlan) -> Iterator[Notice]:
    yield from _about_kept(plan)
    yield from _about_labels(plan)
    if plan.root.pk != plan.survivor.pk:
        yield Notice(
            f"{isolated(plan.survivor.name)} was merged into another customer since.",
            f"Restored customers are taken out of {plan.root.name_with_number}.",
        )
    for customer, currency, amount in plan.overdrawn:
        yield Notice(
            "Credit will be negative.",
            f"{customer.name_with_number} would have {format_money(amount, currency)}, because credit was used since.",
        )


def _about_kept(plan: UndoPlan) -> Iterator[Notice]:
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


def _about_labels(plan: UndoPlan) -> Iterator[Notice]:
    if names := names_added_by_staff(plan.root, since=plan.merge.created):
        shown = join_first([isolated(name) for name in names], MOST_NAMED)
        text = f"Added since the merge and kept for {isolated(plan.root.name)}: {shown}."
        yield Notice("Tags and attributes are kept.", text)


def not_duplicates_text(plan: UndoPlan) -> str:
    number = len(plan.returns) + 1
    text = ngettext(
        "This %(number)s customer will not be suggested as a duplicate.",
        "These %(number)s customers will not be suggested as duplicates of each other.",
        number,
    )
    return text % {"number": number}
