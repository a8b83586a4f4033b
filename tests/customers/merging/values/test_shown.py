"""What the form shows before anybody touches it."""

from decimal import Decimal

import pytest

from customers.credit import credit
from tests.acts import edit
from tests.customers.merging.pages.merge_steps import values
from tests.customers.merging.values.values_form import EMAIL, merged
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db


def test_it_shows_the_defaults_and_what_differs(as_agent, helena, helen):
    helena = edit(helena, email_opt_in=True)
    page = as_agent.get(values(helena, helen)).text

    for key, customer in [("last_name", helena), ("company", helen), ("email_opt_in", helen), ("tax_exempt", helena)]:
        assert f'name="pick-{key}" value="{customer.pk}" checked' in page
    assert "same number" in page
    assert "same email" in page
    assert 'Last name<span class="visually-hidden">, values differ</span>' in page
    assert "First name (Helena)" in page
    assert "Custom 1 to 5 (empty)" in page
    assert "Credit, USD (0.00)" in page
    assert '<strong class="differs">3 rows differ</strong>' in page
    assert "More restrictive consent applies." in page


def test_an_answer_that_several_gave_is_picked_and_stays_the_strictest(as_agent, helena, helen):
    helena = edit(helena, email_opt_in=True)
    another = edit(customer_with_order(email=EMAIL, deduplicate=False), email_opt_in=False)

    page = as_agent.get(values(helena, helen, another)).text
    assert f'name="pick-email_opt_in" value="{helen.pk}" checked' in page
    assert merged(as_agent, helena, helen, another).email_opt_in is False


def test_more_than_four_customers_scroll_sideways(as_agent, helena):
    others = [customer_with_order(email=EMAIL, deduplicate=False) for _ in range(4)]
    assert '<table class="values many">' in as_agent.get(values(helena, *others)).text
    assert '<table class="values">' in as_agent.get(values(helena, *others[:3])).text


def test_a_value_that_all_have_can_be_left_empty(as_agent, helena, helen):
    assert 'name="pick-phone" value="empty"' in as_agent.get(values(helena, helen)).text

    assert merged(as_agent, helena, helen, **{"pick-phone": "empty"}).phone == ""


def test_credit_adds_up_in_each_currency(as_agent, helena, helen):
    credit.adjust(helena, Decimal(5), "USD", reason="gift", by=None)
    credit.adjust(helen, Decimal("2.50"), "USD", reason="gift", by=None)
    credit.adjust(helen, Decimal(300), "JPY", reason="gift", by=None)

    page = as_agent.get(values(helena, helen)).text

    for text in ("5.00", "+ 2.50", 'placeholder="= 7.50"', "+ 300", 'placeholder="= 300"'):
        assert text in page


def test_it_asks_as_many_queries_for_many_customers(as_agent, helena, helen, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as few:
        as_agent.get(values(helena, helen))
    others = [customer_with_order(email=EMAIL, deduplicate=False) for _ in range(8)]
    with django_assert_max_num_queries(len(few)):
        as_agent.get(values(helena, helen, *others))
