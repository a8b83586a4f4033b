"""Purchases that are here, followed: their status, price, quantity and next bill in the other system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.accounts.models import User
from customers.models import DataSource
from orders.imports.batch.verdicts import Verdict
from orders.imports.rows.imported_row import IncomingSubscription
from orders.locks import lock_owners
from orders.models import ENDED, Purchase
from orders.subscriptions.billed_elsewhere import BilledElsewhere, record_purchase

Due = Mapping[str, Mapping[str, Any]]
"""{number of the purchase: what the other system says}, as the cursor of a job keeps it."""


def purchases_due(verdicts: Sequence[Verdict], source: DataSource) -> Due:
    """Of those that are here and are said to be otherwise."""
    known = [v.row.subscription for v in verdicts if v.row.subscription and v.choice is None]
    said = {subscription.external_id: _said(subscription) for subscription in known}
    purchases = Purchase.objects.filter(external_id__in=said, source_record__data_source=source)
    return {
        str(purchase.pk): _to_json(said[purchase.external_id])
        for purchase in purchases.exclude(status__in=ENDED)
        if not said[purchase.external_id].is_said_by(purchase)
    }


def follow_purchases(due: Due, *, by: User | None) -> int:
    """How many were changed."""
    purchases = list(Purchase.objects.filter(pk__in=due).select_related("source_record", "product").order_by("pk"))
    lock_owners(list({purchase.source_record_id: purchase.source_record for purchase in purchases}.values()))
    return sum(record_purchase(purchase, _from_json(due[str(purchase.pk)]), by=by) for purchase in purchases)


def _said(subscription: IncomingSubscription) -> BilledElsewhere:
    is_over = subscription.status in ENDED
    next_bill = subscription.next_bill.date() if subscription.next_bill and not is_over else None
    ended = subscription.ends if is_over else None
    return BilledElsewhere(subscription.status, subscription.price, subscription.quantity, next_bill, ended)


def _to_json(said: BilledElsewhere) -> Mapping[str, Any]:
    return {
        "status": said.status,
        "price": str(said.price),
        "quantity": said.quantity,
        "next_bill": said.next_bill and said.next_bill.isoformat(),
        "ended": said.ended and said.ended.isoformat(),
    }


def _from_json(stored: Mapping[str, Any]) -> BilledElsewhere:
    return BilledElsewhere(
        stored["status"],
        Decimal(stored["price"]),
        stored["quantity"],
        stored["next_bill"] and date.fromisoformat(stored["next_bill"]),
        stored["ended"] and datetime.fromisoformat(stored["ended"]),
    )
