"""Cancellations of a subscription, which its billing system sends as times: one more time, or the whole list.

An empty list removes every cancellation, except cancellations sent as events (`subscription_events.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orders import history
from orders.invoices.errors import InvoiceError, cancellation_errors
from orders.models import Purchase
from orders.revenue.ledger import cancellations
from orders.subscriptions.common import PurchaseError, locked_purchase
from orders.subscriptions.derive import derive_again, set_cancellations

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST = 1000


def add(purchase: Purchase, at: datetime, *, by: User | None) -> Purchase:
    with locked_purchase(purchase, seen=None) as current:
        _write(current, [*cancellations(current), at])
        history.write(current, "Purchase {purchase} was cancelled on {day}.", day=at.astimezone(UTC).date(), by=by)
    return current


def replace(purchase: Purchase, times: Collection[datetime], *, by: User | None) -> Purchase:
    with locked_purchase(purchase, seen=None) as current:
        _write(current, times)
        if days := [at.astimezone(UTC).date() for at in sorted(times)]:
            history.write(current, "Set the cancellations of purchase {purchase} to {days}.", days=days, by=by)
        else:
            history.write(current, "Removed all cancellations of purchase {purchase}.", by=by)
    return current


def _write(purchase: Purchase, times: Collection[datetime]) -> None:
    if not purchase.external_id:
        raise PurchaseError("This purchase is billed in Reunite. Cancel it on its page.")
    if len(times) > MOST:
        raise InvoiceError(cancellation_dates=f"must be {MOST} or fewer")
    for at in times:
        if errors := cancellation_errors(at):
            raise InvoiceError(**errors)
    set_cancellations(purchase, times)
    derive_again(purchase)
