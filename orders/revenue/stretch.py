"""The movements of some customers in a stretch of time, from the steps of that stretch (`steps.py`).

What a customer was worth when it begins is a sum of months (`MonthTotals.mrr_moved`) and of the steps of its month;
whether the customer had paid by then follows from the first step. So what was billed before or after costs nothing. of
purchases that are not counted (`counted.py`) are derived from all of their lines.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone

from customers.models import MonthTotals, SourceRecord
from customers.models.totals import month_of
from orders.models import MrrStep, Purchase
from orders.revenue.ledger import EVER, read_all_changes, reclassification_window
from orders.revenue.movements import Movement, derive_steps, movements_of
from orders.revenue.steps import step_of
from orders.revenue.types import RevenueStep

IN_ORDER = ("at", "place", "origin_kind", "origin_pk", "number")

Worth = Mapping[int, Counter[str]]
"""{customer: {currency: MRR in minor units}}"""


@dataclass(frozen=True)
class Steps:
    """The steps of some customers until `now`: stored ones, and `derived` ones of the purchases `uncounted`."""

    customers: Mapping[int, int]
    """{source record: customer}"""
    now: datetime
    derived: Mapping[int, Sequence[RevenueStep]]
    uncounted: Collection[int]

    @classmethod
    def of(cls, customers: Collection[int], *, now: datetime) -> Steps:
        owners = dict(SourceRecord.objects.filter(customer__in=customers).values_list("pk", "customer"))
        # By the clock: what has changed since `now` is stored no more as it was then.
        uncounted = Purchase.objects.filter(source_record__in=owners, mrr_until__lte=max(now, timezone.now()))
        ledger = read_all_changes(uncounted, until=now)
        derived = {customer: derive_steps(changes) for customer, changes in ledger.changes.items()}
        return cls(owners, now, derived, [*ledger.purchases])

    def stored(self, **filters: object) -> QuerySet[MrrStep]:
        rows = MrrStep.objects.filter(at__lte=self.now, **filters).exclude(amount=0)
        return rows.exclude(purchase__in=self.uncounted) if self.uncounted else rows

    def between(self, start: datetime, end: datetime) -> Mapping[int, Sequence[RevenueStep]]:
        steps: defaultdict[int, list[RevenueStep]] = defaultdict(list)
        for row in self.stored(source_record__in=self.customers, at__range=(start, end)):
            steps[self.customers[row.source_record_id]].append(step_of(row))
        for customer, derived in self.derived.items():
            steps[customer] += [step for step in derived if start <= step.at <= end]
        return {customer: sorted(rows, key=lambda step: step.order) for customer, rows in steps.items()}

    def worth_before(self, start: datetime) -> Worth:
        worth: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for record, currency, amount in self._sums_before(start):
            worth[self.customers[record]][currency] += amount
        for customer, derived in self.derived.items():
            for step in (step for step in derived if step.at < start):
                worth[customer][step.currency] += step.amount
        return worth

    def _sums_before(self, start: datetime) -> Iterator[tuple[int, str, int]]:
        month = month_of(start)
        months = MonthTotals.objects.filter(source_record__in=self.customers, month__lt=month).exclude(mrr_moved=0)
        yield from months.values_list("source_record", "currency").annotate(Sum("mrr_moved"))
        begins = datetime(month.year, month.month, 1, tzinfo=UTC)
        steps = MrrStep.objects.filter(at__lt=start).exclude(amount=0).order_by()
        of_month = steps.filter(source_record__in=self.customers, at__gte=begins)
        yield from of_month.values_list("source_record", "currency").annotate(Sum("amount"))
        if self.uncounted:
            # Months and steps have what was true of these before.
            outdated = steps.filter(purchase__in=self.uncounted)
            for record, currency, amount in outdated.values_list("source_record", "currency").annotate(Sum("amount")):
                yield record, currency, -amount

    def paid_before(self, start: datetime, asked: Mapping[int, Collection[str]]) -> Mapping[int, Collection[str]]:
        """{customer: those of the currencies `asked` in which its MRR was above zero before `start`}."""
        firsts = self._firsts_before(start, asked)
        return {
            customer: [currency for currency in currencies if self._has_paid(customer, currency, firsts, start)]
            for customer, currencies in asked.items()
        }

    def _firsts_before(
        self, start: datetime, asked: Mapping[int, Collection[str]]
    ) -> Mapping[tuple[int, str], RevenueStep]:
        currencies = sorted({currency for of_customer in asked.values() for currency in of_customer})
        records = SourceRecord.objects.filter(pk__in=[pk for pk, owner in self.customers.items() if owner in asked])
        in_order = self.stored(at__lt=start, source_record=OuterRef("pk")).order_by(*IN_ORDER).values("pk")
        firsts = [Subquery(in_order.filter(currency=currency)[:1]) for currency in currencies]
        rows = records.values_list(*firsts) if firsts else ()
        stored = MrrStep.objects.filter(pk__in={pk for row in rows for pk in row if pk})
        steps = [(self.customers[row.source_record_id], step_of(row)) for row in stored] if firsts else []
        steps += [(customer, step) for customer in asked for step in self.derived.get(customer, ()) if step.at < start]
        # The earliest is last, so it is the one that is kept.
        return {(customer, step.currency): step for customer, step in sorted(steps, key=_order, reverse=True)}

    def _has_paid(
        self, customer: int, currency: str, firsts: Mapping[tuple[int, str], RevenueStep], start: datetime
    ) -> bool:
        first = firsts.get((customer, currency))
        if first is None or first.amount > 0:
            return first is not None
        # A credit came first, which is rare.
        earlier = self.between(EVER, start).get(customer, ())
        amounts = [step.amount for step in earlier if step.at < start and step.currency == currency]
        return any(total > 0 for total in accumulate(amounts))


def _order(row: tuple[int, RevenueStep]) -> tuple[object, ...]:
    return row[1].order


def movements_between(steps: Steps, first: datetime, last: datetime) -> Mapping[int, Sequence[Movement]]:
    """{customer: its movements in order}, complete from `first` to `last`; some before and after are there, too."""
    window = reclassification_window()
    start, end = first - window if first - EVER > window else EVER, min(last + window, steps.now)
    within, opening = steps.between(start, end), steps.worth_before(start)
    rising = {customer: _rising(rows, opening.get(customer, Counter())) for customer, rows in within.items()}
    paid = steps.paid_before(start, {customer: currencies for customer, currencies in rising.items() if currencies})
    return {
        customer: movements_of(
            rows,
            window=window,
            opening=opening.get(customer),
            paid={*paid.get(customer, ()), *(name for name, amount in opening.get(customer, {}).items() if amount > 0)},
        )
        for customer, rows in within.items()
    }


def _rising(steps: Sequence[RevenueStep], opening: Counter[str]) -> set[str]:
    """The currencies in which it has to be known whether the customer has paid before."""
    return {step.currency for step in steps if step.amount > 0 and opening[step.currency] <= 0}
