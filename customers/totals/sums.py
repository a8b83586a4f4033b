"""What the orders and purchases of source records add up to, from their totals: nothing is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings

from customers.lib.money import format_money, from_minor_units
from customers.models import Customer, RecordTotals
from customers.totals.billing_status import BY_PRIORITY


class Amount(NamedTuple):
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


@dataclass(frozen=True)
class TotalsSummary:
    """What counted orders add up to, each currency by itself; purchases by their state of billing, those there are."""

    orders: int
    spent: list[Amount]
    refunded: list[Amount]
    first_order_at: datetime | None
    purchases: list[tuple[str, int]]

    @property
    def paid_back(self) -> list[Amount]:
        return [each for each in self.refunded if each.amount]


def totals_of(customer: Customer) -> list[RecordTotals]:
    """With the record that each is of."""
    return list(RecordTotals.objects.filter(source_record__customer=customer).select_related("source_record"))


def sum_totals(totals: Iterable[RecordTotals]) -> TotalsSummary:
    """The sum of `totals`, the currency most used first; nothing is nothing of the default currency."""
    every = sorted(totals, key=lambda row: (-row.orders, row.currency))
    rows = [row for row in every if row.orders > 0]
    currencies = list(dict.fromkeys(row.currency for row in rows)) or [settings.DEFAULT_CURRENCY]

    def summed(name: str) -> list[Amount]:
        of = {c: sum(getattr(row, name) for row in rows if row.currency == c) for c in currencies}
        return [Amount(from_minor_units(amount, currency), currency) for currency, amount in of.items()]

    times = [row.first_order_at for row in rows if row.first_order_at]
    orders = sum(row.orders for row in rows)
    return TotalsSummary(orders, summed("amount"), summed("refunded"), min(times, default=None), _purchases(every))


def _purchases(totals: Iterable[RecordTotals]) -> list[tuple[str, int]]:
    states = ((str(state.label).lower(), sum(getattr(row, name) for row in totals)) for name, state in BY_PRIORITY)
    return [(label, number) for label, number in states if number]
