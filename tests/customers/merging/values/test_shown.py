"""What the form shows before anybody touches it."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from customers.credit import credit
from tests.acts import edit
from tests.customers.merging.pages.merge_steps import values
from tests.customers.merging.values.values_form import EMAIL, merged
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db


def test_it_shows_the_defaults_and_what_differs(as_agent, helena, helen):
    helena = edit(helena, email_opt_in=True)
    page = as_agent.get(values(helena, helen)).text

    for key, customer in [("last_name", helena), ("company", helen), ("billing_address", helena)]:
        assert f'name="pick-{key}" value="{customer.pk}" checked' in page
    for mark in ('id="value-last_name" value="Holý"', 'name="value-email_opt_in" value="no" checked'):
        assert mark in page
    assert "same number" in page
    assert "same email" in page
    assert 'Last name<span class="visually-hidden">, values differ</span>' in page
    assert "First name (Helena)" in page
    assert "Custom 1 to 5 (empty)" in page
    assert "Credit, USD (0.00)" in page
    assert '<strong class="differs">3 fields differ</strong>' in page
    assert "More restrictive consent applies." in page


def test_an_answer_that_several_gave_is_picked_and_stays_the_strictest(as_agent, helena, helen):
    helena = edit(helena, email_opt_in=True)
    another = edit(customer_with_order(email=EMAIL, deduplicate=False), email_opt_in=False)

    assert 'name="value-email_opt_in" value="no" checked' in as_agent.get(values(helena, helen, another)).text
    assert merged(as_agent, helena, helen, another).email_opt_in is False


def test_equal_values_of_several_customers_share_one_choice(as_agent, helena, helen):
    another = customer_with_order(email=EMAIL, deduplicate=False, last_name="Holy")
    page = as_agent.get(values(helena, helen, another)).text
    assert page.count('name="pick-last_name"') == 2
    assert f'data-holders="{helen.pk}, {another.pk}"' in page


def test_each_value_says_when_and_by_whom_it_was_last_set(as_agent, admin_user, helena, helen):
    with time_machine.travel("2026-03-01 12:00"):
        edit(helen, last_name="Holá", by=admin_user)
    page = as_agent.get(values(helena, helen)).text

    assert "1 Mar 2026, Jane Peacock" in page
    assert f", {helena.records.first().data_source.name}</span>" in page
    assert page.count("never set") > 5


def test_the_value_that_was_set_last_is_marked(as_agent, helena, helen):
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        edit(helen, last_name="Holá")
    page = as_agent.get(values(helena, helen)).text
    assert page.split(">Holá<")[1].split("</label>")[0].count('class="newest"') == 1
    assert page.split('name="pick-last_name"')[1].count('class="newest"') == 0


def test_a_value_that_all_have_can_be_left_empty(as_agent, helena, helen):
    assert merged(as_agent, helena, helen, **{"value-phone": ""}).phone == ""


def test_credit_adds_up_in_each_currency(as_agent, helena, helen):
    credit.adjust(helena, Decimal(5), "USD", reason="gift", by=None)
    credit.adjust(helen, Decimal("2.50"), "USD", reason="gift", by=None)
    credit.adjust(helen, Decimal(300), "JPY", reason="gift", by=None)

    page = as_agent.get(values(helena, helen)).text

    for text in (
        "<b>5.00</b>",
        "<b>2.50</b>",
        'id="value-credit-USD" value="7.50"',
        'id="value-credit-JPY" value="300"',
    ):
        assert text in page


def test_it_asks_as_many_queries_for_many_customers(as_agent, helena, helen, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as few:
        as_agent.get(values(helena, helen))
    others = [customer_with_order(email=EMAIL, deduplicate=False) for _ in range(8)]
    with django_assert_max_num_queries(len(few)):
        as_agent.get(values(helena, helen, *others))
