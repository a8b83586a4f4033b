"""Who may merge but not change customers selects among the values shown, and enters none."""

import pytest
from django.urls import reverse

from customers.lib.errors import ActionError
from customers.models import Merge
from tests.acts import merge
from tests.customers.merging.pages.merge_steps import confirm, hidden, reviewed, values
from tests.factories import make_user, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def merger():
    return make_user("merger", {"customers.view_customer", "customers.merge_customer"})


@table(
    "entered",
    [
        {"value-email": "taken@over.example"},
        {"value-credit-USD": "10000"},
        {"value-cart_login": "helena"},
        {"value-cart_password": "a password of mine"},
        {"value-phone": ""},
        {"value-tax_exempt": "yes"},
        {"value-sms_contact": "no"},
        {"value-billing_address-city": "Prague"},
    ],
)
def test_what_is_entered_is_refused(entered, merger, helena, helen):
    client = signed_in(merger)
    sent = hidden(client.get(values(helena, helen))) | entered
    response = client.post(reverse("customers:merge_values", args=[helena.pk]), sent)
    assert response.status_code == 422
    assert "You do not have permission to enter values." in response.text


def test_no_input_is_offered_and_a_selection_is_merged(merger, helena, helen):
    client = signed_in(merger)
    page = client.get(values(helena, helen)).text
    assert 'name="value-' not in page
    assert "readonly" in page
    confirm(client, reviewed(client, helena, helen, **{"pick-first_name": str(helen.pk)}))
    helena.refresh_from_db()
    assert helena.first_name == helen.first_name


def test_the_act_refuses_whatever_the_page_let_through(merger, helena, helen):
    with pytest.raises(ActionError, match="permission to enter values"):
        merge(helena, helen, by=merger, email="taken@over.example")
    with pytest.raises(ActionError, match="permission to enter values"):
        merge(helena, helen, by=merger, credit={"USD": 10_000})
    assert not Merge.objects.exists()
