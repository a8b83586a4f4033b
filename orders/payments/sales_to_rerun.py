"""Which declined sales of a list can be rerun together.

Each is charged to the card that was declined or, where that cannot be charged any more, to the customer’s default card.
No other card is tried: with many sales at one time, nobody looks at each. `rerun_sale.py` charges one of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from customers.lib.batches import batches
from customers.models import PaySource
from orders.locks import OrderError
from orders.models import Order, OrderStatus, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway_request import require_gateway
from orders.search.filters import OrderFilter, OrderState
from orders.search.order_list import few_places

if TYPE_CHECKING:
    from orders.payments.gateway import Gateway

MOST = 5_000
"""Sales that are rerun at one time."""
NOT_DECLINED = "Not declined"
NO_SALE = "No declined sale"
PENDING = "A payment is pending"
DECLINED_FOR_GOOD = "Declined permanently"
NOTHING_TO_CHARGE = "Total of zero"
NO_CARD = "No card on file that can be charged"


class TooManySalesError(OrderError):
    def __init__(self) -> None:
        super().__init__(f"More than {MOST:,} orders match. Choose fewer days, or another filter.")


@dataclass(frozen=True)
class RerunPreview:
    """The declined `sales` that will be charged again, by key; and how many orders are left out, by the reason."""

    sales: Sequence[int]
    sums: Sequence[tuple[str, Decimal]]
    excluded: Sequence[tuple[str, int]]

    @property
    def number(self) -> int:
        return len(self.sales)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr((self.sales, self.sums)).encode()).hexdigest()


def preview_filtered(filters: OrderFilter) -> RerunPreview:
    """Of all declined orders that pass; TooManySalesError."""
    if filters.status not in (OrderStatus.DECLINED, OrderState.DECLINED_SOFTLY):
        raise OrderError("Choose the status “Declined softly” or “Declined”: only such orders can be rerun.")
    places = few_places(filters)
    if places is not None:
        return preview_rerun([place.pk for place in places])
    orders = Order.objects.filter(filters.by_index & filters.by_row).order_by("-at", "-pk")
    return preview_rerun(list(orders.values_list("pk", flat=True)[: MOST + 1]))


def preview_rerun(orders: Collection[int]) -> RerunPreview:
    if len(orders) > MOST:
        raise TooManySalesError
    gateway = require_gateway()
    sales: list[int] = []
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    excluded: Counter[str] = Counter()
    for order, transactions in _with_transactions(orders):
        sale, why = sale_to_rerun(order, transactions, gateway)
        if sale is None:
            excluded[why] += 1
        else:
            sales.append(sale.pk)
            sums[order.currency] += order.total
    return RerunPreview(sales, sorted(sums.items()), excluded.most_common())


def _with_transactions(pks: Collection[int]) -> Iterator[tuple[Order, list[Transaction]]]:
    """Two statements for each batch, whatever the orders have."""
    for batch in batches(pks):
        orders = Order.objects.select_related("source_record__customer__pay_source").in_bulk(batch)
        transactions: dict[int, list[Transaction]] = {pk: [] for pk in orders}
        of_orders = Transaction.objects.filter(order__in=orders).select_related("pay_source")
        for payment in of_orders.order_by("-at", "-pk"):
            transactions[payment.order_id].append(payment)
        yield from ((orders[pk], transactions[pk]) for pk in batch if pk in orders)


def sale_to_rerun(
    order: Order, transactions: Sequence[Transaction], gateway: Gateway
) -> tuple[Transaction | None, str]:
    """The declined sale, or why it is left out. `transactions` come newest first."""
    if order.status != OrderStatus.DECLINED:
        return None, NOT_DECLINED
    if any(payment.status == TransactionStatus.PENDING or payment.is_undecided for payment in transactions):
        return None, PENDING
    sale = next((payment for payment in transactions if payment.kind == TransactionKind.SALE), None)
    if sale is None:
        return None, NO_SALE
    if sale.status == TransactionStatus.HARD_DECLINE:
        return None, DECLINED_FOR_GOOD
    if not order.total:
        return None, NOTHING_TO_CHARGE
    if card_for(order, sale, gateway) is None:
        return None, NO_CARD
    return sale, ""


def card_for(order: Order, sale: Transaction, gateway: Gateway) -> PaySource | None:
    candidates = (sale.pay_source, order.source_record.customer.pay_source)
    return next((card for card in candidates if card and is_chargeable(card, gateway)), None)


def is_chargeable(card: PaySource, gateway: Gateway) -> bool:
    return bool(card.token) and card.gateway == gateway.name and not card.is_expired
