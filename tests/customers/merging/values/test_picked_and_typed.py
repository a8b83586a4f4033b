"""What becomes of what is picked and typed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from customers.credit import credit
from customers.models import Customer, Merge
from orders.models import Order
from tests.acts import edit, plan, refusal
from tests.customers.merging.pages.merge_steps import confirm, hidden, reviewed, values
from tests.customers.merging.values.values_form import ADDRESS, merged, send
from tests.factories import card, customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_a_field_is_corrected_by_a_letter_and_what_it_holds_is_saved(as_agent, helena, helen):
    entered = {"value-last_name": " Holá ", "value-lead_status": "working"}

    customer = merged(as_agent, helena, helen, **entered)

    assert (customer.last_name, customer.lead_status, customer.company) == ("Holá", "working", "Holý Design")


def test_every_value_of_one_customer_can_be_picked_at_once(as_agent, helena, helen):
    helena = edit(helena, email_opt_in=True)
    page = send(as_agent, helena, helen, all=helen.pk, **{"value-custom1": "kept"})

    assert page.status_code == 200
    assert f"All values of customer {helen.pk} are selected." in page.text
    for key in ("last_name", "email", "billing_address"):
        assert f'name="pick-{key}" value="{helen.pk}" checked' in page.text
    assert 'name="value-tax_exempt" value="no" checked' in page.text
    assert 'value="kept"' in page.text
    assert not Merge.objects.exists()

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), hidden(page))
    confirm(as_agent, response.url)
    helena.refresh_from_db()
    assert (helena.last_name, helena.custom1, helena.billing_address) == ("Holy", "kept", {})


@table("odd", ["", "999", "²", "\x00"])
def test_all_values_of_nobody_change_no_pick(as_agent, helena, helen, odd):
    page = send(as_agent, helena, helen, all=odd, **{"pick-last_name": helen.pk})

    assert f'name="pick-last_name" value="{helen.pk}" checked' in page.text
    assert f'name="pick-first_name" value="{helena.pk}" checked' in page.text
    assert '<p id="taken" role="status"></p>' in page.text


def test_a_new_password_is_kept_when_all_is_picked(as_agent, helena, helen):
    page = send(as_agent, helena, helen, all=helen.pk, **{"value-cart_password": "my new secret"}).text

    assert "Discard the new password entered here" in page
    assert "my new secret" not in page


def test_a_part_of_an_address_is_corrected_and_the_others_stay(as_agent, helena, helen):
    customer = merged(as_agent, helena, helen, **{"value-billing_address-line1": "Na Květnici 8"})

    assert customer.billing_address == {**ADDRESS, "line1": "Na Květnici 8"}


@table(
    ("name", "text", "value"),
    [
        ("do_not_sell", "yes", True),
        ("sms_contact", "no", False),
        ("email_opt_in", "", None),
        ("email_opt_in", "yes", True),
        ("tax_exempt", "yes", True),
        ("tax_exempt", "no", False),
    ],
)
def test_consents_and_flags_are_set_whatever_the_customers_have(as_agent, helena, helen, name, text, value):
    assert getattr(merged(as_agent, helena, helen, **{f"value-{name}": text}), name) is value


def test_a_payment_method_of_one_of_them_is_set_and_one_of_a_stranger_is_refused(as_agent, helena, helen):
    jan = customer_with_order(email="jan@novak.cz")
    mine, theirs = (
        card(Order.objects.get(source_record__customer=helen)),
        card(Order.objects.get(source_record__customer=jan)),
    )

    refused = send(as_agent, helena, helen, **{"value-pay_source": theirs.pk})
    assert refused.status_code == 422
    assert "Select one of the values shown." in refused.text
    assert (
        refusal(plan, helena, helen, pay_source=theirs.pk) == "Default payment method: select one of these customers."
    )
    assert merged(as_agent, helena, helen, **{"value-pay_source": mine.pk}).pay_source == mine


def test_a_new_pick_fills_the_field_and_both_changed_at_once_is_asked(as_agent, helena, helen):
    both = {"pick-last_name": helen.pk, "value-last_name": "Holá"}

    asked = send(as_agent, helena, helen, **both)

    assert asked.status_code == 422
    assert "You selected a value and edited the field as well." in asked.text
    assert 'id="value-last_name" value="Holá"' in asked.text
    again = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), hidden(asked))
    confirm(as_agent, again.url)
    assert Customer.objects.get(pk=helena.pk).last_name == "Holá"


def test_a_value_that_a_customer_has_is_theirs_however_it_came_into_the_field(as_agent, helena, helen):
    merged(as_agent, helena, helen, **{"value-last_name": "Holy"})

    assert Merge.objects.get().decisions["picked"] == {"last_name": helen.pk}


def test_a_typed_credit_corrects_the_sum(as_agent, helena, helen):
    credit.adjust(helen, Decimal("2.50"), "USD", reason="gift", by=None)

    url = reviewed(as_agent, helena, helen, **{"value-credit-USD": "10"})
    page = as_agent.get(url).text
    assert "0.00 USD" in page
    assert "10.00 USD" in page
    confirm(as_agent, url)

    assert credit.balances([helena.pk]) == {helena.pk: {"USD": Decimal(10)}}


def test_nothing_chosen_is_what_is_shown(as_agent, helena, helen):
    seen = hidden(as_agent.get(values(helena, helen)))
    data = {key: seen[key] for key in ("seen", "duplicate")}

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)
    confirm(as_agent, response.url)

    helena = Customer.objects.get(pk=helena.pk)
    assert (helena.last_name, helena.company, helena.tax_exempt) == ("Holý", "Holý Design", False)


def test_a_way_back_keeps_what_was_picked_and_typed(as_agent, helena, helen):
    entered = {
        "pick-last_name": helen.pk,
        "value-phone": "",
        "value-email": "new@holy.cz",
        "value-billing_address-city": "Brno",
        "value-credit-USD": "7.50",
    }
    reviewed(as_agent, helena, helen, **entered)

    page = as_agent.get(values(helena, helen)).text

    assert f'name="pick-last_name" value="{helen.pk}" checked' in page
    assert 'id="value-phone" value=""' in page
    for text in ("new@holy.cz", "Brno", "7.50"):
        assert f'value="{text}"' in page
