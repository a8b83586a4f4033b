"""What deleting the data of a data source will delete: whom, and how many records of each kind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from customers.erasing import erase
from customers.lib.phrases import Notice
from customers.models import Customer, DataSource, SourceRecord
from customers.records import external
from customers.records.counts import RowCount, add_counts, count_rows
from customers.records.registry import all_linked_models
from customers.totals.sums import OrderTotals, order_totals
from orders.models import Product
from orders.sources.delete import DeleteSourceError, fingerprint, is_only_of, refuse_too_large


@dataclass(frozen=True)
class DeletionPlan:
    """`erased` are the customers that no other data source knows; of the `kept` the records are split off and deleted.

    `plans` are deleted only with the data source itself. Where `refusals` say why nothing can be deleted, nothing is
    counted.
    """

    source: DataSource
    erased: Sequence[Customer] = ()
    kept: Sequence[Customer] = ()
    counts: Sequence[RowCount] = ()
    totals: OrderTotals = field(default_factory=OrderTotals)
    plans: int = 0
    warnings: Sequence[Notice] = ()
    refusals: Sequence[str] = ()

    @property
    def seen(self) -> str:
        return fingerprint(sorted([*self.erased, *self.kept], key=lambda customer: customer.pk))


def plan_deletion(source: DataSource) -> DeletionPlan:
    try:
        refuse_too_large(source)
    except DeleteSourceError as error:
        return DeletionPlan(source, refusals=[str(error)])
    customers = list(Customer.objects.filter(records__data_source=source).distinct().order_by("pk"))
    records_of = external.external_records_of(customers)
    erased = [customer for customer in customers if is_only_of(source, records_of[customer.pk])]
    kept = [customer for customer in customers if customer not in erased]
    records = _records(source, erased)
    return DeletionPlan(
        source,
        erased,
        kept,
        counts=add_counts(count_rows(all_linked_models(), records).values()),
        totals=sum(order_totals(list(records.values_list("pk", flat=True))).values(), OrderTotals()),
        plans=_plans_without_buyers(source),
        warnings=erase.warnings(records),
        refusals=erase.refusals(records),
    )


def _records(source: DataSource, erased: Collection[Customer]) -> QuerySet[SourceRecord]:
    """Those of the data source, and what staff entered about customers that are erased."""
    return SourceRecord.objects.filter(Q(data_source=source) | Q(customer__in=erased))


def _plans_without_buyers(source: DataSource) -> int:
    return Product.objects.filter(data_source=source, orderitem=None, purchase=None).count()
