from decimal import Decimal

import pytest

from customers.credit import credit
from customers.models import CreditEntry, Customer, HistoryEntry
from tests.acts import merge, undo
from tests.factories import customer_with_order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


def url(customer):
    return f"/customers/{customer.pk}/credit/"


def adjust(client, customer, amount, reason="Late parcel", currency="usd", **more):
    seen = client.get(url(customer)).context["seen"]
    data = {"amount": amount, "reason": reason, "currency": currency, "seen": seen, **more}
    return client.post(url(customer), data)


def held(customer):
    return credit.balances([customer.pk]).get(customer.pk, {})


def test_credit_is_given_and_used_and_stands_in_the_ledger(as_agent, agent, helena):
    assert adjust(as_agent, helena, "7.50").url == f"/customers/{helena.pk}/?tab=credit#rows"
    adjust(as_agent, helena, "−2", reason="Paid with it")
    page = as_agent.get(f"/customers/{helena.pk}/?tab=credit").text

    assert held(helena) == {"USD": Decimal("5.50")}
    assert page.index("−2.00") < page.index("+7.50")
    for said in ("Paid with it", "Late parcel", "Margaret Park", "5.50 <small>USD"):
        assert said in page
    assert HistoryEntry.objects.filter(kind="credit", by=agent).count() == 2


def test_below_zero_only_when_that_is_ticked(as_agent, helena):
    adjust(as_agent, helena, "1")
    refused = adjust(as_agent, helena, "-4")

    assert refused.status_code == 422
    assert "Helena Holý has only 1.00 USD of credit. Tick this box to continue." in refused.text
    assert held(helena) == {"USD": 1}
    assert adjust(as_agent, helena, "-4", overdraw="on").status_code == 302
    assert held(helena) == {"USD": -3}
    assert "−3.00 <small>USD" in as_agent.get(f"/customers/{helena.pk}/").text


@table(
    ("data", "said"),
    [
        ({"amount": ""}, "Enter an amount such as 7.50 or -2.00."),
        ({"amount": "0"}, "Enter an amount such as 7.50 or -2.00."),
        ({"amount": "NaN"}, "Enter an amount such as 7.50 or -2.00."),
        ({"amount": "1.001"}, "Enter an amount such as 7.50 or -2.00."),
        ({"amount": "1e99"}, "Enter an amount such as 7.50 or -2.00."),
        ({"amount": "1.5", "currency": "JPY"}, "Enter an amount such as 7.50 or -2.00."),
        ({"amount": "1", "currency": "dollars"}, "Enter three letters such as USD."),
        ({"amount": "1", "reason": " "}, "Enter a reason."),
        ({"amount": "1", "reason": "c" * 201}, "Use 200 characters or fewer. This has 201."),
        ({"amount": "1", "reason": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_what_is_no_adjustment_is_refused(data, said, as_agent, helena):
    response = adjust(as_agent, helena, **data)

    assert response.status_code == 422
    assert said in response.text
    assert not CreditEntry.objects.exists()


def test_a_form_sent_twice_adjusts_once(as_agent, helena):
    data = {"amount": "5", "currency": "USD", "reason": "Late parcel", "seen": "0"}
    for _ in range(2):
        assert as_agent.post(url(helena), data).status_code == 302

    assert held(helena) == {"USD": 5}


@table("seen", ["", "x", "-1"])
def test_a_form_without_the_adjustment_that_was_shown_is_refused_in_words(as_agent, helena, seen):
    response = as_agent.post(url(helena), {"amount": "5", "currency": "USD", "reason": "Late parcel", "seen": seen})

    assert response.status_code == 422
    assert "Credit was not adjusted. The form was not complete. Enter the adjustment again." in response.text
    assert ">Seen<" not in response.text
    assert not CreditEntry.objects.exists()


def test_who_did_not_know_of_another_adjustment_is_told(as_agent, admin_user, helena):
    credit.adjust(helena, Decimal(5), "USD", reason="Late parcel", by=admin_user)
    response = as_agent.post(url(helena), {"amount": "5", "currency": "USD", "reason": "Late parcel", "seen": "0"})

    assert response.status_code == 422
    adjusted = "Added 5.00 USD of credit. Reason: Late parcel"
    message = f"Credit was not adjusted. Jane Peacock adjusted this credit a moment ago: {adjusted}"
    assert message in response.text
    assert held(helena) == {"USD": 5}


def test_what_an_undone_merge_corrected_is_struck_out(as_agent, helena):
    other = customer_with_order(email="other@example.org")
    credit.adjust(other, Decimal(5), "USD", reason="Gift", by=None)
    undo(merge(helena, other, credit={"USD": Decimal(9)}))

    page = as_agent.get(f"/customers/{helena.pk}/?tab=credit").text
    assert "<del>+4.00</del>" in page
    assert "Not counted: the merge was undone." in page


def test_for_who_is_part_of_another_nothing_is_adjusted(as_agent, helena):
    other = customer_with_order(email="other@example.org")
    merge(other, helena)
    response = as_agent.post(url(helena), {"amount": "5", "currency": "USD", "reason": "x", "seen": "0"})

    assert response.url == f"/customers/{other.pk}/"
    assert not CreditEntry.objects.exists()


def test_who_may_not_change_customers_adjusts_no_credit(viewer, helena):
    client = signed_in(viewer)

    assert client.post(url(helena), {"amount": "5"}).status_code == 403
    assert "Adjust credit" not in client.get(f"/customers/{helena.pk}/").text
    assert not Customer.objects.get(pk=helena.pk).records.filter(creditentry__isnull=False).exists()
