"""What a merge will move, as far as can be told beforehand: shown on pages, and never part of what is agreed.

An order that comes meanwhile makes these numbers old, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customers.lib.phrases import Notice
from customers.merging.cautions import cautions
from customers.merging.moving import MovedRows, moves
from customers.merging.plan import MergePlan
from customers.models import Customer, SourceRecord
from customers.records.counts import count_rows
from customers.records.registry import all_linked_models
from customers.totals.sums import OrderTotals, order_totals

PAIR = 2


@dataclass(frozen=True)
class Forecast:
    """`moves` are the duplicates' rows by kind, `totals` what each customer has now, `then` what the survivor will."""

    moves: tuple[MovedRows, ...]
    totals: dict[int, OrderTotals]
    then: OrderTotals
    records: tuple[int, ...]
    warnings: tuple[Notice, ...]

    @property
    def is_of_several(self) -> bool:
        """Whether there is more than one duplicate, so that it matters from whom something comes."""
        return len(self.totals) > PAIR


def forecast_merge(customers: Sequence[Customer], plan: MergePlan) -> Forecast:
    """What merging the rest of `customers` into the first as `plan` says will move, and what to know before."""
    survivor, *duplicates = [customer.pk for customer in customers]
    records_of = records_by_customer([survivor, *duplicates])
    moving = Customer.objects.filter(pk__in=duplicates)
    each = order_totals([survivor, *duplicates], by="source_record__customer")
    return Forecast(
        moves=moves(count_rows(all_linked_models(), moving, by="source_record__customer")),
        totals=each,
        then=sum(each.values(), OrderTotals()),
        records=tuple(record for pk in duplicates for record in records_of[pk]),
        warnings=tuple(cautions(customers, plan, records_of)),
    )


def warnings(customers: Sequence[Customer], plan: MergePlan) -> list[Notice]:
    """Only what there is to know, without the counting."""
    return cautions(customers, plan, records_by_customer([customer.pk for customer in customers]))


def records_by_customer(customers: Sequence[int]) -> dict[int, list[int]]:
    """{customer: their source records}."""
    found: dict[int, list[int]] = {pk: [] for pk in customers}
    for record, customer in (
        SourceRecord.objects.filter(customer__in=customers).order_by("pk").values_list("pk", "customer")
    ):
        found[customer].append(record)
    return found
