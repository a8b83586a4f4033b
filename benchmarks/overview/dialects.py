"""What programs read, in both dialects, against a bare view that answers with as many rows found by their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.test import override_settings

from benchmarks.overview.measured import RUN, Measured, again, measure
from customers.lib.pages import PAGE
from customers.models import Customer
from orders.models import Order
from tests.api.konnektive.konnektive_caller import KonnektiveCaller

DEEP = 40
"""A page far on in a list, of PAGE rows each."""
YEAR = {"startDate": "01/01/2021", "endDate": "12/31/2021"}
EVER = {"startDate": "01/01/2020", "endDate": "12/31/2039"}


def dialects(repeat: int, *, largest: Customer) -> Iterator[Measured]:
    caller = KonnektiveCaller(username=f"dialects{RUN}")
    keys = ",".join(map(str, Order.objects.order_by("pk").values_list("pk", flat=True)[:PAGE]))
    with override_settings(ROOT_URLCONF="benchmarks.pages", ALLOWED_HOSTS=["*"], API_REQUESTS_PER_MINUTE=10**9):
        limit = ("a bare view of 25 orders", again(lambda: _checked(caller.client.get(f"/rows/?keys={keys}"))))
        for what, call in _calls(caller, largest).items():
            yield measure(what, again(lambda call=call: _checked(call())), repeat=repeat, limit=limit)


def _calls(caller: KonnektiveCaller, largest: Customer) -> dict[str, Callable[[], Any]]:
    def ask(path: str, page: int = 1, **parameters: str) -> Callable[[], Any]:
        sent = {**caller.login, "resultsPerPage": str(PAGE), "page": str(page), **parameters}
        return lambda: caller.client.post(f"/{path}/", sent)

    of_largest = {"customerId": str(largest.pk)}
    return {
        "order/query of the largest customer": ask("order/query", **of_largest),
        f"order/query of the largest customer, page {DEEP}": ask("order/query", DEEP, **of_largest),
        "order/query of a year": ask("order/query", **YEAR),
        f"order/query of a year, page {DEEP}": ask("order/query", DEEP, **YEAR),
        "purchase/query of the largest customer": ask("purchase/query", **of_largest),
        "customer/query of all": ask("customer/query", **EVER),
        "/v1/customers, 25": lambda: caller.get("customers", per_page=PAGE),
        "/v1/customers of one email": lambda: caller.get("customers", email=largest.email),
        "/v1/customers/{uuid}": lambda: caller.get(f"customers/{largest.uuid}"),
        "/v1/activities, 25": lambda: caller.get("activities", per_page=PAGE),
        "/v1/events, 25": lambda: caller.get("events", per_page=PAGE),
    }


def _checked(answer: Any) -> None:
    if answer.status_code != 200 or b'"ERROR"' in answer.content:
        raise RuntimeError(f"{answer.status_code} {answer.content[:300]!r}")
