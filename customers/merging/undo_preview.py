"""The preview of an undo: the records, totals and credit of each customer, and the values reverted or kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from customers.credit import credit
from customers.labels.effective import added_by_staff
from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import ActMessage, Notice, isolated, join_first, join_words
from customers.merging.undo_plan import FieldOutcome, ReturnedCustomer, UndoPlan
from customers.models import Attribute, Customer, HistoryEntry, ProfileChange, SourceRecord, Tag
from customers.profile.clean import as_text
from customers.profile.refusals import ConsentRefusal, last_refused_by, passed_to, refusals_in
from customers.profile.replay import BroughtByMerge
from customers.records.counts import count_rows, sources_of_records, without_staff
from customers.records.registry import tabbed_models
from customers.totals.sums import OrderTotals, order_totals

MOST_NAMED = 10
SLIP = timedelta(minutes=1)
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
    """A value of a customer. `result` says in a word what becomes of it, `why` why; it may be ""."""

    customer: Customer
    label: str
    now: str
    after: str
    result: str
    why: str = ""

    @property
    def is_kept(self) -> bool:
        return self.result == KEPT


KEPT, REVERTED, CHANGED = "kept", "reverted", "changed"


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
    since = plan.merge.created
    refusals = passed_to([side.customer for side in plan.returns], since=since)
    together = {refusal.key: refusal for passed in refusals.values() for refusal in passed}
    if not together:
        return {**refusals, plan.root.pk: []}
    after = vars(plan.root) | {o.field.key: o.after for o in plan.outcomes if o.customer.pk == plan.root.pk}
    kept = refusals_in(after).keys() & last_refused_by(plan.survivor.chain(), since=since)
    return {**refusals, plan.root.pk: [refusal for key, refusal in together.items() if key in kept]}


def values_after_undo(plan: UndoPlan) -> Iterator[ValueAfterUndo]:
    names = _names_of_origins(plan.outcomes)
    for outcome in plan.outcomes:
        now, after = (as_text(outcome.field, value) for value in (outcome.now, outcome.after))
        why = _why(outcome, plan, names)
        yield ValueAfterUndo(outcome.customer, outcome.field.label, now, after, _result(outcome), why)
    now = credit.amounts_text(credit.balances([plan.root.pk]).get(plan.root.pk, {}))
    if now != (after := credit.amounts_text(plan.keeps.credit)):
        yield ValueAfterUndo(plan.root, "Credit", now, after, REVERTED)


def _result(outcome: FieldOutcome) -> str:
    if not outcome.is_reverted:
        return KEPT
    return CHANGED if isinstance(outcome.by_after, BroughtByMerge) else REVERTED


def _names_of_origins(outcomes: Sequence[FieldOutcome]) -> dict[int, str]:
    brought = [
        by for outcome in outcomes for by in (outcome.by_now, outcome.by_after) if isinstance(by, BroughtByMerge)
    ]
    customers = Customer.objects.filter(pk__in={by.origin for by in brought if by.origin})
    return {customer.pk: customer.name_with_number for customer in customers}


def _why(outcome: FieldOutcome, plan: UndoPlan, names: Mapping[int, str]) -> str:
    match outcome.by_after:
        case BroughtByMerge(merge, origin):
            return f"from {names[origin]}, {merge}" if origin else f"by {merge}"
        case ProfileChange() as change if not outcome.is_reverted and change.version > 1:
            return EDITED.text(change.by, day=format_day(change.at))
    match outcome.by_now:
        case BroughtByMerge(_, origin, was_picked=True) if outcome.is_reverted and origin in plan.scope.duplicates:
            return f"was selected from {names[origin]}"
    return ""


def notices(plan: UndoPlan) -> Iterator[Notice]:
    yield from _about_kept(plan)
    yield from _about_labels(plan)
    if plan.root.pk != plan.survivor.pk:
        yield Notice(
            f"{plan.survivor.name_with_number} was merged into another customer since.",
            f"Restored customers are taken out of {plan.root.name_with_number}.",
        )
    for customer, currency, amount in plan.overdrawn:
        yield Notice(
            "Credit will be negative.",
            f"{customer.name_with_number} would have {format_money(amount, currency)}, because credit was used since.",
        )


def _about_kept(plan: UndoPlan) -> Iterator[Notice]:
    edited = [o for o in plan.kept if isinstance(o.by_after, ProfileChange)]
    if edited:
        number = len(edited)
        text = ngettext(
            "%(fields)s was changed after the merge and is kept for %(name)s.",
            "%(fields)s were changed after the merge and are kept for %(name)s.",
            number,
        )
        fields = join_words([outcome.field.label for outcome in edited])
        yield Notice(
            ngettext("%(number)s edit is kept.", "%(number)s edits are kept.", number) % {"number": number},
            text % {"fields": fields, "name": edited[0].customer.name_with_number},
        )
    if brought := {o.field.label: None for o in plan.outcomes if isinstance(o.by_after, BroughtByMerge)}:
        text = ngettext(
            "%(fields)s comes from a customer who is still merged.",
            "%(fields)s come from customers who are still merged.",
            len(brought),
        )
        yield Notice("Another merge applies.", text % {"fields": join_words([*brought])})


def _about_labels(plan: UndoPlan) -> Iterator[Notice]:
    tags = added_by_staff(Tag, plan.root, since=plan.merge.created)
    attributes = added_by_staff(Attribute, plan.root, since=plan.merge.created)
    if names := [*(tag.name for tag in tags), *(attribute.name for attribute in attributes)]:
        shown = join_first([isolated(name) for name in names], MOST_NAMED)
        text = f"Added since the merge and kept for {plan.root.name_with_number}: {shown}."
        yield Notice("Tags and attributes are kept.", text)


def suggests_mark(plan: UndoPlan, *, now: datetime) -> bool:
    """Whoever undoes a merge at once corrects a slip, and may want to merge otherwise. Later they were two people."""
    return now - plan.merge.created > SLIP


def not_duplicates_text(plan: UndoPlan) -> str:
    number = len(plan.returns) + 1
    text = ngettext(
        "This %(number)s customer will not be suggested as a duplicate.",
        "These %(number)s customers will not be suggested as duplicates of each other.",
        number,
    )
    return text % {"number": number}
