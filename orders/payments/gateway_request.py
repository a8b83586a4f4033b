"""Money through the gateway: written down as pending, asked for, and written down as it was answered.

Three steps and never one transaction, since nobody knows how long a gateway takes: (1) a Transaction is committed
PENDING, and its uuid is the gateway's key; (2) the gateway is asked; (3) its answer is committed, once, with all that
follows (`orders.payments.record_answer`). Whatever breaks in between leaves it PENDING, and
`orders.payments.settle_pending` asks again later. While one is pending nothing else is charged or refunded for its
order.

Steps 1 and 3 are durable: begun inside of another transaction they fail, so that the gateway is never asked in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.models import PaySource
from orders.locks import OrderError
from orders.models import Order, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Gateway, configured_gateway

if TYPE_CHECKING:
    from crm.accounts.models import User

PAYMENTS = (TransactionKind.SALE, TransactionKind.CAPTURE)


def require_gateway() -> Gateway:
    found = configured_gateway()
    if found is None:
        raise OrderError("No payment gateway is configured, so nothing can be charged or refunded.")
    return found


def refuse_changed(order: Order, seen: str) -> None:
    """OrderError when the order is no longer what somebody saw: so a second click does nothing."""
    if order.stamp != seen:
        raise OrderError("This order has changed since you opened the page. This is its current state.")


def create_pending(
    order: Order,
    kind: TransactionKind,
    amount: Decimal,
    *,
    pay_source: PaySource | None,
    by: User | None,
    sale: Transaction | None = None,
    reason: str = "",
    adds: Mapping[str, Any] | None = None,
) -> Transaction:
    """Write down, pending, what is about to be asked about the locked `order`.

    The reason stands where the answer will, and goes into history with it.
    """
    return Transaction.objects.create(
        source_record_id=order.source_record_id,
        order=order,
        pay_source=pay_source,
        kind=kind,
        status=TransactionStatus.PENDING,
        amount=amount,
        currency=order.currency,
        sale=sale,
        by=by,
        answer=reason,
        adds=dict(adds or {}),
    )


def amount_paid(transactions: Iterable[Transaction], order: Order) -> Decimal:
    """What came in for the order, at most its total, whatever of it went back."""
    return min(
        order.total, sum((each.amount for each in transactions if is_successful_payment(each, order)), Decimal())
    )


def is_successful_payment(each: Transaction, order: Order) -> bool:
    return each.kind in PAYMENTS and each.status == TransactionStatus.SUCCESS and each.currency == order.currency
