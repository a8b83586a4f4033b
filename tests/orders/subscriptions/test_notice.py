"""Every way to cancel passes one rule: a notice period there holds for all of them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from orders.cancel_order import cancel_order, cancel_order_after_next_bill
from orders.models import Purchase
from orders.pages.forms.purchase import CancelForm
from orders.subscriptions import cancel as cancelling
from orders.subscriptions.billing import change_billing
from orders.subscriptions.cancel import cancel_purchase, schedule_cancellation
from tests.acts import cancel_on
from tests.database import reloaded
from tests.factories import subscription
from tests.orders.subscriptions.purchase_checks import LATER, SOON, TODAY, apply_due, refusal_of
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(monkeypatch) -> Purchase:
    monkeypatch.setattr(cancelling, "NOTICE", timedelta(days=30))
    return subscription(next_bill_date=SOON)


def of_its_order(act):
    return lambda purchase, *, seen, **options: act(purchase.order, **options)


@table(
    "act",
    [
        cancel_purchase,
        lambda purchase, **options: schedule_cancellation(purchase, SOON, **options),
        of_its_order(cancel_order),
        of_its_order(cancel_order_after_next_bill),
    ],
)
def test_nobody_cancels_within_the_notice(act, bought):
    assert refusal_of(act, bought, reason="") == "Choose 9 Apr 2026 or a later date."


def test_no_cancellation_moves_into_the_notice(bought):
    bought = cancel_on(bought, LATER)
    Purchase.objects.filter(pk=bought.pk).update(next_bill_date=LATER)
    bought = reloaded(bought)
    why = refusal_of(change_billing, bought, price=bought.price, next_bill=SOON)
    assert "Choose 9 Apr 2026 or a later date." in why


def test_the_form_offers_what_the_notice_allows(bought):
    assert [str(when) for when, _ in CancelForm(bought).choices()] == ["day"]
    bought.next_bill_date = LATER
    assert [str(when) for when, _ in CancelForm(bought).choices()] == ["before", "after", "day"]


def test_the_page_names_the_notice(bought, as_admin):
    page = as_admin.get(reverse("orders:purchase_cancel", args=[bought.pk])).text
    assert "Orders and memberships are kept. Cancelling takes 30 days’ notice." in page


def test_a_cancellation_after_the_notice_is_carried_out(bought):
    bought = cancel_on(bought, TODAY + timedelta(days=30))
    assert apply_due(LATER) == [bought]
