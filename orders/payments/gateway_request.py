"""Money through the gateway: written down as pending, asked for, and written down as it was answered.

Three steps and never one transaction, since nobody knows how long a gateway takes: (1) a Transaction is committed
PENDING, and its uuid is the gateway's key; (2) the gateway is asked; (3) its answer is committed, once, with all that
follows (`orders.payments.record_answer`). Whatever breaks in between leaves it PENDING, and
`orders.payments.settle_pending` asks again later. While one is pending nothing else is charged or refunded for its
order.

Steps 1 and 3 are durable: begun inside of another transaction they fail, so that the gateway is never asked in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from customers.locks import RetiredMeanwhileError
from customers.models import PaySource
from orders.intake.take import lock_owner
from orders.models import Order, Transaction, TransactionKind, TransactionStatus
from orders.payments import gateway
from orders.payments.gateway import Gateway

if TYPE_CHECKING:
    from crm.accounts.models import User

PAYMENTS = (TransactionKind.SALE, TransactionKind.CAPTURE)
JUST_ASKED = timedelta(minutes=1)
"""For so long the gateway may still be being asked."""


class PaymentError(Exception):
    """Nothing was asked of the gateway; the message says why and what to do."""


class DeletedError(PaymentError):
    def __init__(self) -> None:
        super().__init__("This order was deleted a moment ago.")


def the_gateway() -> Gateway:
    found = gateway.current()
    if found is None:
        raise PaymentError("No payment gateway is set up here, so nothing can be charged or refunded.")
    return found


@contextmanager
def locked_order(order: Order) -> Iterator[Order]:
    """The order, read again under its lock and that of its customer, in a transaction of its own."""
    with transaction.atomic(durable=True):
        try:
            lock_owner(order.source_record)
            alone = Order.objects.select_for_update(no_key=True, of=("self",))
            current = alone.select_related("source_record", "campaign").get(pk=order.pk)
        except (ObjectDoesNotExist, RetiredMeanwhileError):
            raise DeletedError from None
        yield current


def refuse_changed(order: Order, seen: str) -> None:
    """PaymentError when the order is no longer what somebody saw: so a second click does nothing."""
    if order.stamp != seen:
        raise PaymentError("This order has changed since you opened the page. This is how it stands now.")


def refuse_pending(transactions: Iterable[Transaction]) -> None:
    waiting = next((each for each in transactions if each.status == TransactionStatus.PENDING), None)
    if waiting and waiting.at > timezone.now() - JUST_ASKED:
        what = "refund" if waiting.kind == TransactionKind.REFUND else "charge"
        who = waiting.by or "somebody"
        raise PaymentError(
            f"A {what} that {who} asked for a moment ago has no answer yet. Look again in a minute; nothing else"
            " can be charged or refunded until then."
        )
    if waiting:
        raise PaymentError(
            "The gateway has not answered about this order yet. It is asked again every few minutes; nothing else can"
            " be charged or refunded until then."
        )


def begin(
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


def paid(transactions: Iterable[Transaction], order: Order) -> Decimal:
    """What came in for the order, at most its total, whatever of it went back."""
    return min(order.total, sum((each.amount for each in transactions if is_payment(each, order)), Decimal()))


def is_payment(each: Transaction, order: Order) -> bool:
    return each.kind in PAYMENTS and each.status == TransactionStatus.SUCCESS and each.currency == order.currency
