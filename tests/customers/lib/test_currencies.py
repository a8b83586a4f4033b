"""Credit is in a currency that there is, or in one that the customer holds already."""

from decimal import Decimal

import pytest

from customers.credit import credit
from customers.models import CreditEntry
from tests.customers.credit.test_credit_page import adjust, held, text_of
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


@pytest.mark.parametrize("currency", ["ZZZ", "xxx", "AAA"])
def test_no_credit_in_a_currency_that_there_is_not(as_agent, helena, currency):
    response = adjust(as_agent, helena, "5", currency=currency)
    assert response.status_code == 422
    assert f"{currency.upper()} is not a currency." in text_of(response)
    assert not CreditEntry.objects.exists()


@pytest.mark.parametrize("currency", ["EUR", "xcg", "SLE", "VED"])
def test_credit_in_any_currency_that_is_paid_with(as_agent, helena, currency):
    assert adjust(as_agent, helena, "5", currency=currency).status_code == 302
    assert held(helena) == {currency.upper(): Decimal(5)}


def test_what_is_held_in_an_unknown_currency_can_be_used_up(as_agent, helena):
    [record] = helena.records.all()
    CreditEntry.objects.create(source_record=record, amount=5, currency="ZZZ", reason="Sent so")
    assert adjust(as_agent, helena, "-5", currency="ZZZ").status_code == 302
    assert held(helena) == {"ZZZ": Decimal(0)}


def test_a_program_is_told_too(helena):
    with pytest.raises(credit.CreditError, match="ZZZ is not a currency"):
        credit.adjust(helena, Decimal(5), "ZZZ", reason="Gift", by=None)
