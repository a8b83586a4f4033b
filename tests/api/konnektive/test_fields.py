"""The values of parameters, and lists by pages."""

from zoneinfo import ZoneInfo

import pytest

from orders.models import Campaign
from tests.tables import table

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.konnektive.calls_for_tests")]


def test_all_that_is_wrong_is_said_at_once_by_parameter(shop):
    result, message = shop.ask(
        "order/checked",
        firstName="a\0b",
        emailAddress="helena",
        salesTax="-1",
        billShipSame="maybe",
        currency="XYZ",
    )
    assert result == "ERROR"
    assert message == {
        "campaignId": "This parameter is required.",
        "firstName": "Remove the character that cannot be stored.",
        "emailAddress": "Enter an email such as name@example.com.",
        "salesTax": "Use an amount such as 29.99, zero or more.",
        "currency": "Use a currency such as USD.",
        "billShipSame": "Use 1 or 0.",
    }


def test_too_long_a_text_is_an_error(shop):
    assert shop.ask("order/checked", campaignId="1", firstName="x" * 201)[1] == {
        "firstName": "Use 200 characters or fewer."
    }


@table("number", ["1.5", "-1", "1_000", "9" * 19, "٣", "0x1"])
def test_a_number_is_digits(shop, number):
    assert shop.ask("order/checked", campaignId=number)[1] == {"campaignId": "Use a whole number."}


@table("amount", ["NaN", "Infinity", "1e3", "1,000.00", "$5", "1.0001", "12345678901", "٣"])
def test_an_amount_is_digits_and_a_point(shop, amount):
    assert list(shop.ask("order/checked", campaignId="1", salesTax=amount)[1]) == ["salesTax"]


def test_text_from_right_to_left_is_text(shop):
    assert shop.ask("order/checked", campaignId="1", firstName=" שלום ")[1]["firstName"] == "שלום"


def test_blank_is_what_was_not_sent(shop):
    assert shop.ask("order/checked", campaignId="1", salesTax="", emailAddress=" ")[1]["salesTax"] is None


@table(
    ("start", "end"),
    [
        ("03/01/2026", "03/02/2026"),
        ("3/1/26", "3/2/26"),
        ("2026-03-01", "2026-3-2"),
        ("2026-03-01 23:59", "3/2/26 01:00"),
    ],
)
def test_days_are_whole_days_of_the_account(shop, settings, start, end):
    settings.ACCOUNT_ZONE = ZoneInfo("America/New_York")
    answer = shop.ask("order/dated", startDate=start, endDate=end)
    assert answer == ("SUCCESS", ["2026-03-01 00:00:00", "2026-03-03 00:00:00"])


@table("day", ["01/01/99999", "2026-02-30", "13/01/2026", "0001-01-01", "yesterday", "1/1", "٠1/01/2026"])
def test_what_is_no_day_is_an_error(shop, day):
    message = shop.ask("order/dated", startDate=day, endDate="2026-01-01")[1]
    assert message == {"startDate": "Use a date such as 01/31/2026 or 2026-01-31."}


def test_the_two_days_of_a_period_are_required_and_in_order(shop):
    assert shop.ask("order/dated")[1].keys() == {"startDate", "endDate"}
    assert shop.ask("order/dated", startDate="2026-01-01")[1].keys() == {"endDate"}
    assert shop.ask("order/dated", startDate="2026-01-02", endDate="2026-01-01")[1].keys() == {"endDate"}


def test_lists_come_by_pages_with_their_total(shop):
    Campaign.objects.bulk_create(Campaign(name=f"{n}") for n in range(30))
    result, first = shop.ask("order/listed")
    assert result == "SUCCESS"
    assert (first["totalResults"], first["resultsPerPage"], first["page"]) == (30, 25, 1)
    assert shop.ask("order/listed", page=2)[1]["data"] == ["25", "26", "27", "28", "29"]
    assert shop.ask("order/listed", page=3)[1]["data"] == []
    assert shop.ask("order/listed", resultsPerPage=500)[1]["resultsPerPage"] == 200
    assert len(shop.ask("order/listed", page=0, resultsPerPage=0)[1]["data"]) == 1
    assert shop.ask("order/listed", page="9" * 18)[1]["data"] == []


def test_an_empty_answer_is_the_error_that_clients_know(shop):
    assert shop.ask("order/none") == ("ERROR", "No orders matching those parameters could be found")
    assert shop.ask("order/listed") == ("ERROR", "No campaigns matching those parameters could be found")
