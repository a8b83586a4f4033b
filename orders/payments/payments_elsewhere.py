"""Payments that another system took, of orders that came from there, as rows of the order. No money moves here.

They do not derive its status: what the order is, the other system says itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from customers.lib.money import is_payable
from customers.models import DataSource, EventKind
from customers.statements.prepared import insert
from orders import events
from orders.invoices.errors import existing_payment_ids
from orders.locks import lock_owners
from orders.models import Order, Transaction, TransactionKind, TransactionStatus


@dataclass(frozen=True)
class PaymentElsewhere:
    """`order` and `external_id` are IDs of the other system."""

    external_id: str
    order: str
    kind: TransactionKind
    status: TransactionStatus
    at: datetime
    amount: Decimal
    answer: str = ""


def paid_elsewhere(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those without a payment of this installation."""
    return orders.exclude(Exists(Transaction.objects.filter(order=OuterRef("pk"), external_id="")))


@transaction.atomic
def record_payments(payments: Collection[PaymentElsewhere], source: DataSource) -> list[Transaction]:
    """Those that are not here yet, of orders of `source` that are."""
    ids = {payment.order for payment in payments}
    here = paid_elsewhere(Order.objects.filter(data_source=source, external_id__in=ids))
    lock_owners(list({order.source_record_id: order.source_record for order in _with_record(here)}.values()))
    orders = {order.external_id: order for order in _with_record(here)}
    known = existing_payment_ids(source.pk, [payment.external_id for payment in payments])
    new = {payment.external_id: payment for payment in payments if payment.external_id not in known}
    rows = [
        _transaction(orders[payment.order], payment)
        for payment in new.values()
        if payment.order in orders and is_payable(payment.amount, orders[payment.order].currency)
    ]
    Transaction.objects.bulk_create(rows)
    changed = list({row.order_id: row.order for row in rows}.values())
    Order.objects.filter(pk__in=[order.pk for order in changed]).update(updated=timezone.now())
    insert(*events.about_each(changed, EventKind.ORDER_UPDATED))
    return rows


def _with_record(orders: QuerySet[Order]) -> Sequence[Order]:
    return list(orders.select_related("source_record").order_by("pk"))


def _transaction(order: Order, payment: PaymentElsewhere) -> Transaction:
    return Transaction(
        source_record_id=order.source_record_id,
        order=order,
        kind=payment.kind,
        status=payment.status,
        at=payment.at,
        amount=payment.amount,
        currency=order.currency,
        external_id=payment.external_id,
        answer=payment.answer[:200],
    )
