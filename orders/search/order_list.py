"""The list of orders, newest first, a page at a time, without OFFSET and without counting all of it.

What a search names is mostly a few orders: they are read, and sorted here. Else the list is read in the order of an
index, from the place where the page before ended. Where rows are asked for more than the index knows, a page looks at
STRETCH of them at most and says that it did not look at all: it costs the same, however few pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, QuerySet, Sum, Value, When
from django.utils.translation import ngettext

from customers.lib.numbers import capped_count
from customers.lib.pages import PAGE, Cursor, compared_to
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.search.filters import OrderFilter

STRETCH = 5_000
"""So many are asked, one by one, for a page and to be counted."""
MOST = 10_000
"""Counting by an index stops here."""


@dataclass(frozen=True)
class Attempts:
    """What became of the sales of a declined order: the latest answer, and how many there were."""

    status: str
    answer: str
    number: int

    @property
    def is_soft(self) -> bool:
        return self.status == TransactionStatus.SOFT_DECLINE


@dataclass(frozen=True)
class OrderRow:
    order: Order
    attempts: Attempts | None

    @property
    def state(self) -> str:
        if self.attempts and self.attempts.is_soft:
            return "Declined softly"
        is_partly = 0 < self.order.refunded < self.order.total
        return "Partly refunded" if is_partly else self.order.get_status_display()


@dataclass(frozen=True)
class OrderCount:
    """`number` of the first `looked_at` orders; there are more if that is more than `most`."""

    number: int
    looked_at: int
    most: int

    def __str__(self) -> str:
        if self.looked_at <= self.most or self.number > self.most:
            text = ngettext("%(number)s order", "%(number)s orders", self.number)
            return text % {"number": capped_count(self.number, self.most)}
        text = ngettext(
            "%(number)s of the newest %(most)s orders", "%(number)s of the newest %(most)s orders", self.most
        )
        return text % {"number": f"{self.number:,}", "most": f"{self.most:,}"}


@dataclass(frozen=True)
class OrderPage:
    """`following` is where the next page begins, None on the last."""

    rows: Sequence[OrderRow]
    following: Cursor | None
    count: OrderCount
    is_cut_short: bool = False


def order_page(filters: OrderFilter, *, before: Cursor | None) -> OrderPage:
    places = few_places(filters)
    if places is not None:
        return _page_of_few(places, before)
    orders = Order.objects.filter(filters.by_index)
    end = end_of_stretch(orders, before) if filters.by_row else None
    rows = list(within(orders, before, end).filter(filters.by_row).values_list("at", "pk")[: PAGE + 1])
    cursors = [Cursor(*row) for row in rows]
    following = cursors[PAGE - 1] if len(cursors) > PAGE else end
    shown = order_rows([cursor.pk for cursor in cursors[:PAGE]])
    return OrderPage(shown, following, _count(filters), is_cut_short=len(cursors) <= PAGE and end is not None)


def few_places(filters: OrderFilter) -> list[Cursor] | None:
    """Where the orders that pass stand in the list; None if the search names none, or more than MOST."""
    if not filters.found or filters.found.is_more_than(MOST):
        return None
    places = Order.objects.filter(filters.among_found).order_by().values_list("at", "pk")
    return [Cursor(*place) for place in sorted(places, reverse=True)]


def _page_of_few(places: Sequence[Cursor], before: Cursor | None) -> OrderPage:
    left = [place for place in places if before is None or place < before]
    following = left[PAGE - 1] if len(left) > PAGE else None
    rows = order_rows([place.pk for place in left[:PAGE]])
    return OrderPage(rows, following, OrderCount(len(places), len(places), MOST))


def end_of_stretch(orders: QuerySet[Order], before: Cursor | None) -> Cursor | None:
    """The last of the STRETCH orders that follow; None if there are fewer."""
    end = list(within(orders, before, None).values_list("at", "pk")[STRETCH - 1 : STRETCH])
    return Cursor(*end[0]) if end else None


def within(orders: QuerySet[Order], before: Cursor | None, end: Cursor | None) -> QuerySet[Order]:
    """Those between two places, newest first; the order at `end` is one of them."""
    return orders.filter(compared_to(before, "lt"), compared_to(end, "gte")).order_by("-at", "-pk")


def order_rows(pks: Sequence[int]) -> list[OrderRow]:
    orders = Order.objects.select_related("source_record__customer", "data_source").in_bulk(pks)
    attempts = attempts_of(pks)
    return [OrderRow(orders[pk], attempts.get(pk)) for pk in pks if pk in orders]


def attempts_of(orders: Sequence[int]) -> dict[int, Attempts]:
    """{order: its sales}, of those that were declined."""
    sales = Transaction.objects.filter(order__in=orders, order__status=OrderStatus.DECLINED, kind=TransactionKind.SALE)
    attempts: dict[int, Attempts] = {}
    for order, status, answer in sales.order_by("at", "pk").values_list("order", "status", "answer"):
        before = attempts.get(order)
        attempts[order] = Attempts(status, answer, before.number + 1 if before else 1)
    return attempts


def _count(filters: OrderFilter) -> OrderCount:
    orders = within(Order.objects.filter(filters.by_index), None, None)
    if not filters.by_row:
        number = orders.values("pk")[: MOST + 1].count()
        return OrderCount(number, number, MOST)
    passes = Case(When(filters.by_row, then=Value(1)), default=Value(0), output_field=IntegerField())
    stretch = orders[: STRETCH + 1].annotate(passes=passes)
    return OrderCount(**stretch.aggregate(number=Sum("passes", default=0), looked_at=Count("pk")), most=STRETCH)
