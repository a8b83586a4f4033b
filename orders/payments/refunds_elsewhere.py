"""Refunds that another system paid back, of orders that came from there. No money moves here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from customers.lib import sentences
from customers.models import EventKind
from orders import history
from orders.locks import lock_owners
from orders.models import Order, OrderStatus
from orders.payments.payments_elsewhere import paid_elsewhere
from orders.totals.add import add_to_totals
from orders.totals.deltas import Delta, deltas_of_refund

if TYPE_CHECKING:
    from crm.accounts.models import User

REFUNDED = "Refunded {amount} of order {order} in the other system."


@transaction.atomic
def record_refunds(refunded: Mapping[int, Decimal], *, by: User | None) -> int:
    """`refunded` is what was paid back in all, by order. Orders that were paid here are left as they are.

    Returns how many orders were changed.
    """
    # Read without locks first: a customer is locked before its orders.
    lock_owners([order.source_record for order in _complete(refunded).select_related("source_record")])
    orders = _complete(refunded).select_for_update(no_key=True, of=("self",)).order_by("pk")
    deltas = [delta for order in orders for delta in _record(order, refunded[order.pk], by=by)]
    add_to_totals(deltas)
    return len(deltas)


def _complete(refunded: Mapping[int, Decimal]) -> QuerySet[Order]:
    return paid_elsewhere(Order.objects.filter(pk__in=refunded, status=OrderStatus.COMPLETE))


def _record(order: Order, refunded: Decimal, *, by: User | None) -> list[Delta]:
    amount = min(refunded, order.total) - order.refunded
    if amount <= 0:
        return []
    order.refunded += amount
    if order.refunded == order.total:
        order.status = OrderStatus.REFUNDED
    order.save(update_fields=["refunded", "status", "updated"])
    money = sentences.money(amount, order.currency)
    history.write(order, REFUNDED, amount=money, by=by, event=EventKind.ORDER_REFUNDED)
    return list(deltas_of_refund(order, amount))
