"""A program that keeps a copy and asks what changed since its last call ends with what is in the database."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.apps import apps
from django.db.models import DateTimeField, F
from django.utils import timezone

from tests.api.caller import Caller
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.api.village import Village

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)
ACTS = 45
IDS = {
    "customer/query": "customerId",
    "order/query": "orderId",
    "purchase/query": "purchaseId",
    "transactions/query": "transactionId",
    "fulfillment/query": "fulfillmentId",
    "members/query": "memberId",
    "customer/history": "historyId",
}
DELETED = {
    "order": "order/query",
    "purchase": "purchase/query",
    "transaction": "transactions/query",
    "fulfillment": "fulfillment/query",
    "member": "members/query",
    "history": "customer/history",
}
BESIDE = {"mostRecentActivity", "paySources", "message"}
"""What a row says of other tables, whose changes are none of the row; a message loses the name of who is erased."""
REVENUE = {"mrr", "arr", "status", "customer-since", "currency", "currency-sign"}
"""What follows from invoices, which activities tell."""
Rows = dict[tuple[str, str], dict[str, Any]]


def seeds(number: int) -> list[Any]:
    """PostgreSQL is asked the first, SQLite all: what happens, and what is told of it, is the same on both."""
    return [0, *(pytest.param(seed, marks=pytest.mark.one_database) for seed in range(1, number))]


def a_day_passes() -> None:
    """Everything is a day older: the database has a clock of its own."""
    for model in (*apps.get_app_config("customers").get_models(), *apps.get_app_config("orders").get_models()):
        times = [field.attname for field in model._meta.concrete_fields if isinstance(field, DateTimeField)]
        if times:
            model._default_manager.update(**{name: F(name) - A_DAY for name in times})


class KonnektiveReader:
    """It asks for the days since its last call, that one included, as `docs/api.md` says."""

    def __init__(self, caller: KonnektiveCaller, kind: str) -> None:
        self.caller, self.kind = caller, kind
        self.rows: Rows = {}
        self.last = timezone.now().date()

    def a_day_passes(self) -> None:
        self.last -= A_DAY

    def poll(self) -> None:
        for path, name in IDS.items():
            kind = self.kind if path == "customer/query" else "dateUpdated"
            for row in self.read(path, dateRangeType=kind):
                self.rows[path, str(row[name])] = row
        for row in self.read("deleted/query"):
            self.rows.pop((DELETED[row["type"]], row["id"]), None)
        self.last = timezone.now().date()

    def read(self, path: str, *, since: date | None = None, **sent: str) -> Iterator[dict[str, Any]]:
        days = {"startDate": f"{since or self.last:%Y-%m-%d}", "endDate": f"{timezone.now():%Y-%m-%d}"}
        for page in range(1, 1_000):
            result, message = self.caller.ask(path, **days, **sent, page=page, resultsPerPage=7)
            if result == "ERROR":
                assert str(message).endswith("could be found"), message
                return
            yield from message["data"]
            if message["totalResults"] <= page * 7:
                return

    def everything(self) -> Rows:
        """What a program would read that begins now; customers that are gone are told only by what changed."""
        gone = {key: row for key, row in self.rows.items() if row.get("mergedIntoCustomerId") or row.get("isErased")}
        now = {
            (path, str(row[name])): row for path, name in IDS.items() for row in self.read(path, since=date(2010, 1, 1))
        }
        return gone | now


def without_times(rows: Rows) -> Rows:
    """The times are those of a day that has passed since."""
    return {key: _without_times(row) for key, row in rows.items()}


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_times(item) for key, item in value.items() if not key.startswith("date") and key not in BESIDE
        }
    return [_without_times(item) for item in value] if isinstance(value, list) else value


def different(copy: Rows, now: Rows) -> dict[tuple[str, str], Any]:
    keys = [key for key in sorted(copy.keys() | now.keys()) if copy.get(key) != now.get(key)]
    return {key: fields(copy.get(key), now.get(key)) for key in keys}


def fields(copied: dict[str, Any] | None, shown: dict[str, Any] | None) -> Any:
    if copied is None or shown is None:
        return "not copied" if copied is None else "still there"
    return {name: (copied[name], value) for name, value in shown.items() if copied[name] != value}


@pytest.mark.parametrize("seed", seeds(2))
@pytest.mark.parametrize("kind", ["dateUpdated", "mostRecentActivity"])
def test_a_copy_of_the_konnektive_api_is_right_whatever_happened_between_two_calls(seed, kind):
    random = Random(seed)  # noqa: S311 (of a test)
    village, reader = Village(random), KonnektiveReader(KonnektiveCaller(), kind)
    for _ in range(ACTS):
        village.act()
        if random.random() < 0.3:
            reader.poll()
        if random.random() < 0.3:
            a_day_passes()
            reader.a_day_passes()
    reader.poll()

    copy, now = without_times(reader.rows), without_times(reader.everything())
    assert different(copy, now) == {}


class ChartMogulReader:
    """It goes on from its last cursors."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.customers: dict[str, dict[str, Any]] = {}
        self.invoices: dict[str, dict[str, Any]] = {}
        self.cursors: dict[str, str] = {}

    def poll(self) -> None:
        self.read("customers/changes", self.customers, "customer")
        self.read("invoices/changes", self.invoices, "invoice")

    def read(self, path: str, copy: dict[str, dict[str, Any]], name: str) -> None:
        has_more = True
        while has_more:
            cursor = {"cursor": self.cursors[path]} if path in self.cursors else {}
            answer = self.caller.get(path, per_page=7, **cursor).json()
            for entry in answer["entries"]:
                copy.pop(entry["uuid"], None)
                if entry[name]:
                    copy[entry["uuid"]] = entry[name]
            self.cursors |= {path: answer["cursor"]} if answer["cursor"] else {}
            has_more = answer["has_more"]

    def all_customers(self) -> dict[str, dict[str, Any]]:
        entries = self.caller.get("customers").json()["entries"]
        return {entry["uuid"]: entry for entry in entries}

    def all_invoices(self) -> dict[str, dict[str, Any]]:
        invoices = self.caller.get("invoices", with_disabled="true").json()["invoices"]
        return {invoice["uuid"]: invoice for invoice in invoices}


@pytest.mark.parametrize("seed", seeds(3))
def test_a_copy_of_the_chartmogul_api_is_right_whatever_happened_between_two_calls(seed):
    random = Random(seed)  # noqa: S311 (of a test)
    village, reader = Village(random), ChartMogulReader(Caller())
    for _ in range(ACTS):
        village.act()
        if random.random() < 0.3:
            reader.poll()
    reader.poll()

    assert reader.invoices == reader.all_invoices()
    now = reader.all_customers()
    assert reader.customers.keys() == now.keys()
    assert {
        uuid: (key, reader.customers[uuid][key], value)
        for uuid, row in now.items()
        for key, value in row.items()
        if key not in REVENUE and reader.customers[uuid][key] != value
    } == {}
