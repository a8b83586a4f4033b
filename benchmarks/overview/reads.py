"""Lists, searches and pages of many customers, of whom one has more orders and purchases than all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.test import Client, override_settings
from django.urls import reverse

from benchmarks.overview.measured import Measured, again, measure
from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.lib.batches import PAGE
from customers.models import Customer
from customers.records.newest import Cursor, newest
from customers.search.find import find
from customers.search.first_found import MOST_FOUND
from orders.models import Order
from orders.revenue import current
from orders.revenue.activities import ActivityQuery, activity_page
from orders.revenue.of_customer import movement_page
from tests.factories import make_user, signed_in

ACTIVITIES = 200
SEARCHES = ("mar", "mara", "mara ansmith")


def reads(repeat: int, *, largest: Customer) -> Iterator[Measured]:
    by_key = list(Order.objects.order_by("pk").values_list("pk", flat=True)[:PAGE])
    limit = ("25 orders by primary key", again(lambda: list(Order.objects.filter(pk__in=by_key))))
    for what, read in _reads(largest).items():
        yield measure(what, again(read), repeat=repeat, limit=limit)


def _reads(largest: Customer) -> dict[str, Callable[[], Any]]:
    orders = Order.objects.filter(source_record__customer=largest).order_by("at", "pk")
    middle = orders[orders.count() // 2]
    cursor = Cursor(middle.at, middle.pk)
    some = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:ACTIVITIES])
    newest_first = ActivityQuery(newest_first=True)
    after = movement_page(largest.pk, limit=ACTIVITIES).movements[-1].position
    return {
        "latest 25 orders of the largest customer": lambda: list(newest(Order, largest)),
        "25 orders halfway": lambda: list(newest(Order, largest, before=cursor)),
        "recurring revenue of the largest customer": lambda: current.monthly_amounts_of(largest),
        "recurring revenue of 200 customers": lambda: current.monthly_revenue_of(some),
        "200 activities of the largest customer": lambda: movement_page(largest.pk, limit=ACTIVITIES),
        "the next 200": lambda: movement_page(largest.pk, limit=ACTIVITIES, after=after),
        "newest 200 activities of all": lambda: activity_page(newest_first, limit=ACTIVITIES),
        **{f"search for “{text}”": (lambda text=text: list(find(text)[:MOST_FOUND])) for text in SEARCHES},
    }


def pages(repeat: int, *, largest: Customer) -> Iterator[Measured]:
    client = signed_in(make_user("benchmark", ALL_PERMISSIONS))
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
