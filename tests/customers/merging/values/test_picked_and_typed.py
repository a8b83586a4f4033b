"""What becomes of what is picked and typed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from customers.credit import credit
from customers.models import Customer, Merge
from tests.acts import edit
from tests.customers.merging.pages.merge_steps import confirm, hidden, reviewed, values
from tests.customers.merging.values.values_form import merged, send
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_what_is_typed_wins_over_what_is_picked(as_agent, helena, helen):
    entered = {"pick-last_name": helen.pk, "value-last_name": " Holá ", "value-lead_status": "working"}

    customer = merged(as_agent, helena, helen, **entered)

    assert (customer.last_name, customer.lead_status, customer.company) == ("Holá", "working", "Holý Design")


def test_every_value_of_one_customer_can_be_picked_at_once(as_agent, helena, helen):
    helena = edit(helena, email_opt_in=True)
    page = send(as_agent, helena, helen, all=helen.pk, **{"value-custom1": "kept"})

    assert page.status_code == 200
    assert f"All values of customer {helen.pk} are selected." in page.text
    for key in ("last_name", "email", "company", "billing_address", "cart_password", "custom5"):
        assert f'name="pick-{key}" value="{helen.pk}" checked' in page.text
    assert f'name="pick-tax_exempt" value="{helena.pk}" checked' in page.text
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
    assert "are selected." not in page.text.split("<table")[0]


def test_a_new_password_is_kept_when_all_is_picked(as_agent, helena, helen):
    page = send(as_agent, helena, helen, all=helen.pk, **{"value-cart_password": "my new secret"}).text

    assert "Discard the new password entered here" in page
    assert "my new secret" not in page


def test_an_address_is_typed_as_a_whole(as_agent, helena, helen):
    entered = {"value-billing_address-line1": "Na Květnici 8", "value-billing_address-city": "Prague 4"}

    customer = merged(as_agent, helena, helen, **entered)

    assert customer.billing_address == {"line1": "Na Květnici 8", "city": "Prague 4"}


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
        "pick-phone": "empty",
        "value-email": "new@holy.cz",
        "value-billing_address-city": "Brno",
        "value-credit-USD": "7.50",
    }
    reviewed(as_agent, helena, helen, **entered)

    page = as_agent.get(values(helena, helen)).text

    assert f'name="pick-last_name" value="{helen.pk}" checked' in page
    assert 'name="pick-phone" value="empty" checked' in page
    for text in ("new@holy.cz", "Brno", "7.50"):
        assert f'value="{text}"' in page
