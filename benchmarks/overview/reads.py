"""Lists, searches and pages of many customers, of whom one has more orders and purchases than all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.test import Client, override_settings
from django.urls import reverse

from benchmarks.overview.measured import RUN, Measured, again, measure
from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.lib.pages import PAGE, Cursor
from customers.matching.duplicates import duplicates_of
from customers.models import Customer, MatchKind, SharedValue
from customers.records.newest import newest
from customers.search.first_found import first_found
from orders.models import Order
from orders.revenue import current
from orders.revenue.activities import ActivityQuery, activity_page
from orders.revenue.of_customer import movement_page
from tests.factories import CustomerFactory, SourceRecordFactory, make_user, signed_in
from tests.factories.linked_rows import many

ACTIVITIES = 200
RECORDS = (1, 5, 50)
ORDERS = 5_000
SEARCHES = ("mar", "mara", "mara ansmith", "an ca", "ana carbaker", "jos")


def reads(repeat: int, *, largest: Customer) -> Iterator[Measured]:
    by_key = list(Order.objects.order_by("pk").values_list("pk", flat=True)[:PAGE])
    limit = ("25 orders by primary key", again(lambda: list(Order.objects.filter(pk__in=by_key))))
    of_records = [_orders_of(_customer(records), f"of {records} source records") for records in RECORDS]
    for read in (_orders_of(largest, "of the largest customer"), *of_records, _reads(largest)):
        for what, act in read.items():
            yield measure(what, again(act), repeat=repeat, limit=limit)


def _customer(records: int) -> Customer:
    """With so many source records, which share ORDERS."""
    customer = CustomerFactory()
    for _ in range(records):
        many(Order, SourceRecordFactory(customer=customer), ORDERS // records)
    return customer


def _orders_of(customer: Customer, whose: str) -> dict[str, Callable[[], Any]]:
    orders = Order.objects.filter(source_record__customer=customer).order_by("at", "pk")
    middle = orders[orders.count() // 2]
    cursor = Cursor.of(middle)
    return {
        f"latest 25 orders {whose}": lambda: list(newest(Order, customer)),
        f"25 orders halfway {whose}": lambda: list(newest(Order, customer, before=cursor)),
    }


def _reads(largest: Customer) -> dict[str, Callable[[], Any]]:
    some = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:ACTIVITIES])
    newest_first = ActivityQuery(newest_first=True)
    shared = SharedValue.objects.filter(kind=MatchKind.EMAIL).order_by("pk").values("value")[:1]
    sharing = Customer.objects.filter(records__match_keys__value__in=shared).order_by("pk").first() or largest
    after = movement_page(largest.pk, limit=ACTIVITIES).movements[-1].position
    return {
        "duplicates of a customer": lambda: duplicates_of(sharing),
        "recurring revenue of the largest customer": lambda: current.monthly_amounts_of(largest),
        "recurring revenue of 200 customers": lambda: current.monthly_revenue_of(some),
        "200 activities of the largest customer": lambda: movement_page(largest.pk, limit=ACTIVITIES),
        "the next 200": lambda: movement_page(largest.pk, limit=ACTIVITIES, after=after),
        "newest 200 activities of all": lambda: activity_page(newest_first, limit=ACTIVITIES),
        **{f"search for “{text}”": (lambda text=text: first_found(text)) for text in SEARCHES},
    }


def pages(repeat: int, *, largest: Customer) -> Iterator[Measured]:
    client = signed_in(make_user(f"benchmark{RUN}", ALL_PERMISSIONS))
    listed = reverse("customers:list")
    urls = {
        "page of the largest customer": largest.get_absolute_url(),
        "customer list": listed,
        "customer list, by status and country": f"{listed}?status=active&country=US",
        "Home": reverse("home"),
        "worklist": reverse("customers:duplicates"),
    }
    with override_settings(ROOT_URLCONF="benchmarks.pages", ALLOWED_HOSTS=["*"]):
        limit = ("a page with nothing in it", again(lambda: _get(client, "/shell/")))
        for what, url in urls.items():
            yield measure(what, again(lambda url=url: _get(client, url)), repeat=repeat, limit=limit)


def _get(client: Client, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} {url}")
