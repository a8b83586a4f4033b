"""What the changes of a purchase have in common: lock, refusals, totals, days.

Days are UTC days, not days of the user's time zone: `apply_due` carries out planned changes on UTC days.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from customers.lib.errors import ActionError
from customers.locks import RetiredMeanwhileError, get_locked
from customers.totals import billing_status
from orders.locks import lock_owner
from orders.models import ENDED, Purchase, PurchaseStatus
from orders.revenue.counted import recount
from orders.timestamps import shown_values, touch_orders_of
from orders.totals.add import add_to_totals
from orders.totals.deltas import deltas_between, deltas_of_purchase

FURTHEST = timedelta(days=3660)  # beyond ten years, the day is a typing mistake


class PurchaseError(ActionError):
    pass


@contextmanager
def locked_purchase(purchase: Purchase, *, seen: str | None) -> Iterator[Purchase]:
    """The purchase, read again under the lock of its customer; changes made to it are saved at the end.

    `seen` is the stamp that the user saw, None without a user. PurchaseError if the purchase has changed since, or was
    deleted.
    """
    with transaction.atomic():
        try:
            owner = lock_owner(purchase.source_record)
            purchases = Purchase.objects.select_for_update(no_key=True, of=("self",))
            current = get_locked(purchases.select_related("product", "source_record__data_source"), purchase.pk)
        except (ObjectDoesNotExist, RetiredMeanwhileError):
            raise PurchaseError("This purchase was deleted a moment ago.") from None
        if seen is not None and current.stamp != seen:
            raise PurchaseError("This purchase has changed since you opened the page. This is its current state.")
        totals, before, shown = list(deltas_of_purchase(current)), _values(current), shown_values(current)
        yield current
        deltas = [*deltas_between(totals, deltas_of_purchase(current))]
        if _values(current) != before:
            current.save()
            deltas += recount([current])
        if shown_values(current) != shown:
            touch_orders_of([current])
        # Last, because the totals of a record are what every act on it waits for.
        if deltas:
            add_to_totals(deltas)
            billing_status.refresh([owner.pk])


def _values(purchase: Purchase) -> dict[str, Any]:
    return {field.attname: getattr(purchase, field.attname) for field in purchase._meta.concrete_fields}


def refuse_ended(purchase: Purchase) -> None:
    if purchase.status in ENDED:
        raise PurchaseError(f"This purchase is {purchase.get_status_display().lower()}, so it is no longer billed.")


def refuse_day(day: date, *, first: date) -> None:
    if day < first:
        raise PurchaseError(f"Choose {shown_date(first)} or a later date.")
    if day > today() + FURTHEST:
        raise PurchaseError("Choose a date within the next ten years.")


def mark_cancelled(purchase: Purchase, *, at: datetime | None) -> None:
    """`at` is None when the time of the cancellation is unknown."""
    purchase.status, purchase.cancelled_at = PurchaseStatus.CANCELLED, at
    purchase.cancels_on = purchase.restarts_on = purchase.paused_at = purchase.next_bill_date = None
    purchase.bill, purchase.bills_again_on, purchase.cancels_after_bill = None, None, False
    purchase.pauses_on, purchase.bills_until_cancelled, purchase.paused_from = None, True, ""


def today() -> date:
    return datetime.now(UTC).date()


def tomorrow() -> date:
    return today() + timedelta(days=1)


def shown_date(day: date) -> str:
    return f"{day:%-d %b %Y}"
