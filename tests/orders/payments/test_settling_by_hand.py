"""Saying by hand what became of a payment that the gateway never answers."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from customers.erasing.erase import refusals
from customers.models import HistoryEntry
from orders.locks import OrderError
from orders.models import Transaction
from orders.payments.rerun import declined_sale
from orders.payments.settle_by_hand import settle_by_hand
from tests.acts import refund, rerun
from tests.database import check_totals, reloaded
from tests.factories import card, declined_order, make_user, order, paid_order, sale, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db
REASON = "The console shows it"


def url(of):
    return f"/orders/{of.number}/settle/"


def silent_order(*, hours=25, **options):
    """Charged again, and the gateway has been silent since."""
    declined = declined_order(**{"token": "sandbox-silent"} | options)
    rerun(declined)
    wait(hours)
    return reloaded(declined)


def wait(hours):
    Transaction.objects.filter(status="PENDING").update(at=timezone.now() - timedelta(hours=hours))


def say(client, of, outcome, **more):
    seen = client.get(url(of)).context["form"]["seen"].value()
    data = {"seen": seen, "outcome": outcome, "reference": "ch_1", "reason": REASON, **more}
    return client.post(url(of), data, follow=True)


def story(of):
    return [(entry.text, entry.by) for entry in HistoryEntry.objects.filter(kind="payment").order_by("pk")]


def test_what_was_charged_makes_the_order_count(as_admin, admin_user):
    silent = silent_order()
    assert "Charged." in say(as_admin, silent, "yes").text
    payment = silent.transactions.get(gateway_reference="ch_1")
    assert (payment.status, payment.answer) == ("SUCCESS", f"Resolved manually: {REASON}")
    assert reloaded(silent).status == "COMPLETE"
    said = f"Charged 9.90 USD to VISA 4242 for order {silent.number}. Resolved manually: {REASON}"
    assert story(silent) == [(said, admin_user)]
    check_totals()


def test_what_was_not_charged_may_be_tried_again_and_deleted(as_admin, admin_user):
    silent = silent_order()
    say(as_admin, silent, "no", reference="")
    assert silent.transactions.latest("pk").status == "SOFT_DECLINE"
    said = f"Charge of 9.90 USD to VISA 4242 for order {silent.number} declined. Resolved manually: {REASON}"
    assert story(silent) == [(said, admin_user)]
    assert declined_sale(reloaded(silent))
    assert refusals(silent.source_record.customer.records.all()) == []


def test_a_refund_is_settled_too_and_keeps_its_own_reason(as_admin):
    paid = paid_order(token="sandbox-slow-refund")
    refund(paid)
    wait(25)
    with override_settings(PAYMENT_GATEWAY=""):
        page = as_admin.get(url(paid)).text
        assert "It was refunded" in page
        say(as_admin, paid, "yes")
    assert reloaded(paid).refunded == 3
    [(said, _)] = story(paid)
    refunded = f"Refunded 3.00 USD of order {paid.number} to VISA 4242."
    assert said == f"{refunded} Resolved manually: {REASON} Reason: Damaged in the post"
    check_totals()


def test_the_gateway_is_asked_once_more_and_its_answer_counts(as_admin):
    silent = silent_order(token="sandbox-times-out")
    page = say(as_admin, silent, "no", reference="").text
    assert "The gateway has answered in the meantime. Its answer was recorded instead of yours." in page
    assert reloaded(silent).status == "COMPLETE"
    assert "Resolved manually" not in str(story(silent))


def test_a_second_click_changes_nothing(as_admin):
    silent = silent_order()
    seen = as_admin.get(url(silent)).context["form"]["seen"].value()
    for outcome in ("yes", "no"):
        data = {"seen": seen, "outcome": outcome, "reference": "ch_1", "reason": REASON}
        response = as_admin.post(url(silent), data, follow=True)
    assert "Nothing was changed." in response.text
    assert reloaded(silent).status == "COMPLETE"
    assert len(story(silent)) == 1


@table("hours", [0, 1, 23])
def test_not_before_a_day_has_passed(as_admin, hours):
    silent = silent_order(hours=hours)
    response = as_admin.get(url(silent), follow=True)
    assert "You can resolve a payment that has had no answer for a day." in response.text
    assert "Resolve payment…" not in response.text
    with pytest.raises(OrderError):
        settle_by_hand(silent, happened=True, reference="ch_1", reason="x", seen=silent.stamp, by=None)
    assert reloaded(silent).status == "DECLINED"


def test_what_waits_for_nothing_is_not_settled(as_admin):
    assert "This order has no pending payment" in as_admin.get(url(paid_order()), follow=True).text


@table(
    ("wrong", "said"),
    [
        ({"outcome": ""}, "Choose the outcome."),
        ({"outcome": "maybe"}, "Choose the outcome."),
        ({"reference": " "}, "Enter the gateway’s ID of this payment"),
        ({"reference": "x" * 101}, "Use 100 characters or fewer"),
        ({"reason": ""}, "Enter a reason."),
    ],
)
def test_what_is_missing_is_asked_for(as_admin, wrong, said):
    silent = silent_order()
    response = say(as_admin, silent, **{"outcome": "yes"} | wrong)
    assert response.status_code == 422
    assert said in response.text
    assert silent.transactions.filter(status="PENDING").exists()


def test_what_another_system_sent_can_be_settled_here(as_admin):
    unpaid = order(status="PENDING").order
    sale(unpaid, "PENDING", pay_source=card(unpaid, gateway="Stripe"))
    wait(25)
    say(as_admin, unpaid, "yes")
    assert reloaded(unpaid).status == "COMPLETE"


@table("kind", ["AUTHORIZE", "VOID"])
def test_what_moves_no_money_is_no_payment_of_the_order(as_admin, kind):
    unpaid = order(status="PENDING").order
    sale(unpaid, "PENDING", pay_source=card(unpaid, gateway="Stripe"))
    Transaction.objects.update(kind=kind)
    wait(25)
    say(as_admin, unpaid, "yes")
    assert reloaded(unpaid).status == "PENDING"
    assert "Charged" not in str(story(unpaid))
    check_totals()


def test_only_who_may_is_offered_it():
    silent = silent_order()
    needs = ["customers.view_customer", "orders.view_order"]
    page = signed_in(make_user("viewer", needs)).get(silent.get_absolute_url()).text
    assert "Resolve payment…" not in page
    assert "A user with “Can resolve pending payments” can look for payment" in page
    allowed = signed_in(make_user("steve", [*needs, "orders.settle_order"]))
    assert "Resolve payment…" in allowed.get(silent.get_absolute_url()).text
