"""Reads of a large database, each with its statements and the time that they take."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from customers.search.find import find
from customers.search.first_found import MOST_FOUND
from orders.revenue import current
from orders.revenue.activities import ActivityQuery, activity_page
from orders.revenue.of_customer import movement_page, newest_movements

REPEATS = 5


def reads() -> dict[str, Callable[[], Any]]:
    first = Customer.objects.order_by("pk")[:1].get()
    page = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:200])
    searches = {text: (lambda text=text: list(find(text)[:MOST_FOUND])) for text in ("mar", "mara", "mara ansmith")}
    return {
        "recurring revenue of the largest customer": lambda: current.monthly_amounts_of(first),
        "first page of activities of the largest customer": lambda: movement_page(first.pk, limit=200),
        "newest movements of the largest customer": lambda: newest_movements(first.pk, limit=10),
        "first page of activities of the account": lambda: activity_page(ActivityQuery(), limit=200),
        "newest page of activities of the account": lambda: activity_page(ActivityQuery(newest_first=True), limit=200),
        "recurring revenue of 200 customers": lambda: current.monthly_revenue_of(page),
        **{f"search for “{text}”": read for text, read in searches.items()},
    }


def measured(name: str, read: Callable[[], Any]) -> dict[str, Any]:
    with CaptureQueriesContext(connection) as queries:
        read()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        read()
        times.append(time.perf_counter() - start)
    return {"what": name, "statements": len(queries), "ms": round(median(times) * 1000, 1)}
