"""Every way to cancel passes one rule: a notice period there holds for all of them, but not for what was a mistake."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from orders.cancel_order import NothingToCancelError, cancel_order, cancel_order_after_next_bill
from orders.double_payments import settle as settling
from orders.double_payments.find import find_double_payments
from orders.models import DoublePayment, Purchase
from orders.pages.forms.cancel_purchase import CancelForm
from orders.subscriptions import cancel as cancelling
from orders.subscriptions.billing import change_billing
from orders.subscriptions.cancel import (
    cancel_purchase,
    cancel_when_possible,
    schedule_after_bill,
    schedule_cancellation,
)
from orders.subscriptions.common import today
from tests.acts import cancel_on
from tests.database import reloaded
from tests.factories import make_user, subscription
from tests.factories import purchases as factories
from tests.orders.subscriptions.purchase_checks import LATER, SOON, TODAY, apply_due, refusal_of
from tests.tables import table

pytestmark = pytest.mark.django_db
AFTER_NOTICE = date(2026, 4, 9)


@pytest.fixture
def notice(monkeypatch) -> None:
    monkeypatch.setattr(cancelling, "notice_of", lambda purchase: timedelta(days=30))


@pytest.fixture
def bought(notice) -> Purchase:
    return subscription(next_bill_date=SOON)


def until_next_bill(purchase: Purchase) -> timedelta:
    """None where the bill is overdue, or nothing is billed any more."""
    return max((purchase.bills_on_unless_cancelled or today()) - today(), timedelta(0))


def on_a_day(purchase: Purchase, **options) -> None:
    schedule_cancellation(purchase, SOON, **options)


@table("act", [cancel_purchase, on_a_day, schedule_after_bill])
def test_nobody_cancels_within_the_notice(act, bought):
    Purchase.objects.update(begun_here=True)
    bought = reloaded(bought)
    assert refusal_of(act, bought, reason="") == "Choose 9 Apr 2026 or a later date."


def whole_order(purchase: Purchase, *, after_next_bill: bool = False) -> None:
    (cancel_order_after_next_bill if after_next_bill else cancel_order)(purchase.order, reason="", by=None)


def by_program(purchase: Purchase, *, after_next_bill: bool = False) -> None:
    cancel_when_possible(purchase, reason="", seen=purchase.stamp, by=None, after_next_bill=after_next_bill)


@table("act", [by_program, whole_order])
def test_what_a_program_cancels_ends_after_the_notice(act, bought):
    for after_next_bill in (False, True):
        act(bought, after_next_bill=after_next_bill)
        bought = reloaded(bought)
        # It bills on 20 March still.
        assert (bought.cancels_on, bought.bills_on, bought.status) == (AFTER_NOTICE, SOON, "ACTIVE")

    Purchase.objects.update(next_bill_date=LATER)
    act(reloaded(bought), after_next_bill=True)
    assert reloaded(bought).cancels_on == LATER + timedelta(days=1)


@table("act", [by_program, whole_order])
def test_a_program_does_not_postpone_what_was_planned_before(act, bought):
    Purchase.objects.update(cancels_on=SOON)
    bought = reloaded(bought)
    if act is whole_order:
        with pytest.raises(NothingToCancelError):
            act(bought)
    else:
        act(bought)
    assert reloaded(bought).cancels_on == SOON


def test_a_pause_beyond_the_notice_does_not_hinder_a_program(bought):
    Purchase.objects.update(status="PAUSED", paused_from="ACTIVE", restarts_on=LATER)
    by_program(reloaded(bought))
    bought = reloaded(bought)
    assert (bought.cancels_on, bought.bills_on) == (AFTER_NOTICE, None)
    assert apply_due(AFTER_NOTICE) == [bought]


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


def test_a_notice_can_last_to_the_end_of_what_is_paid(bought, monkeypatch):
    monkeypatch.setattr(cancelling, "notice_of", until_next_bill)
    assert refusal_of(cancel_purchase, bought, reason="") == "Choose 20 Mar 2026 or a later date."
    assert [str(when) for when, _ in CancelForm(bought).choices()] == ["before", "after", "day"]
    by_program(bought)
    bought = reloaded(bought)
    assert (bought.cancels_on, bought.bills_on) == (SOON, None)

    for day in (None, TODAY - timedelta(days=1)):
        other = subscription(next_bill_date=day)
        by_program(other)
        assert reloaded(other).status == "CANCELLED"


@pytest.mark.usefixtures("notice")
def test_a_second_purchase_that_was_a_mistake_ends_at_once():
    kept, mistake = factories.bought(total="9.90"), factories.bought(total="12.00")
    Purchase.objects.filter(pk=mistake.pk).update(product=kept.product)
    find_double_payments()
    double = DoublePayment.objects.get()
    seen = settling.fingerprint(settling.row_of(double))
    [settled] = settling.settle(double, kept.pk, seen=seen, reason="Paid twice", by=make_user("peacock"))
    assert settled.text == f"Purchase {mistake.pk}: 12.00 USD refunded to VISA 4242."
    assert (reloaded(kept).status, reloaded(mistake).status) == ("ACTIVE", "CANCELLED")


def test_the_page_names_the_notice(bought, as_admin, monkeypatch):
    address = reverse("orders:purchase_cancel", args=[bought.pk])
    kept = "Orders and memberships are kept."
    assert f"{kept} The notice period lasts until 9 Apr 2026." in as_admin.get(address).text
    monkeypatch.setattr(cancelling, "notice_of", until_next_bill)
    assert f"{kept} The notice period lasts until 20 Mar 2026." in as_admin.get(address).text


def test_a_cancellation_after_the_notice_is_carried_out(bought):
    bought = cancel_on(bought, TODAY + timedelta(days=30))
    assert apply_due(LATER) == [bought]
