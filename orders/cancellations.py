"""When a subscription was cancelled, as its billing system tells it: a time more, or the whole list anew.

An empty list takes every cancellation back. One that was sent as an event goes with its event (`orders.events`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orders import altering, recording, subscribing
from orders.altering import PurchaseError, said
from orders.invoice import InvoiceError, wrong_cancellation
from orders.ledger import cancellations
from orders.models import Purchase

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST = 1000


def add(purchase: Purchase, at: datetime, *, by: User | None) -> Purchase:
    with altering.locked(purchase, seen=None) as current:
        _write(current, [*cancellations(current), at])
        recording.write(current, f"was cancelled on {said(at.astimezone(UTC).date())}.", by=by)
    return current


def replace(purchase: Purchase, times: Collection[datetime], *, by: User | None) -> Purchase:
    with altering.locked(purchase, seen=None) as current:
        _write(current, times)
        days = ", ".join(said(at.astimezone(UTC).date()) for at in sorted(times))
        recording.write(current, f"cancellations are now: {days or 'none'}.", by=by)
    return current


def _write(purchase: Purchase, times: Collection[datetime]) -> None:
    if not purchase.external_id:
        raise PurchaseError("This purchase is billed here. Cancel it on its page.")
    if len(times) > MOST:
        raise InvoiceError(cancellation_dates=f"must be {MOST} or fewer")
    for at in times:
        if errors := wrong_cancellation(at):
            raise InvoiceError(**errors)
    subscribing.remember(purchase, times)
    # What follows for the totals is added by whoever locked it.
    subscribing.refresh([purchase])
