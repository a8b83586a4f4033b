"""Price and next bill."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.subscriptions.billing import change_billing
from tests.acts import cancel_on, pause
from tests.database import history_of, reloaded
from tests.factories import subscription
from tests.orders.subscriptions.purchase_checks import LATER, SOON, TODAY, refusal_of
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_price_and_next_bill_are_changed_and_told():
    bought = subscription(next_bill_date=SOON)
    change_billing(bought, price=Decimal("7.50"), next_bill=LATER, seen=bought.stamp, by=None)
    assert (reloaded(bought).price, reloaded(bought).next_bill_date) == (Decimal("7.50"), LATER)
    assert history_of(bought) == [
        f"Changed the billing of purchase {bought.pk} (Unlimited Monthly). Price changed from 9.90 USD to 7.50 USD."
        " Next bill changed from 20 Mar 2026 to 20 Apr 2026."
    ]


def test_a_cancellation_at_the_next_bill_moves_with_it():
    bought = cancel_on(subscription(next_bill_date=SOON), SOON)
    change_billing(bought, price=bought.price, next_bill=LATER, seen=bought.stamp, by=None)
    assert reloaded(bought).cancels_on == LATER


def test_a_cancellation_that_would_move_into_a_pause_is_refused():
    bought = pause(subscription(next_bill_date=LATER), SOON)
    bought = cancel_on(bought, LATER)
    why = refusal_of(change_billing, bought, price=bought.price, next_bill=SOON)
    assert "is paused until 20 Mar 2026" in why
    change_billing(bought, price=bought.price, next_bill=SOON + timedelta(days=1), seen=bought.stamp, by=None)
    assert reloaded(bought).cancels_on == SOON + timedelta(days=1)


def test_a_cancellation_that_would_move_to_today_is_refused():
    bought = cancel_on(subscription(next_bill_date=SOON), SOON)
    why = refusal_of(change_billing, bought, price=bought.price, next_bill=TODAY)
    assert why == (
        "The cancellation on the next bill date would move to 10 Mar 2026. Choose 11 Mar 2026 or a later date."
    )


def test_a_next_bill_that_is_not_known_or_is_overdue_may_stay():
    unknown, overdue = subscription(), subscription(next_bill_date=date(2026, 1, 1))
    for bought in (unknown, overdue):
        same = {"next_bill": bought.next_bill_date, "seen": bought.stamp, "by": None}
        change_billing(bought, price=Decimal(0), **same)
        assert reloaded(bought).price == 0
    assert "Choose the next bill date" in refusal_of(
        change_billing, reloaded(overdue), price=Decimal(1), next_bill=None
    )


@table("price", ["-0.01", "1.001", "NaN", "1e400", "10000000000"])
def test_a_price_that_cannot_be_billed_is_refused(price):
    assert "Enter a price such as 9.90." in refusal_of(
        change_billing, subscription(), price=Decimal(price), next_bill=None
    )


def test_nothing_to_change_is_said():
    bought = subscription(next_bill_date=SOON)
    assert "the same as before" in refusal_of(change_billing, bought, price=bought.price, next_bill=SOON)
