"""The pages on which an order is charged or refunded and a purchase is changed: each asks first, and says why not."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import PaySource
from orders.models import Order, Purchase, Transaction
from orders.payments.record_answer import record_answer
from orders.payments.sandbox import NEVER_RECEIVED
from tests.database import reloaded
from tests.factories import card, declined_order, make_user, paid_order, signed_in, subscription
from tests.recording_gateway import recording
from tests.tables import table

pytestmark = pytest.mark.django_db
SOON = timezone.now().date() + timedelta(days=10)


def url(row: Order | Purchase, act: str) -> str:
    if isinstance(row, Order):
        return reverse(f"orders:order_{act}", args=[row.number])
    return reverse(f"orders:purchase_{act}", args=[row.pk])


def post(client, row: Order | Purchase, act: str, **given: object):
    """Send the form of the act as its page proposes it, with what is `given`; then the page it leads to."""
    return client.post(url(row, act), {"seen": row.stamp, **given}, follow=True)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def refund(client, of: Order, **given: object):
    return post(client, of, "refund", **{"sale": of.transactions.get(kind="SALE").pk, "reason": "Late", **given})


def test_a_refund_proposes_all_that_is_left_and_gives_back_a_part(as_admin):
    paid = paid_order()
    page = words(as_admin.get(url(paid, "refund")))
    assert 'value="9.90"' in page
    assert "Up to 9.90 USD can be refunded" in page
    assert "9.90 USD from VISA 4242" in page
    done = words(refund(as_admin, paid, amount="3"))
    assert "<strong>Refunded.</strong> 3.00 USD refunded to VISA 4242." in done
    assert "</a> to <bdi>VISA 4242</bdi>.<br>Reason: <bdi>Late</bdi>" in done


@table(
    ("given", "why"),
    [
        ({"amount": "9.91"}, "At most 9.90 USD of this payment can be refunded."),
        ({"amount": "three"}, "Enter an amount such as 7.50."),
        ({"amount": "NaN"}, "Enter an amount such as 7.50."),
        ({"amount": "1e0"}, "Enter an amount such as 7.50."),
        ({"amount": "1_0"}, "Enter an amount such as 7.50."),
        ({"amount": "1.001"}, "Enter an amount such as 9.90."),
        ({"amount": "9" * 400}, "Enter an amount such as 9.90."),
        ({"amount": "1", "reason": " "}, "Enter a reason."),
        ({"amount": "1", "reason": "x" * 201}, "Use 200 characters or fewer. This has 201."),
        ({"amount": "1", "reason": "a\x00b"}, "cannot be stored"),
        ({"amount": "1", "sale": "0"}, "Select a valid choice"),
    ],
)
def test_wrong_input_comes_back_as_it_was_typed(as_admin, given, why):
    paid = paid_order()
    answer = refund(as_admin, paid, **given)
    assert answer.status_code == 422
    assert why in words(answer)
    assert "<title>Error: Refund order" in words(answer)
    assert Transaction.objects.count() == 1


def test_a_form_sent_twice_or_without_its_stamp_changes_nothing_more(as_admin):
    paid = paid_order()
    refund(as_admin, paid, amount="3")
    assert "<strong>Nothing was refunded.</strong> This order has changed" in words(refund(as_admin, paid, amount="3"))
    assert "<strong>Nothing was refunded.</strong>" in words(refund(as_admin, paid, amount="3", seen="x"))
    assert refund(as_admin, paid, amount="3", seen="").status_code == 422
    assert reloaded(paid).refunded == 3


def test_a_charge_with_two_answers_is_neither_called_made_nor_declined(as_admin):
    declined = declined_order()
    with recording() as gateway:
        gateway.then = lambda: record_answer(declined.transactions.latest("pk"), NEVER_RECEIVED)
        page = words(post(as_admin, declined, "rerun", card=card(declined).pk))
    assert "<strong>The gateway has given two different answers.</strong> Decide below which is right." in page
    assert "<strong>Charged.</strong>" not in page


def test_a_rerun_names_what_is_charged_to_which_card(as_admin):
    declined = declined_order()
    assert url(declined, "rerun") in words(as_admin.get(declined.get_absolute_url()))
    assert "Charge 9.90 USD" in words(as_admin.get(url(declined, "rerun")))
    done = words(post(as_admin, declined, "rerun", card=card(declined, "sandbox-soft-decline").pk))
    assert "<strong>Declined.</strong> Charge of 9.90 USD to VISA 4242 declined. Insufficient funds." in done
    declined = reloaded(declined)
    done = words(post(as_admin, declined, "rerun", card=card(declined).pk))
    assert "<strong>Charged.</strong> 9.90 USD charged to VISA 4242." in done


def test_an_expired_card_is_marked_offered_last_and_not_charged(as_admin):
    declined = declined_order()
    old = declined.transactions.get().pay_source
    PaySource.objects.filter(pk=old.pk).update(expiry_month=1, expiry_year=2020)
    valid = card(declined, last_four="0005")
    page = words(as_admin.get(url(declined, "rerun"))).partition("<main")[2]
    assert page.index(f'value="{valid.pk}"') < page.index(f'value="{old.pk}"')
    assert "4242, expired 01/20" in page
    answer = post(as_admin, declined, "rerun", card=old.pk)
    assert answer.status_code == 422
    assert "This card has expired. Choose another card, or add one to the customer first." in words(answer)
    assert Transaction.objects.count() == 1


def test_a_hard_decline_says_on_the_order_and_on_the_act_why_not(as_admin):
    declined = declined_order("HARD_DECLINE")
    page = words(as_admin.get(declined.get_absolute_url()))
    assert "<strong>This order cannot be rerun.</strong> The bank declined this sale permanently" in page
    assert url(declined, "rerun") not in page
    assert "<strong>Nothing was charged.</strong> The bank declined this sale" in words(
        as_admin.get(url(declined, "rerun"), follow=True)
    )


def test_no_answer_is_said_and_nothing_else_is_offered(as_admin):
    paid = paid_order(token="sandbox-slow-refund")
    done = words(refund(as_admin, paid, amount="3"))
    assert done.count("<strong>The gateway has not answered.</strong>") == 2  # what was asked now, and how it stands
    assert url(paid, "refund") not in done
    why = "<strong>Nothing was refunded.</strong> This order was refunded a moment ago and the gateway has not answered"
    assert why in words(as_admin.get(url(paid, "refund"), follow=True))
    Transaction.objects.update(at=timezone.now() - timedelta(minutes=2))
    assert "<strong>Nothing was refunded.</strong> The gateway has not answered" in words(
        as_admin.get(url(paid, "refund"), follow=True)
    )


def test_what_a_user_may_not_do_is_not_shown(viewer):
    client = signed_in(viewer)
    for row in (paid_order(), declined_order(), subscription(next_bill_date=SOON)):
        assert "object-tools" not in words(client.get(row.get_absolute_url()))


def test_only_what_is_possible_is_shown(as_admin):
    def offered(purchase: Purchase) -> set[str]:
        page = words(as_admin.get(purchase.get_absolute_url()))
        return {act for act in ("cancel", "keep", "pause", "reactivate", "billing") if url(purchase, act) in page}

    assert offered(subscription()) == {"cancel", "pause", "billing"}
    assert offered(subscription(cancels_on=SOON)) == {"cancel", "keep", "pause", "billing"}
    assert offered(subscription("PAUSED")) == {"cancel", "reactivate", "billing"}
    assert offered(subscription("CANCELLED")) == {"reactivate"}
    assert offered(subscription("RECYCLE_FAILED")) == {"cancel", "reactivate"}
    assert offered(subscription("COMPLETE")) == set()


def test_a_purchase_is_cancelled_now_around_the_next_bill_or_on_a_day(as_admin):
    now, then, later, day = (subscription(next_bill_date=SOON) for _ in range(4))
    assert "Purchase cancelled." in words(post(as_admin, now, "cancel", when="now", reason="Late"))
    assert reloaded(now).status == "CANCELLED"
    assert "The purchase will be cancelled on" in words(post(as_admin, then, "cancel", when="before", reason="Late"))
    assert (reloaded(then).cancels_on, reloaded(then).bills_on) == (SOON, None)
    post(as_admin, later, "cancel", when="after", reason="Late")
    assert (reloaded(later).cancels_on, reloaded(later).bills_on) == (SOON + timedelta(days=1), SOON)
    post(as_admin, day, "cancel", when="day", day=SOON + timedelta(days=1), reason="Late")
    assert (reloaded(day).cancels_on, reloaded(day).bills_on) == (SOON + timedelta(days=1), SOON)
    assert "Scheduled cancellation removed." in words(post(as_admin, reloaded(then), "keep"))
    assert reloaded(then).cancels_on is None


@table(
    ("act", "given", "why"),
    [
        ("cancel", {"when": "now"}, "Enter a reason."),
        ("cancel", {"when": "day", "reason": "x"}, "Choose a date."),
        ("cancel", {"when": "day", "day": "2020-01-01", "reason": "x"}, "or a later date."),
        (
            "cancel",
            {"when": "now", "day": SOON, "reason": "x"},
            "Choose “On a date” to use this date, or leave it empty.",
        ),
        ("cancel", {"when": "day", "day": "31.12.", "reason": "x"}, "Enter a date such as 2026-01-31."),
        ("cancel", {"when": "before", "reason": "x"}, "Select a valid choice"),
        ("pause", {"until": "2020-01-01"}, "or a later date."),
        ("pause", {"until": "9999-12-31"}, "within the next ten years"),
        ("billing", {"price": "-1"}, "Enter a price such as 9.90."),
        ("billing", {"price": "1.001"}, "Enter a price such as 9.90."),
        ("billing", {"price": "1", "next_bill": "2020-01-01"}, "or a later date."),
    ],
)
def test_wrong_input_about_a_purchase_is_said_at_its_field(as_admin, act, given, why):
    bought = subscription()
    answer = post(as_admin, bought, act, **given)
    assert answer.status_code == 422
    assert why in words(answer)
    assert reloaded(bought).updated == bought.updated


def test_a_cancellation_before_the_next_bill_can_be_moved_to_after_it(as_admin):
    bought = subscription(next_bill_date=SOON, cancels_on=SOON)
    post(as_admin, bought, "cancel", when="after", reason="Late")
    assert reloaded(bought).cancels_on == SOON + timedelta(days=1)


def test_a_paused_purchase_that_bills_when_it_restarts_is_not_cancelled_before_that_bill(as_admin):
    bought = subscription("PAUSED", next_bill_date=SOON, restarts_on=SOON + timedelta(days=5))
    page = words(as_admin.get(url(bought, "cancel")))
    assert 'value="before"' not in page
    assert 'value="after"' in page
    refusal = words(post(as_admin, bought, "cancel", when="day", day=SOON, reason="Late"))
    assert "Cancel it now or on a later date." in refusal


def test_a_purchase_is_paused_and_reactivated(as_admin):
    bought = subscription(next_bill_date=SOON)
    page = words(post(as_admin, bought, "pause", until=SOON + timedelta(days=5)))
    assert "Purchase paused." in page
    assert reloaded(bought).bills_on == SOON + timedelta(days=5)
    page = words(as_admin.get(url(bought, "reactivate")))
    assert f'value="{SOON}"' in page
    assert "Purchase reactivated." in words(post(as_admin, reloaded(bought), "reactivate", next_bill=SOON))
    assert reloaded(bought).bills_on == SOON


def test_a_cancellation_that_is_planned_already_is_named_before_another(as_admin):
    bought = subscription(cancels_on=SOON, cancel_reason="Too expensive")
    planned = f"A cancellation is already scheduled for {SOON:%-d %b %Y} (Too expensive). Your choice here replaces it."
    assert planned in words(as_admin.get(url(bought, "cancel")))
    assert "already" not in words(as_admin.get(url(subscription(), "cancel")))


def test_who_may_not_change_billing_reactivates_without_choosing_the_day():
    client = signed_in(
        make_user("rests", ["customers.view_customer", "orders.view_order", "orders.cancel_purchase"]),
    )
    bought = subscription("PAUSED", next_bill_date=SOON)
    page = words(client.get(url(bought, "reactivate")))
    assert f"billed again from {SOON:%-d %b %Y}." in page
    assert 'name="next_bill"' not in page

    forged = post(client, bought, "reactivate", next_bill=SOON + timedelta(days=900))
    assert forged.status_code == 422
    assert "You do not have permission to choose the next bill date." in words(forged)
    assert reloaded(bought).status == "PAUSED"

    assert f"The next bill is on {SOON:%-d %b %Y}." in words(post(client, bought, "reactivate"))
    assert (reloaded(bought).status, reloaded(bought).next_bill_date) == ("ACTIVE", SOON)


def test_a_next_bill_that_has_passed_becomes_the_next_possible_day():
    client = signed_in(
        make_user("rests", ["customers.view_customer", "orders.view_order", "orders.cancel_purchase"]),
    )
    bought = subscription("PAUSED", next_bill_date=SOON - timedelta(days=90))
    post(client, bought, "reactivate")
    assert reloaded(bought).next_bill_date == SOON - timedelta(days=10)


def test_the_billing_of_a_purchase_is_changed(as_admin):
    bought = subscription(next_bill_date=SOON)
    page = words(post(as_admin, bought, "billing", price="7.50", next_bill=date(2027, 1, 31)))
    assert "Price changed from 9.90 USD to 7.50 USD." in page
    assert (str(reloaded(bought).price), reloaded(bought).next_bill_date) == ("7.500", date(2027, 1, 31))


def test_what_is_impossible_leads_back_and_says_why(as_admin):
    ended = subscription("CANCELLED")
    for act in ("cancel", "keep", "pause", "billing"):
        page = as_admin.get(url(ended, act), follow=True)
        assert page.redirect_chain == [(ended.get_absolute_url(), 302)]
        assert "<strong>Nothing was changed.</strong> This purchase is cancelled" in words(page)
    opened = subscription(next_bill_date=SOON)
    post(as_admin, opened, "pause")
    assert "has changed since you opened the page" in words(post(as_admin, opened, "cancel", when="now", reason="x"))


def test_who_may_not_is_told_what_to_ask_for():
    client = signed_in(make_user("some", ["customers.view_customer", "orders.view_order"]))
    declined, bought = declined_order(), subscription()
    for row, act, label in (
        (declined, "rerun", "Can rerun declined orders"),
        (declined, "refund", "Can refund orders"),
        (bought, "cancel", "Can cancel or pause purchases"),
        (bought, "billing", "Can change the billing of purchases"),
    ):
        answer = client.post(url(row, act))
        assert answer.status_code == 403
        assert f"“{label}”" in words(answer)
