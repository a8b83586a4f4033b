"""How many customers and orders programs can send, compared with a bare view that inserts the same rows.

    DATABASE_URL=postgres://… python -m benchmarks.api [--requests 400] [--rounds 5]

Under gunicorn with 2 workers, in a database of its own beside the one that DATABASE_URL names, made and dropped as
tests do. The two are asked in turn, so that whatever else the machine does meets both.
"""

import argparse
import base64
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from graphlib import TopologicalSorter
from pathlib import Path
from threading import local
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from crm.accounts import api_keys
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import User
from crm.accounts.user_permissions import permission_rows
from crm.permissions import USE_API
from customers.models import Customer, DataSource
from orders.models import Campaign, Product
from tests.api.caller import basic

CLIENTS = 8
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class MeasuredCall:
    """A request of which each is about somebody else."""

    name: str
    title: str
    path: str
    content_type: str
    body: Callable[[int], dict[str, Any]]
    is_done: Callable[[int, bytes], bool]


def calls(token: str) -> list[MeasuredCall]:
    source = DataSource.objects.create(name="Benchmark")
    campaign = Campaign.objects.create(name="Benchmark")
    product = Product.objects.create(sku="video", name="Video", price=Decimal("9.90"), currency="USD")

    def customer(n: int) -> dict[str, Any]:
        person = {"name": f"Helena Holý{n}", "email": f"helena{n}@example.org", "company": "Initrode"}
        place = {"country": "US", "state": "NY", "city": "New York", "zip": "10001"}
        return {"data_source_uuid": source.uuid, "external_id": f"cus_{n}", **person, **place}

    def order(n: int, **paid_by: str) -> dict[str, Any]:
        person = {"firstName": f"Helena{n}", "lastName": f"Holý{n}", "emailAddress": f"helena{n}@example.com"}
        phone = {"phoneNumber": f"+1 212 {2_000_000 + n}"}
        place = {"address1": "1 Main St", "city": "New York", "state": "NY", "postalCode": "10001", "country": "US"}
        about = {"loginId": "benchmark", "password": token, "campaignId": campaign.pk, "product1_id": product.pk}
        return about | person | phone | place | paid_by

    def by_card(n: int) -> dict[str, Any]:
        card = {"cardNumber": "4242424242424242", "cardExpiryDate": "04/2039", "cardSecurityCode": "123"}
        return order(n + 2 * 10**6, paySource="CREDITCARD", **card)

    def paid(status: int, answer: bytes) -> bool:
        return status == 200 and b'"SUCCESS"' in answer

    return [
        MeasuredCall(
            "customer", "POST /v1/customers", "/v1/customers", JSON, customer, lambda status, _: status == 201
        ),
        MeasuredCall("order", "Import Order", "/order/import/", FORM, lambda n: order(n, paySource="PREPAID"), paid),
        MeasuredCall("card", "Import Order, by card", "/order/import/", FORM, by_card, paid),
    ]


class Server:
    """Gunicorn as docs/production.md starts it, and clients that keep their connections."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.authorization = port, basic(token)
        self.mine = local()

    def ask(self, path: str, call: MeasuredCall, n: int) -> bytes:
        """BrokenPipeError and the like are not caught: a server that fails makes no figure."""
        body = call.body(n)
        sent = json.dumps(body) if call.content_type == JSON else urlencode(body)
        link = getattr(self.mine, "link", None) or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.mine.link = link
        link.request("POST", path, sent, {"Content-Type": call.content_type, "Authorization": self.authorization})
        answer = link.getresponse()
        content = answer.read()
        if not (answer.status == 200 if path.startswith("/bare/") else call.is_done(answer.status, content)):
            raise RuntimeError(f"{path} answered {answer.status}: {content[:300]!r}")
        return content

    def per_second(self, path: str, call: MeasuredCall, numbers: range) -> float:
        self.mine = local()  # the server closes connections that nobody used for two seconds
        start = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda n: self.ask(path, call, n), numbers))
        return len(numbers) / (time.perf_counter() - start)


@contextmanager
def serving(token: str, folder: str) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "8"]
    settings = {
        "DJANGO_SETTINGS_MODULE": "benchmarks.api_settings",
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=database_path()).geturl(),
        "PAYMENT_GATEWAY": "orders.sandbox.SandboxGateway",
        "API_REQUESTS_PER_MINUTE": "1000000000",
        "HTTPS": "off",
        "LOG_LEVEL": "ERROR",
        "SECRET_KEY": "only for this benchmark",
        "BARE_ROWS": folder,
    }
    process = subprocess.Popen(command, env=os.environ | settings)
    try:
        wait_for(port)
        yield Server(port, token)
    finally:
        process.terminate()
        process.wait()


def database_path() -> str:
    return f"/{connection.settings_dict['NAME']}"


def wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as link:
            if link.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def newest() -> dict[type[models.Model], int]:
    """{table of ours: its last primary key}."""
    every = [model for app in ("customers", "orders") for model in apps.get_app_config(app).get_models()]
    return {model: model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for model in every}


def written_since(before: dict[type[models.Model], int]) -> list[tuple[str, list[dict[str, Any]]]]:
    """[(table, its new rows)], those that others refer to first."""
    rows_of = {
        model: list(model._default_manager.filter(pk__gt=last).order_by("pk").values())
        for model, last in before.items()
    }
    rows_of = {model: rows for model, rows in rows_of.items() if rows}
    for row in rows_of.get(Customer, []):
        # A card hangs off its customer: that one shows it is no row.
        row["pay_source_id"] = None
    refers_to = {
        model: {
            f.related_model
            for f in model._meta.concrete_fields
            if f.related_model in rows_of and any(r[f.attname] for r in rows)
        }
        - {model}
        for model, rows in rows_of.items()
    }
    return [(model._meta.label, rows_of[model]) for model in TopologicalSorter(refers_to).static_order()]


def measured(
    server: Server, call: MeasuredCall, folder: str, requests: int, rounds: int
) -> tuple[float, float, float, int]:
    """(requests a second of the bare view, of the program, their ratio, rows that each writes): of the median round."""
    first = 10**6
    server.per_second(call.path, call, range(first, first + 1))
    before = newest()
    server.per_second(call.path, call, range(first + 1, first + 2))
    tables = written_since(before)
    (Path(folder) / f"{call.name}.json").write_text(json.dumps(tables, cls=Encoder))
    figures = []
    for n in range(rounds + 1):
        numbers = range(n * requests, (n + 1) * requests)
        bare = server.per_second(f"/bare/{call.name}/", call, numbers)
        program = server.per_second(call.path, call, numbers)
        figures.append((bare, program, program / bare))
    # The first round only warms up.
    bare, program, ratio = (statistics.median(values) for values in zip(*figures[1:], strict=True))
    return bare, program, ratio, sum(len(rows) for _, rows in tables)


class Encoder(DjangoJSONEncoder):
    """Also for the bytes by which names are sorted."""

    def default(self, value: Any) -> Any:
        return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else super().default(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=400, help="how many a round")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; the median counts")
    options = parser.parse_args()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        user = User.objects.create_user("benchmark", email="benchmark@example.com")
        user.user_permissions.set(permission_rows({*ALL_PERMISSIONS, USE_API}))
        _, token = api_keys.create(user, name="Benchmark", addresses=[], by=None)
        every = calls(token)
        heads = ["", "rows", "bare view, a second", "Reunite, a second", "ratio"]
        sys.stdout.write(f"\n| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n")
        with tempfile.TemporaryDirectory() as folder, serving(token, folder) as server:
            for call in every:
                bare, program, ratio, number = measured(server, call, folder, options.requests, options.rounds)
                sys.stdout.write(f"| {call.title} | {number} | {bare:.0f} | {program:.0f} | {ratio:.2f} |\n")
                sys.stdout.flush()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
