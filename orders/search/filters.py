"""The filters of the list of orders.

An index answers some of them: a status, or a data source, with the time. The others say nothing about where in the list
an order stands, so with one of them a page reads a stretch of the list at a time (`order_list.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery, TextChoices
from django.db.models.lookups import Exact

from orders.models import OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.search.find import FoundOrders


class OrderState(TextChoices):
    """What the list can be asked for besides the statuses of orders."""

    DECLINED_SOFTLY = "declined_softly", "Declined softly"
    PARTLY_REFUNDED = "partly_refunded", "Partly refunded"


def last_sale_was(status: TransactionStatus) -> Q:
    """Of an order: how its latest sale ended, which decides whether it can be rerun."""
    sales = Transaction.objects.filter(order=OuterRef("pk"), kind=TransactionKind.SALE).order_by("-at", "-pk")
    return Q(Exact(Subquery(sales.values("status")[:1]), status.value))


STATUS_OF = {OrderState.DECLINED_SOFTLY: OrderStatus.DECLINED, OrderState.PARTLY_REFUNDED: OrderStatus.COMPLETE}
BESIDES = {
    OrderState.DECLINED_SOFTLY: last_sale_was(TransactionStatus.SOFT_DECLINE),
    OrderState.PARTLY_REFUNDED: Q(refunded__gt=0, refunded__lt=F("total")),
}


@dataclass(frozen=True)
class OrderFilter:
    """Fields that are not set do not filter. `status` is an OrderStatus or an OrderState."""

    found: FoundOrders | None = None
    source: int | None = None
    status: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def by_index(self) -> Q:
        """One index answers all of it, in the order of the list."""
        first = {"status": self._order_status} if self.status else {"data_source": self.source}
        return _all_of({**first, "at__gte": self.since, "at__lt": self.until})

    @property
    def by_row(self) -> Q:
        """What each row is asked besides; empty if nothing."""
        return self._others & self.found.each if self.found else self._others

    @property
    def among_found(self) -> Q:
        """All of it, where the search names few orders."""
        named = self.found.among_them if self.found else Q()
        return named & self.by_index & self._others

    @property
    def _others(self) -> Q:
        source = self.source if self.status else None
        condition = _all_of({"data_source": source, "kind": self.kind, "total__gte": self.low, "total__lte": self.high})
        if self.status in BESIDES:
            condition &= BESIDES[OrderState(self.status)]
        return condition

    @property
    def _order_status(self) -> str:
        return STATUS_OF[OrderState(self.status)] if self.status in BESIDES else self.status


def _all_of(lookups: dict[str, object]) -> Q:
    return Q(**{name: value for name, value in lookups.items() if value not in (None, "")})
