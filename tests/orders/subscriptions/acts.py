"""What staff do to a purchase, and what a refusal says."""

from datetime import date

import pytest

from customers.models import Customer
from orders import history
from orders.models import Purchase
from orders.subscriptions import apply_due as applying
from orders.subscriptions.cancel import cancel_purchase, schedule_cancellation
from orders.subscriptions.change import PurchaseError
from orders.subscriptions.pause import pause_purchase, reactivate_purchase
from tests.database import again

TODAY = date(2026, 3, 10)
SOON, LATER = date(2026, 3, 20), date(2026, 4, 20)


def story(of: Purchase) -> list[str]:
    return [entry.text for entry in history.of(of)]


def status_of(purchase: Purchase) -> str:
    """The billing status of its customer."""
    return Customer.objects.get(records=purchase.source_record_id).status


def apply_due(day: date) -> list[Purchase]:
    return list(applying.apply_due(day))


def refused(act, purchase: Purchase, *args, **options) -> str:
    before = Purchase.objects.filter(pk=purchase.pk).values().get()
    with pytest.raises(PurchaseError) as error:
        act(purchase, *args, **{"seen": purchase.stamp, "by": None, **options})
    assert Purchase.objects.filter(pk=purchase.pk).values().get() == before
    return str(error.value)


def cancel(purchase: Purchase, **options) -> Purchase:
    cancel_purchase(purchase, **{"reason": "Too expensive", "seen": purchase.stamp, "by": None, **options})
    return again(purchase)


def schedule(purchase: Purchase, day: date) -> Purchase:
    schedule_cancellation(purchase, day, reason="Too expensive", seen=purchase.stamp, by=None)
    return again(purchase)


def pause(purchase: Purchase, until: date | None = None) -> Purchase:
    pause_purchase(purchase, until, seen=purchase.stamp, by=None)
    return again(purchase)


def reactivate(purchase: Purchase, day: date = SOON) -> Purchase:
    reactivate_purchase(purchase, day, seen=purchase.stamp, by=None)
    return again(purchase)
