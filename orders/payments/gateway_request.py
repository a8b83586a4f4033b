"""How money moves through the gateway: in three steps, because a gateway may take any time to answer.

1. A Transaction is committed as PENDING; its uuid is the key of the request.
2. The gateway is asked, outside of any database transaction.
3. Its answer is committed, once, with everything that follows (`record_answer.py`).

A failure in between leaves the payment PENDING, and `settle_pending.py` asks again later. While a payment is
pending, nothing else is charged or refunded for its order. Steps 1 and 3 are durable: inside another database
transaction they fail, so that the gateway is never asked in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.money import format_money
from customers.models import PaySource
from customers.models.ids import public_id
from customers.statements.prepared import insert
from orders.locks import OrderError
from orders.models import Contradiction, Order, Transaction, TransactionKind, TransactionStatus
from orders.payments.gateway import Gateway, configured_gateway

if TYPE_CHECKING:
    from crm.accounts.models import User

PAYMENTS = (TransactionKind.SALE, TransactionKind.CAPTURE)


def require_gateway() -> Gateway:
    gateway = configured_gateway()
    if gateway is None:
        raise OrderError("No payment gateway is configured, so nothing can be charged or refunded.")
    return gateway


def refuse_changed(order: Order, seen: str) -> None:
    """OrderError if the order changed since the page with the stamp `seen`, for example by a second click."""
    if order.stamp != seen:
        raise OrderError("This order has changed since you opened the page. This is its current state.")


def payments_of(order: Order) -> QuerySet[Transaction]:
    """All its transactions, the latest first, with what they were paid by."""
    return order.transactions.select_related("pay_source").order_by("-at", "-pk")


def create_pending(
    order: Order,
    kind: TransactionKind,
    amount: Decimal,
    *,
    what: str,
    pay_source: PaySource | None,
    by: User | None,
    sale: Transaction | None = None,
    reason: str = "",
    adds: Mapping[str, Any] | None = None,
    key: str = "",
) -> Transaction:
    """Step 1, for the locked `order`, with the entry of the audit log that says `what` is asked of the gateway.

    The `reason` is kept in the payment's answer, then in the history.

    Pass a `key` where the caller may have to begin again: it finds the payment by that.
    """
    payment = Transaction(
        uuid=key or public_id("tr"),
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
    insert(payment, payment_entry(order, what, amount, by=by))
    return payment


def payment_entry(order: Order, what: str, amount: Decimal, *, by: User | None) -> Model:
    """Of the audit log: what is asked of a gateway, or decided of a payment. Nobody asks for a bill that is due."""
    text = f"Order {order.number}: {what}, {format_money(amount, order.currency)}."
    return audit_entry(AuditAction.PAYMENT, text, by=by, customer=order.source_record.customer_id)


def amount_paid(transactions: Iterable[Transaction], order: Order) -> Decimal:
    """The amount paid for the order, at most its total; refunds are not subtracted."""
    payments = (payment.amount for payment in transactions if is_successful_payment(payment, order))
    return min(order.total, sum(payments, Decimal()))


def is_successful_payment(transaction: Transaction, order: Order) -> bool:
    is_payment = transaction.kind in PAYMENTS and transaction.currency == order.currency
    is_of_order = transaction.contradiction not in (Contradiction.DONE, Contradiction.EXTRA)
    return is_payment and is_of_order and transaction.status == TransactionStatus.SUCCESS
