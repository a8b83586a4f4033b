"""What the customer page takes, compared with a view that renders the same shell and nothing else.

    [DATABASE_URL=postgres://…] python -m benchmarks.pages [--rounds 20] [--requests 20]

Both are asked in turn in this process, by the same user, in a database of its own that is dropped at the end. CPU is
that of Python: it says less about whatever else the machine does.

Each round asks from another depth of the stack. Where the stack of Python is full it maps another 16 KiB for one call
and gives it back afterwards: from some depths a page does that 600 times, which takes a quarter of its time, from
others hardly ever. A server asks from whatever depth it has.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.test import Client, override_settings
from django.urls import include, path

from benchmarks.database import own_database
from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.models import Customer
from customers.records.registry import linked_models
from orders.models import Order
from tests.acts import merge
from tests.factories import customer_with_order, make_user, signed_in
from tests.factories.linked_rows import many, one_of_each
from tests.query_costs import analyze

PHONE = "+420 241 770 449"
STEP = 8
"""So many calls deeper each round. About a hundred fill a piece of the stack."""


def shell(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"title": "Shell"})


@login_not_required
def rows(request: HttpRequest) -> HttpResponse:
    keys = request.GET["keys"].split(",")
    return JsonResponse({"rows": list(Order.objects.filter(pk__in=keys).values())})


urlpatterns = [path("shell/", shell), path("rows/", rows), path("", include("crm.urls"))]


def helena(n: int) -> Customer:
    return customer_with_order(external_id=str(n), phone=PHONE, email=f"helena{n}@example.org")


def customer(orders: int) -> Customer:
    """With two merged duplicates, another possible one, and a row in every tab."""
    survivor = helena(0)
    for n in (1, 2):
        merge(survivor, helena(n))
    helena(3)
    for record in survivor.records.exclude(external_id=survivor.uuid):
        one_of_each(record)
        for model in linked_models():
            many(model, record, orders if model is Order else 10)
    analyze()
    return survivor


def noted(statements: list[str], execute: Callable[..., Any], sql: str, *more: Any) -> Any:
    statements.append(sql)
    return execute(sql, *more)


def milliseconds(client: Client, url: str, requests: int) -> float:
    start = time.process_time()
    for _ in range(requests):
        if client.get(url).status_code != 200:
            raise RuntimeError(url)
    return (time.process_time() - start) / requests * 1000


def at_depth(depth: int, act: Callable[[], float]) -> float:
    return at_depth(depth - 1, act) if depth else act()


def measure(rounds: int, requests: int) -> str:
    client = signed_in(make_user("benchmark", ALL_PERMISSIONS))
    url = customer(1_000).get_absolute_url()
    with override_settings(ROOT_URLCONF="benchmarks.pages", ALLOWED_HOSTS=["*"]):
        milliseconds(client, url, 3)
        statements: list[str] = []
        with connection.execute_wrapper(partial(noted, statements)):
            client.get(url)
        pairs = [
            tuple(at_depth(depth, partial(milliseconds, client, asked, requests)) for asked in ("/shell/", url))
            for depth in range(0, rounds * STEP, STEP)
        ]
    alone, page = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    return f"| {connection.vendor} | {len(statements)} | {alone:.1f} ms | {page:.1f} ms | {ratio:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=20)
    options = parser.parse_args()
    with own_database():
        sys.stdout.write("| database | statements | shell | customer page | rate |\n| --- | --- | --- | --- | --- |\n")
        sys.stdout.write(measure(options.rounds, options.requests) + "\n")


if __name__ == "__main__":
    main()
