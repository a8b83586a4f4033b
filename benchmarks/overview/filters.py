"""The lists of customers and of orders by each filter, each two together, and each with words of the search.

Measured is what the database takes for the first page, CPU of the backend on PostgreSQL and of the process on SQLite,
beside the time that it may take. Of each kind the dearest are yielded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

from django.db import connection

from benchmarks.large import filtered
from benchmarks.overview.measured import Measured, again, measure
from customers.models import AccountType, BillingStatus, ClosingReason, DataSource, LeadPhase, LeadStatus
from customers.search.customer_list import ListPage, list_page
from customers.search.forms import read_list_filter
from customers.totals.status import CUSTOMER
from orders.models import OrderKind, OrderStatus
from orders.pages.forms.order_filter import OrderFilterForm
from orders.search.filters import OrderState
from orders.search.order_list import OrderPage, order_page

MOST = 50
"""Milliseconds of SQL."""
DEAREST = 6
WORDS = ("ana", "mara", "ana carbaker", "pewalweaver")

Query = Mapping[str, str]


@dataclass(frozen=True)
class FilteredList:
    name: str
    filters: Sequence[Query]
    searches: Sequence[Query]
    page: Callable[[Query], ListPage | OrderPage]

    def asked(self) -> Iterator[tuple[str, list[Query]]]:
        yield "by one filter", list(self.filters)
        pairs = ((one, other) for one, other in combinations(self.filters, 2) if not one.keys() & other.keys())
        yield "by two filters", [{**one, **other} for one, other in pairs]
        yield "by a search", list(self.searches)
        yield "by a filter and a search", [{**one, **text} for one in self.filters for text in self.searches]


def filters(repeat: int, *, of_each: int | None = None) -> Iterator[Measured]:
    """So many `of_each` kind, or all."""
    without_parallel_workers()
    for of in (customer_list(), order_list()):
        for how, queries in of.asked():
            rows = sorted((measured(of, query, repeat) for query in queries[:of_each]), key=cost_of, reverse=True)
            yield from rows[:DEAREST]
            yield summary(f"{of.name} {how}", rows)


def without_parallel_workers() -> None:
    """They are processes of their own, whose CPU is not counted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")


def summary(name: str, rows: Sequence[Measured]) -> Measured:
    """The medians, and how many are within the limit."""
    within = sum(cost_of(row) <= MOST for row in rows)
    return replace(
        rows[0],
        what=f"{name}, the median: {within} of {len(rows)} within {MOST} ms",
        statements=max(row.statements for row in rows),
        python=median(row.python for row in rows),
        backend=median(row.backend for row in rows),
        p50=median(row.p50 for row in rows),
        p99=max(row.p99 for row in rows),
        ratio=median(row.ratio or 0 for row in rows),
    )


def measured(of: FilteredList, query: Query, repeat: int) -> Measured:
    page = of.page(query)
    number = len(page.lines) if isinstance(page, ListPage) else len(page.rows)
    ends = ", cut short" if page.is_cut_short else ""
    what = f"{of.name} by {', '.join(query.values())}: {number} rows{ends}"
    row = measure(what, again(lambda: of.page(query)), repeat=repeat)
    return replace(row, limit=f"{MOST} ms of SQL", ratio=cost_of(row) / MOST)


def cost_of(row: Measured) -> float:
    return row.backend or row.python


def customer_list() -> FilteredList:
    """Values are named in the address as the form does it."""
    types, phases, reasons = (by_name(model) for model in (AccountType, LeadPhase, ClosingReason))
    sources = by_name(DataSource)
    statuses = (*BillingStatus.values, CUSTOMER, LeadStatus.NEW, LeadStatus.LOST)
    return FilteredList(
        "customers",
        [
            *({"status": str(status)} for status in statuses),
            *({"source": sources[shop]} for shop in filtered.SHOPS),
            *({"country": country} for country in ("US", "GB", "MT")),
            {"duplicates": "on"},
            *({"account_type": types[name]} for name in ("Consumer", "Reseller")),
            {"phase": phases["New"]},
            {"opportunity": phases["New"]},
            {"closing_reason": reasons["Price"]},
        ],
        [{"q": words} for words in WORDS],
        _customers,
    )


def order_list() -> FilteredList:
    sources = by_name(DataSource)
    statuses = (OrderStatus.COMPLETE, OrderStatus.DECLINED, OrderStatus.PARTIAL, *OrderState)
    return FilteredList(
        "orders",
        [
            *({"status": str(status)} for status in statuses),
            *({"kind": str(kind)} for kind in OrderKind),
            *({"source": sources[shop]} for shop in filtered.SHOPS[:2]),
            {"low": "199"},
            {"high": "5.50"},
            {"since": "2022-01-01", "until": "2022-01-31"},
        ],
        [{"q": words} for words in (*WORDS, "tea")],
        _orders,
    )


def by_name(model: type[AccountType | LeadPhase | ClosingReason | DataSource]) -> dict[str, str]:
    return {name: str(pk) for pk, name in model._default_manager.values_list("pk", "name")}


def _customers(query: Query) -> ListPage:
    asked = read_list_filter(query)
    return list_page(asked.criteria, asked.sort, text=asked.text)


def _orders(query: Query) -> OrderPage:
    return order_page(OrderFilterForm(query).order_filter, before=None)
