"""What the form refuses."""

import pytest
from django.urls import reverse

from customers.models import MergeDraft
from tests.acts import edit, fresh, merge
from tests.customers.merging.pages.merge_steps import hidden, values
from tests.customers.merging.values.values_form import send
from tests.factories import CustomerFactory
from tests.tables import table

pytestmark = pytest.mark.django_db


@table(
    ("name", "value", "label", "words"),
    [
        ("value-email", "nobody", "Email", "Enter an email such as name@example.com."),
        ("value-first_name", "x" * 101, "First name", "Use 100 characters or fewer. This has 101."),
        ("value-billing_address-city", "x" * 121, "Billing address", "Use 120 characters or fewer. This has 121."),
        ("value-first_name", "a\x00b", "First name", "Remove the character that cannot be stored."),
        ("value-lead_status", "forged", "Lead status", "Choose one of the listed options."),
        ("value-credit-USD", "much", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "NaN", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "-1", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "7.505", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-credit-USD", "1e999999999999", "Credit, USD", "Enter an amount such as 7.50."),
        ("value-cart_password", "x" * 129, "Password", "Use 128 characters or fewer."),
        ("pick-email", "999999", "Email", "Select one of the values shown."),
        ("pick-email", "forged", "Email", "Select one of the values shown."),
        ("pick-tax_exempt", "empty", "Tax exempt", "Select one of the values shown."),
    ],
)
def test_a_wrong_value_is_named_and_comes_back_as_typed(as_agent, helena, helen, name, value, label, words):
    response = send(as_agent, helena, helen, **{name: value, "value-custom1": "newsletter-cz"})

    assert response.status_code == 422
    assert "Correct 1 value, then review again:" in response.text
    assert f">{label}</a>." in response.text
    assert f"<li>{words}</li>" in response.text
    assert "<title>Error: Final values for Helena Holý" in response.text
    assert 'value="newsletter-cz"' in response.text
    assert not MergeDraft.objects.exclude(fingerprint="").exists()


def test_several_wrong_values_are_counted(as_agent, helena, helen):
    response = send(as_agent, helena, helen, **{"value-email": "nobody", "value-credit-USD": "much"})

    assert "Correct 2 values, then review again:" in response.text
    assert 'href="#value-email"' in response.text
    assert 'href="#value-credit-USD"' in response.text
    assert response.text.count("autofocus") == 1


def test_a_value_of_a_customer_who_is_not_chosen_is_refused(as_agent, helena, helen):
    stranger = CustomerFactory(email="secret@holy.cz")
    response = send(as_agent, helena, helen, **{"pick-email": stranger.pk})

    assert response.status_code == 422
    assert "secret@holy.cz" not in response.text


def test_the_login_of_somebody_else_is_refused(as_agent, helena, helen):
    edit(CustomerFactory(), cart_login="taken")
    response = send(as_agent, helena, helen, **{"value-cart_login": "taken"})

    assert response.status_code == 422
    assert "The login “taken” is or was used by another customer. Enter another." in response.text


def test_a_form_that_does_not_say_what_it_saw_is_shown_again(as_agent, helena, helen):
    for seen in ("", "1", "x-y", "9" * 5000):
        response = send(as_agent, helena, helen, seen=seen)
        assert response.status_code == 422
        assert "Check the values, then review again." in response.text


def test_customers_who_are_merged_already_are_not_merged_again(as_agent, helena, helen):
    data = hidden(as_agent.get(values(helena, helen)))
    merge(*fresh(helena, helen))

    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), data)

    assert response.url.startswith(reverse("customers:merge", args=[helena.pk]))
