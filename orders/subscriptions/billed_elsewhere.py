"""Purchases that another system bills: what it says of one that is here. Nothing is billed here.

What ended here stays so, whatever the other system says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from customers.lib import sentences
from customers.models import EventKind
from customers.statements.prepared import insert
from orders import events, history
from orders.models import ENDED, Purchase, PurchaseStatus
from orders.subscriptions.common import locked_purchase, mark_cancelled

if TYPE_CHECKING:
    from crm.accounts.models import User

CHANGED = "Purchase {purchase} is {status} at {price} in the other system."


@dataclass(frozen=True)
class BilledElsewhere:
    """`ended` is when it was cancelled or complete, if that is known."""

    status: str
    price: Decimal
    quantity: int
    next_bill: date | None = None
    ended: datetime | None = None

    def is_said_by(self, purchase: Purchase) -> bool:
        return self._of(purchase) == (self.status, self.price, self.quantity, self.next_bill)

    @staticmethod
    def _of(purchase: Purchase) -> tuple[str, Decimal, int, date | None]:
        return purchase.status, purchase.price, purchase.quantity, purchase.next_bill_date


def record_purchase(purchase: Purchase, elsewhere: BilledElsewhere, *, by: User | None) -> bool:
    """Whether anything was changed."""
    with locked_purchase(purchase, seen=None) as current:
        if current.status in ENDED or elsewhere.is_said_by(current):
            return False
        before = (current.status, current.price)
        _write(current, elsewhere)
        if (current.status, current.price) == before:
            insert(events.about(current, EventKind.SUBSCRIPTION_UPDATED))
            return True
        is_over = current.status in ENDED
        history.write(
            current,
            CHANGED,
            status=sentences.word(current.get_status_display().lower()),
            price=sentences.money(current.price, current.currency),
            by=by,
            event=EventKind.SUBSCRIPTION_CANCELLED if is_over else None,
        )
    return True


def _write(purchase: Purchase, elsewhere: BilledElsewhere) -> None:
    purchase.price, purchase.quantity = elsewhere.price, elsewhere.quantity
    if elsewhere.status in ENDED:
        mark_cancelled(purchase, at=elsewhere.ended or timezone.now())
    elif elsewhere.status == PurchaseStatus.PAUSED and purchase.status != PurchaseStatus.PAUSED:
        purchase.paused_at, purchase.paused_from = timezone.now(), purchase.status
    elif elsewhere.status != PurchaseStatus.PAUSED:
        purchase.paused_at, purchase.paused_from, purchase.restarts_on = None, "", None
    purchase.status = elsewhere.status
    purchase.next_bill_date = None if elsewhere.status in ENDED else elsewhere.next_bill
