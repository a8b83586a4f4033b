"""Pages by number: whatever is written while somebody reads them, no row is skipped, and none comes twice."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import Customer
from orders.models import Order
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import CustomerFactory, customer_with_order, order
from tests.tables import table

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = {"startDate": "03/02/2026", "endDate": "03/02/2026"}


def customers_of_the_day(number: int) -> list[int]:
    pks = [CustomerFactory(first_name=f"Helena {n}").pk for n in range(number)]
    for n, pk in enumerate(pks):
        Customer.objects.filter(pk=pk).update(created=DAY, updated=DAY + timedelta(seconds=n))
    return pks


def page(shop: KonnektiveCaller, number: int, *, key: str, path: str = "customer/query", **asked: str) -> list:
    result, message = shop.ask(path, page=str(number), resultsPerPage="2", **DAYS, **asked)
    assert (result, message["totalResults"]) == ("SUCCESS", 6)
    return [row[key] for row in message["data"]]


@table("direction", ["1", "0"])
def test_a_customer_who_leaves_the_day_hides_nobody(shop, direction):
    pks = customers_of_the_day(6)
    pks = pks if direction == "1" else pks[::-1]
    asked = {"key": "customerId", "dateRangeType": "dateUpdated", "sortDir": direction}
    assert page(shop, 1, **asked) == pks[:2]
    # Edited today, so they are among the changed ones of today.
    Customer.objects.filter(pk__in=pks[:2]).update(updated=DAY + timedelta(days=1))
    assert page(shop, 2, **asked) == pks[2:4]
    assert page(shop, 2, **asked) == pks[2:4]
    assert page(shop, 3, **asked) == pks[4:]


def test_no_row_comes_again_behind_the_last_page(shop):
    """Rows that left the day stay in the total, so a client that goes by it asks for pages that have no row."""
    pks = customers_of_the_day(6)[::-1]
    asked = {"key": "customerId", "dateRangeType": "dateUpdated"}
    assert page(shop, 1, **asked) == pks[:2]
    Customer.objects.filter(pk__in=pks[3:]).update(updated=DAY + timedelta(days=1))
    assert page(shop, 2, **asked) == pks[2:3]
    Customer.objects.filter(pk__in=customers_of_the_day(9)).update(updated=DAY + timedelta(hours=1))
    assert [page(shop, number, **asked) for number in (3, 4)] == [[], []]


def test_an_order_that_is_added_to_the_day_repeats_no_other(shop):
    customer = customer_with_order(at=DAY - timedelta(days=9))
    record = customer.records.get()
    orders = [order(external_id=str(n), at=DAY + timedelta(seconds=n)).order for n in range(6)]
    numbers = [placed.number for placed in reversed(orders)]
    asked = {"path": "order/query", "key": "orderId"}
    assert page(shop, 1, **asked) == numbers[:2]
    order(external_id="late", at=DAY + timedelta(minutes=1))
    assert Order.objects.exclude(source_record=record).count() == 7
    assert page(shop, 2, **asked) == numbers[2:4]
    assert page(shop, 3, **asked) == numbers[4:]


def test_each_reader_has_pages_of_its_own(shop):
    pks, other = customers_of_the_day(6), KonnektiveCaller(username="other")
    asked = {"key": "customerId", "sortDir": "1"}
    assert page(shop, 1, **asked) == pks[:2]
    erased_early = Customer.objects.filter(pk=pks[0])
    erased_early.update(created=DAY - timedelta(days=1))
    _, message = other.ask("customer/query", page="1", resultsPerPage="2", **DAYS, sortDir="1")
    assert [row["customerId"] for row in message["data"]] == pks[1:3]
    assert (
        shop.ask("customer/query", page="2", resultsPerPage="2", **DAYS, sortDir="1")[1]["data"][0]["customerId"]
        == pks[2]
    )


def test_a_page_without_the_one_before_it_is_counted_from_the_first(shop):
    pks = customers_of_the_day(6)
    assert page(shop, 3, key="customerId", sortDir="1") == pks[4:]
