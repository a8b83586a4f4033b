"""What a split would do, in words and numbers: what goes with the record, who it becomes, what stays and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from customers.credit import credit
from customers.lib.phrases import Notice, isolated, join_words
from customers.merging.split import SplitPlan
from customers.merging.undo_preview import amounts
from customers.models import SourceRecord
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS
from customers.records.counts import RowCount, count_rows
from customers.records.listing import record_contributions
from customers.records.registry import all_linked_models
from customers.totals.sums import OrderTotals, sum_rows, totals_rows


@dataclass(frozen=True)
class SplitPreview:
    """`becomes` is the new customer's profile, as (label, text); orders that count are in the figures of each side."""

    becomes: list[tuple[str, str]]
    goes: list[RowCount]
    going: OrderTotals
    staying: OrderTotals
    credit: str
    notices: list[Notice]


def preview_split(plan: SplitPlan) -> SplitPreview:
    totals = totals_rows(plan.customer)
    counted = count_rows(all_linked_models(), SourceRecord.objects.filter(pk=plan.record.pk))[plan.record.pk]
    return SplitPreview(
        becomes=[
            (field.label, text)
            for field in FIELDS
            if field.key in plan.values and (text := as_text(field, plan.values[field.key]))
        ],
        goes=[tally for tally in counted if tally.number],
        going=sum_rows(row for row in totals if row.source_record_id == plan.record.pk),
        staying=sum_rows(row for row in totals if row.source_record_id != plan.record.pk),
        credit=amounts(credit.balances_of_parts({plan.customer.pk: [plan.record.pk]})[plan.customer.pk]),
        notices=list(_notices(plan)),
    )


def _notices(plan: SplitPlan) -> Iterator[Notice]:
    """What somebody may expect to go and does not, or the other way round."""
    name = isolated(plan.customer.name)
    if shown := _shown_by_the_profile(plan):
        yield Notice(
            f"Removed from the profile of {name}: {join_words(shown)}.", "This belongs to the record and moves with it."
        )
    yield Notice(
        f"The profile of {name} is kept.",
        "This includes values that came from this record. Edit them afterwards if needed.",
    )
    yield Notice(
        "Staff entries are kept.", f"Notes, tags and credit added by staff belong to {name}, not to the record."
    )
    for line in record_contributions([plan.record], []):
        if line.merge:
            yield Notice(f"{line.merge} stays active.", "Undoing it later will not move this record back.")


def _shown_by_the_profile(plan: SplitPlan) -> list[str]:
    customer, record = plan.customer, plan.record.pk
    shown = {
        "payment method": customer.pay_source,
        "shop login": customer.cart_login,
        "shop password": customer.cart_password,
    }
    return [name for name, row in shown.items() if row and row.source_record_id == record]
