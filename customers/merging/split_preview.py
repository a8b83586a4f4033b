"""The preview of a split: the new customer, the rows that move with the record, and what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from customers.credit import credit
from customers.lib.phrases import Notice, isolated, join_words
from customers.merging.split import SplitPlan
from customers.models import SourceRecord
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS, OF_CUSTOMER
from customers.profile.refusals import subjects_of
from customers.records.counts import RowCount, count_rows
from customers.records.registry import all_linked_models
from customers.records.source_records import record_contributions
from customers.totals.sums import OrderTotals, sum_rows, totals_rows


@dataclass(frozen=True)
class SplitPreview:
    """The new customer and the old one after the split."""

    new_profile: list[tuple[str, str]]
    """(label, text) pairs."""
    moved_rows: list[RowCount]
    new_totals: OrderTotals
    old_totals: OrderTotals
    credit: str
    notices: list[Notice]


def preview_split(plan: SplitPlan) -> SplitPreview:
    totals = totals_rows(plan.customer)
    counts = count_rows(all_linked_models(), SourceRecord.objects.filter(pk=plan.record.pk))[plan.record.pk]
    return SplitPreview(
        new_profile=[
            (field.label, text)
            for field in FIELDS
            if field.key in plan.values and (text := as_text(field, plan.values[field.key]))
        ],
        moved_rows=[count for count in counts if count.number],
        new_totals=sum_rows(row for row in totals if row.source_record_id == plan.record.pk),
        old_totals=sum_rows(row for row in totals if row.source_record_id != plan.record.pk),
        credit=credit.amounts_text(_credit_of_record(plan)),
        notices=list(_notices(plan)),
    )


def _credit_of_record(plan: SplitPlan) -> credit.Amounts:
    customer = plan.customer.pk
    return credit.balances_of_parts(credit.record_sums([customer]), {customer: [plan.record.pk]})[customer]


def _notices(plan: SplitPlan) -> Iterator[Notice]:
    name = isolated(plan.customer.name)
    if labels := _shown_in_profile(plan):
        yield Notice(
            f"Removed from the profile of {name}: {join_words(labels)}.",
            "This belongs to the record and moves with it.",
        )
    yield Notice(
        f"The profile of {name} is kept.",
        "This includes values that came from this record. Edit them afterwards if needed.",
    )
    yield Notice(
        "Staff entries are kept.", f"Notes, tags and credit added by staff belong to {name}, not to the record."
    )
    if plan.refusals:
        yield Notice(
            f"The new customer refuses {join_words(subjects_of(plan.refusals))}.",
            f"The record is part of {name}, and it is not known for which of the two customers this was refused.",
        )
    if plan.regained:
        yield Notice(
            f"{name} refuses {join_words(subjects_of(plan.regained))}.",
            "The customer that the record came with had refused, and the merge chose another answer.",
        )
    for contribution in record_contributions([plan.record], []):
        if contribution.merge:
            yield Notice(f"{contribution.merge} stays active.", "Undoing it later will not move this record back.")


def _shown_in_profile(plan: SplitPlan) -> list[str]:
    shown = {field.label: getattr(plan.customer, field.key) for field in FIELDS if field.kind in OF_CUSTOMER}
    return [label for label, row in shown.items() if row and row.source_record_id == plan.record.pk]
