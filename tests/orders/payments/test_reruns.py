"""A declined order is charged again."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from customers.models import Customer, HistoryEntry, PaySource, RecordTotals
from orders.payments.rerun import chargeable_cards
from tests.acts import refund, refusal, rerun
from tests.database import check_totals, history_of, reloaded
from tests.factories import card, declined_order, order, paid_order

pytestmark = pytest.mark.django_db


def test_a_declined_sale_is_rerun_and_the_order_counts(agent):
    declined = declined_order()
    assert not RecordTotals.objects.exists()
    assert rerun(declined, by=agent).status == "SUCCESS"
    assert reloaded(declined).status == "COMPLETE"
    assert (RecordTotals.objects.get().orders, RecordTotals.objects.get().amount) == (1, 990)
    assert history_of(declined) == [f"Charged 9.90 USD to VISA 4242 for order {declined.number}."]
    assert HistoryEntry.objects.get(kind="payment").by == agent
    check_totals()


def test_a_rerun_may_be_declined_again_and_tried_with_another_card():
    declined = declined_order(token="sandbox-soft-decline")
    assert rerun(declined).status == "SOFT_DECLINE"
    declined = reloaded(declined)
    assert declined.status == "DECLINED"
    assert history_of(declined) == [
        f"Charge of 9.90 USD to VISA 4242 for order {declined.number} declined. Answer: Insufficient funds."
    ]
    assert rerun(declined, card(declined)).status == "SUCCESS"


def test_the_card_of_the_declined_sale_comes_first_then_that_of_the_customer():
    declined = declined_order()
    tried = declined.transactions.get().pay_source
    for _ in range(3):
        card(declined)
    own = card(declined)
    customer = declined.source_record.customer
    customer.pay_source = own
    customer.save()
    assert chargeable_cards(declined)[:2] == [tried, own]


def test_an_older_card_can_be_charged_however_many_the_gateway_does_not_keep():
    declined = declined_order()
    tried, own, older = declined.transactions.get().pay_source, card(declined), card(declined)
    Customer.objects.filter(records=declined.source_record).update(pay_source=own)
    PaySource.objects.filter(pk__in=(own.pk, older.pk)).update(at=timezone.now() - timedelta(days=9))
    for _ in range(30):
        card(declined, token="")
    assert chargeable_cards(reloaded(declined)) == [tried, own, older]
    for _ in range(30):
        card(declined)
    assert chargeable_cards(reloaded(declined))[:2] == [tried, own]


def test_after_a_hard_decline_it_is_said_why_not():
    declined = declined_order("HARD_DECLINE")
    why = refusal(rerun, declined)
    assert "declined this sale permanently" in why
    assert "Insufficient funds." in why


def test_a_rerun_that_is_declined_for_good_is_the_last():
    declined = declined_order(token="sandbox-hard-decline")
    rerun(declined)
    assert "reported stolen" in refusal(rerun, reloaded(declined), seen=reloaded(declined).stamp)


def test_what_is_not_declined_is_not_rerun():
    assert "This order is complete." in refusal(rerun, paid_order())
    unknown = order(status="DECLINED", first_name="B").order
    assert "This order has no declined sale" in refusal(chargeable_cards, unknown)
    free = declined_order(total="0")
    assert "zero" in refusal(rerun, free)


def test_a_card_that_the_gateway_does_not_keep_cannot_be_charged():
    declined = declined_order(token="")
    card(declined, gateway="Stripe")
    assert refusal(chargeable_cards, declined).startswith("The customer has no card")
    theirs = card(declined_order(first_name="B", email="b@reunite.cz"))
    card(declined)
    assert "no longer belongs to the customer" in refusal(rerun, declined, theirs)


def test_without_a_gateway_nothing_is_charged_and_it_is_said():
    declined, paid = declined_order(), paid_order()
    with override_settings(PAYMENT_GATEWAY=""):
        assert "No payment gateway is configured" in refusal(rerun, declined)
        assert "No payment gateway is configured" in refusal(refund, paid)
