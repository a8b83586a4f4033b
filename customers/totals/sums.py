"""The sums of orders and purchases, added up from the totals of source records. No orders are counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db.models import Max, Min, QuerySet, Sum
from django.utils.translation import ngettext

from customers.lib.money import format_money, from_minor_units
from customers.models import Customer, RecordTotals
from customers.statements.prepared import Slot
from customers.totals.billing_status import BY_PRIORITY


class Amount(NamedTuple):
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


@dataclass(frozen=True)
class OrderTotals:
    """The number of orders that count (`Order.is_counted`) and their amounts, {currency: minor units}.

    `purchases` are {billing status: number}.
    """

    orders: int = 0
    spent: Mapping[str, int] = field(default_factory=dict)
    refunded: Mapping[str, int] = field(default_factory=dict)
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    purchases: Mapping[str, int] = field(default_factory=dict)

    def since(self, customer: Customer) -> datetime:
        # The first order may be older than the customer.
        return min(filter(None, (customer.created, self.first_order_at)))

    @property
    def spent_amounts(self) -> list[Amount]:
        """One in each currency; zero of the default currency for a customer without orders."""
        return _amounts(self.spent) or [Amount(Decimal(), settings.DEFAULT_CURRENCY)]

    @property
    def refunded_amounts(self) -> list[Amount]:
        """In the order of `spent_amounts`, zero included."""
        return _amounts({currency: self.refunded.get(currency, 0) for _, currency in self.spent_amounts})

    @property
    def refunds(self) -> list[Amount]:
        return [refund for refund in self.refunded_amounts if refund.amount]

    @property
    def amounts(self) -> str:
        """Such as “27.84 USD, 10.00 EUR”; "" without orders."""
        return ", ".join(map(str, _amounts(self.spent)))

    def __str__(self) -> str:
        """Such as “3 orders, 27.84 USD”."""
        if not self.orders:
            return "no orders"
        orders = ngettext("%(count)s order", "%(count)s orders", self.orders) % {"count": f"{self.orders:,}"}
        return f"{orders}, {self.amounts}"

    def __add__(self, other: OrderTotals) -> OrderTotals:
        return OrderTotals(
            self.orders + other.orders,
            _added(self.spent, other.spent),
            _added(self.refunded, other.refunded),
            min(filter(None, (self.first_order_at, other.first_order_at)), default=None),
            max(filter(None, (self.last_order_at, other.last_order_at)), default=None),
            _added(self.purchases, other.purchases),
        )


def _amounts(minor_units: Mapping[str, int]) -> list[Amount]:
    return [Amount(from_minor_units(number, currency), currency) for currency, number in minor_units.items()]


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in dict.fromkeys((*one, *other))}


def totals_rows(customer: Customer | Slot) -> QuerySet[RecordTotals]:
    return RecordTotals.objects.filter(source_record__customer=customer).select_related("source_record")


def sum_rows(rows: Iterable[RecordTotals]) -> OrderTotals:
    """The sum of `rows`; the currency of most orders comes first."""
    by_orders = sorted(rows, key=lambda row: (-row.orders, row.currency))
    purchases = {str(state.label).lower(): sum(getattr(row, name) for row in by_orders) for name, state in BY_PRIORITY}
    total = OrderTotals(purchases={state: number for state, number in purchases.items() if number})
    for row in by_orders:
        if row.orders > 0:
            spent, refunded = {row.currency: row.amount}, {row.currency: row.refunded}
            total += OrderTotals(row.orders, spent, refunded, row.first_order_at, row.last_order_at)
    return total


def order_totals(pks: Collection[int], *, by: str = "source_record") -> defaultdict[int, OrderTotals]:
    """{pk: order totals} of records, or of customers if `by` is `source_record__customer`. One query."""
    totals: defaultdict[int, OrderTotals] = defaultdict(OrderTotals)
    rows = RecordTotals.objects.filter(**{f"{by}__in": pks}, orders__gt=0).values_list(by, "currency")
    sums = Sum("orders"), Sum("amount"), Sum("refunded"), Min("first_order_at"), Max("last_order_at")
    for pk, currency, orders, amount, refunded, *times in rows.annotate(*sums).order_by("currency"):
        totals[pk] += OrderTotals(orders, {currency: amount}, {currency: refunded}, *times)
    return totals


def common_currency(totals: Iterable[OrderTotals]) -> str:
    """ "" when there are several or none."""
    currencies = {currency for total in totals for currency in total.spent}
    return currencies.pop() if len(currencies) == 1 else ""
