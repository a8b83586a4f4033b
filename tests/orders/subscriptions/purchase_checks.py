"""What staff do to a purchase, and what a refusal says."""

from datetime import date

import pytest

from customers.models import Customer
from orders.models import Purchase
from orders.subscriptions import apply_due as applying
from orders.subscriptions.common import PurchaseError

TODAY = date(2026, 3, 10)
SOON, LATER = date(2026, 3, 20), date(2026, 4, 20)


def status_of(purchase: Purchase) -> str:
    """The billing status of its customer."""
    return Customer.objects.get(records=purchase.source_record_id).get_billing_status_display()


def apply_due(day: date) -> list[Purchase]:
    return list(applying.apply_due(day))


def refusal_of(act, purchase: Purchase, *args, **options) -> str:
    before = Purchase.objects.filter(pk=purchase.pk).values().get()
    with pytest.raises(PurchaseError) as error:
        act(purchase, *args, **{"seen": purchase.stamp, "by": None, **options})
    assert Purchase.objects.filter(pk=purchase.pk).values().get() == before
    return str(error.value)
