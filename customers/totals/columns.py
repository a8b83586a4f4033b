"""The columns of orders and amounts that exports of customers share."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TypeVar

from django.conf import settings

from customers.lib.columns import Column, ValueKind
from customers.lib.money import from_minor_units
from customers.totals.sums import OrderTotals

Row = TypeVar("Row")
ORDERS = "Orders"


def totals_columns(totals_of: Callable[[Row], OrderTotals]) -> tuple[Column[Row], ...]:
    column = partial(Column[Row], group=ORDERS, is_about_orders=True)
    return (
        column("Orders", lambda row: totals_of(row).orders, ValueKind.NUMBER),
        column("Spent", lambda row: _spent(totals_of(row)), ValueKind.MONEY),
        column("Currency", lambda row: _currency(totals_of(row))),
        column("Spent in other currencies", lambda row: _others(totals_of(row))),
        column("Last order (UTC)", lambda row: totals_of(row).last_order_at, ValueKind.TIME),
    )


def _currency(totals: OrderTotals) -> str:
    """The default currency where something was paid in it, so that a column of most customers adds up."""
    default: str = settings.DEFAULT_CURRENCY
    return default if default in totals.spent else next(iter(totals.spent), "")


def _spent(totals: OrderTotals) -> Decimal | None:
    currency = _currency(totals)
    return from_minor_units(totals.spent[currency], currency) if currency else None


def _others(totals: OrderTotals) -> str:
    currency = _currency(totals)
    others = [(amount, other) for other, amount in totals.spent.items() if other != currency]
    return ", ".join(f"{from_minor_units(amount, other)} {other}" for amount, other in others)
