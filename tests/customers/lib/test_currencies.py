"""Credit is in a currency that there is, or in one that the customer holds already."""

from datetime import date
from decimal import Decimal

import pytest

from customers.credit import credit
from customers.lib.money import currency_error
from customers.models import CreditEntry
from tests.customers.credit.test_credit_page import adjust, held
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


@table("currency", ["ZZZ", "xxx", "AAA"])
def test_no_credit_in_a_currency_that_there_is_not(as_agent, helena, currency):
    response = adjust(as_agent, helena, "5", currency=currency)
    assert response.status_code == 422
    assert f"{currency.upper()} is not a currency." in response.text
    assert not CreditEntry.objects.exists()


@table("currency", ["EUR", "xcg", "SLE", "VED"])
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


@table(
    ("currency", "day"),
    [
        *(
            ("HRK", date(2022, 6, 1)),
            ("HRK", date(1994, 5, 30)),
            ("BGN", date(2022, 6, 1)),
            ("BGN", date(2025, 12, 31)),
        ),
        *(("DEM", date(2001, 12, 31)), ("ITL", date(1999, 1, 1)), ("ANG", date(2025, 1, 1)), ("SLL", date(2022, 1, 1))),
        *(("EUR", date(2026, 11, 29)), ("XCG", date(2026, 1, 1)), ("USD", date(1999, 1, 1))),
    ],
)
def test_a_currency_is_taken_on_a_day_of_its_use(currency, day):
    assert currency_error(currency, on=day) == ""


@table(
    ("currency", "day"),
    [
        *(
            ("HRK", date(2026, 11, 29)),
            ("HRK", date(1990, 1, 1)),
            ("BGN", date(2026, 11, 29)),
            ("DEM", date(2003, 1, 1)),
        ),
        *(("ITL", date(2020, 1, 1)), ("ANG", date(2026, 1, 1)), ("SLL", date(2025, 1, 1))),
    ],
)
def test_a_currency_is_refused_before_and_after_its_use_with_its_dates(currency, day):
    assert currency_error(currency, on=day).startswith(f"{currency} was in use from ")


@table("currency", ["ZZZ", "XXX", "XAU", "usd", "", "USN"])
def test_what_nobody_pays_with_is_refused_on_any_day(currency):
    assert currency_error(currency, on=date(2022, 6, 1)) == "must be an ISO 4217 currency, such as USD"
