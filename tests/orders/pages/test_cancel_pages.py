"""The pages on which a purchase, an order or a fulfillment is cancelled, and a fulfillment resent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.engagement.notes import LONGEST_NOTE
from customers.models import Note
from orders.models import Fulfillment, Purchase
from tests.database import history_of, reloaded
from tests.factories import make_user, shipped_order, signed_in, subscription
from tests.factories.purchases import bought
from tests.orders.pages.test_order_acts import post, url, words

pytestmark = pytest.mark.django_db
SOON = timezone.now().date() + timedelta(days=10)


def test_a_purchase_is_cancelled_with_a_part_of_its_last_bill_and_a_note(as_admin):
    purchase = bought()
    page = words(as_admin.get(url(purchase, "cancel")))
    assert "Full, 9.90 USD" in page
    given = {"when": "now", "reason": "Too dear", "refund": "part", "amount": "3", "note": "Called twice.\r\nMoved."}
    done = words(post(as_admin, purchase, "cancel", **given))
    assert "Purchase cancelled." in done
    assert "3.00 USD refunded to VISA 4242" in done
    assert (reloaded(purchase).status, reloaded(purchase.order).refunded) == ("CANCELLED", Decimal(3))
    assert Note.objects.get().text == "Called twice.\nMoved."


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"refund": "part"}, "Enter an amount such as 9.90."),
        ({"refund": "part", "amount": "10"}, "At most 9.90 USD"),
        ({"refund": "full", "amount": "3"}, "Choose “Part” to refund this amount"),
        ({"stop": "on"}, "Choose “On a date” to stop billing until then."),
        ({"note": "x" * (LONGEST_NOTE + 1)}, f"{LONGEST_NOTE} characters or fewer"),
    ],
)
def test_wrong_input_cancels_nothing(given, why, as_admin):
    purchase = bought()
    page = post(as_admin, purchase, "cancel", **{"when": "now", "reason": "Too dear", **given})
    assert (page.status_code, why in words(page)) == (422, True)
    assert reloaded(purchase).status == "ACTIVE"


def test_billing_stops_until_a_date(as_agent):
    purchase = subscription(next_bill_date=SOON)
    day = SOON + timedelta(days=30)
    post(as_agent, purchase, "cancel", when="day", day=day, stop="on", reason="Moved")
    assert (reloaded(purchase).cancels_on, reloaded(purchase).bills_on) == (day, None)
    assert "not billed until then" in words(as_agent.get(purchase.get_absolute_url()))


def test_who_may_not_refund_is_offered_no_refund_and_gets_none():
    purchase = bought()
    clerk = signed_in(make_user("clerk", ALL_PERMISSIONS - {"orders.refund_order", "customers.change_customer"}))
    assert 'name="refund"' not in words(clerk.get(url(purchase, "cancel")))
    post(clerk, purchase, "cancel", when="now", reason="Moved", refund="full", note="Hello")
    assert (reloaded(purchase).status, reloaded(purchase.order).refunded) == ("CANCELLED", 0)
    assert not Note.objects.exists()


def test_a_refund_in_the_same_act_asks_whether_it_is_still_the_same_person():
    purchase = bought()
    jane = signed_in(make_user("jane", ALL_PERMISSIONS, password="a good password"), answered=False)
    form = {"seen": purchase.stamp, "when": "now", "reason": "Moved"}
    assert jane.post(url(purchase, "cancel"), {**form, "refund": "full"}).status_code == 403
    assert reloaded(purchase).status == "ACTIVE"
    assert jane.post(url(purchase, "cancel"), form).status_code == 302


def test_a_purchase_is_paused_before_its_next_bill_and_the_pause_removed(as_agent):
    purchase = subscription(next_bill_date=SOON)
    assert "Before the next bill" in words(as_agent.get(url(purchase, "pause")))
    assert "will be paused before its bill" in words(post(as_agent, purchase, "pause", when="before"))
    purchase = reloaded(purchase)
    assert purchase.pauses_on == SOON
    assert "Remove pause…" in words(as_agent.get(purchase.get_absolute_url()))
    assert "Scheduled pause removed." in words(post(as_agent, purchase, "unpause"))
    assert reloaded(purchase).pauses_on is None


def test_an_order_is_cancelled_with_its_purchases_and_what_was_not_shipped(as_agent):
    order = shipped_order()
    assert "Cancel order…" in words(as_agent.get(order.get_absolute_url()))
    assert "It stays paid" in words(as_agent.get(url(order, "cancel")))
    done = words(post(as_agent, order, "cancel", reason="Moved"))
    assert "Its purchases were cancelled" in done
    assert (reloaded(order).status, Purchase.objects.get().status) == ("COMPLETE", "CANCELLED")
    assert Fulfillment.objects.get().status == "CANCELLED"
    again = words(post(as_agent, order, "cancel", reason="Moved"))
    assert "Nothing was cancelled." in again
    assert "Cancel order…" not in again


def test_a_fulfillment_is_cancelled_and_resent_once(as_agent):
    order = shipped_order()
    parcel = order.fulfillments.get()
    form = {"seen": parcel.pk}
    assert "Fulfillment cancelled." in words(as_agent.post(f"/fulfillments/{parcel.pk}/cancel/", form, follow=True))
    assert "cannot be cancelled" in words(as_agent.get(f"/fulfillments/{parcel.pk}/cancel/", follow=True))
    resend = f"/fulfillments/{parcel.pk}/resend/"
    assert f'value="{parcel.pk}"' in words(as_agent.get(resend))
    first, second = (words(as_agent.post(resend, form, follow=True)) for _ in range(2))
    assert "another fulfillment, which waits" in first
    assert "has another fulfillment since you opened the page" in second
    assert list(order.fulfillments.order_by("pk").values_list("status", flat=True)) == ["CANCELLED", "PENDING"]
    assert history_of(order)[0] == f"Resent the fulfillment of order {order.number}."
