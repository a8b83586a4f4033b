"""How many customers and orders programs can send, compared with a bare view that writes the same rows.

    DATABASE_URL=postgres://… python -m benchmarks.api [--requests 400] [--rounds 5]

Under gunicorn with 2 workers, in a database of its own beside the one that DATABASE_URL names, made and dropped as
tests do. The two are asked in turn, so that whatever else the machine does meets both. CPU is that of the workers and
of the backends, for one request.

An order by card is written in two transactions, because a gateway is never asked in one: so does the view.
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
from dataclasses import dataclass, replace
from decimal import Decimal
from graphlib import TopologicalSorter
from pathlib import Path
from threading import local
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from benchmarks.database import own_database
from benchmarks.imports.cost import seconds_of
from crm.accounts import api_keys
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import User
from crm.accounts.user_permissions import permission_rows
from crm.permissions import USE_API
from customers.models import Customer, DataSource
from orders.models import Campaign, Product, Transaction, TransactionStatus
from orders.payments.gateway import Answer, Token
from orders.payments.record_answer import record_answer
from tests.api.caller import basic

CLIENTS = 8
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
UNANSWERED = "4000000000000341"  # by the sandbox
APPROVED = Answer(
    TransactionStatus.SUCCESS, "Approved.", "sandbox-approves/0123456789ab", token=Token("sandbox-approves")
)
Tables = list[tuple[str, list[dict[str, Any]]]]


@dataclass(frozen=True)
class MeasuredCall:
    """A request of which each is about somebody else."""

    name: str
    title: str
    path: str
    content_type: str
    body: Callable[[int], dict[str, Any]]
    is_done: Callable[[int, bytes], bool]
    unanswered: Callable[[int], dict[str, Any]] | None = None
    """The same with a card about which the gateway says nothing."""


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

    def by_card(n: int, number: str = "4242424242424242") -> dict[str, Any]:
        card = {"cardNumber": number, "cardExpiryDate": "04/2039", "cardSecurityCode": "123"}
        return order(n + 2 * 10**6, paySource="CREDITCARD", **card)

    def paid(status: int, answer: bytes) -> bool:
        return status == 200 and b'"SUCCESS"' in answer

    return [
        MeasuredCall(
            "customer", "POST /v1/customers", "/v1/customers", JSON, customer, lambda status, _: status == 201
        ),
        MeasuredCall("order", "Import Order", "/order/import/", FORM, lambda n: order(n, paySource="PREPAID"), paid),
        MeasuredCall(
            "card", "Import Order, by card", "/order/import/", FORM, by_card, paid, lambda n: by_card(n, UNANSWERED)
        ),
    ]


@dataclass(frozen=True)
class Rate:
    """`cpu` is in milliseconds for a request."""

    per_second: float
    cpu: float


BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Server:
    """Gunicorn as docs/production.md starts it, and clients that keep their connections."""

    def __init__(self, port: int, token: str, process: int) -> None:
        self.port, self.authorization, self.process = port, basic(token), process
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

    def rate(self, path: str, call: MeasuredCall, numbers: range) -> Rate:
        self.mine = local()  # the server closes connections that nobody used for two seconds
        start, before = time.perf_counter(), self.cpu()
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda n: self.ask(path, call, n), numbers))
        seconds, after = time.perf_counter() - start, self.cpu()
        spent = sum(cpu - before.get(process, 0) for process, cpu in after.items())
        return Rate(len(numbers) / seconds, spent / len(numbers) * 1000)

    def cpu(self) -> dict[int, float]:
        """{process: its CPU seconds}, of the workers and of the backends that serve them."""
        workers = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        with connection.cursor() as cursor:
            cursor.execute(BACKENDS)
            return {process: seconds_of(process) for process in [*map(int, workers), *(pid for (pid,) in cursor)]}


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
        "PAYMENT_GATEWAY": "orders.payments.sandbox.SandboxGateway",
        "API_REQUESTS_PER_MINUTE": "1000000000",
        "HTTPS": "off",
        "LOG_LEVEL": "ERROR",
        "SECRET_KEY": "only for this benchmark",
        "BARE_ROWS": folder,
    }
    process = subprocess.Popen(command, env=os.environ | settings)
    try:
        wait_for(port)
        yield Server(port, token, process.pid)
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
    every = [model for app in ("customers", "orders", "audit") for model in apps.get_app_config(app).get_models()]
    return {model: model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for model in every}


def written_since(before: dict[type[models.Model], int]) -> Tables:
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


def steps_of(server: Server, call: MeasuredCall, first: int) -> list[dict[str, Any]]:
    """[{"changed": [(table, primary key, new values)], "new": its new rows}], of each transaction of a request."""
    server.ask(call.path, call, first)
    before = newest()
    if call.unanswered is None:
        server.ask(call.path, call, first + 1)
        return [{"changed": [], "new": written_since(before)}]
    asked = replace(call, body=call.unanswered, is_done=lambda status, _: status == 200)
    server.ask(call.path, asked, first + 1)
    pending, before = written_since(before), newest()
    record_answer(Transaction.objects.latest("pk"), APPROVED)
    return [{"changed": [], "new": pending}, {"changed": changes_of(pending), "new": written_since(before)}]


def changes_of(tables: Tables) -> list[tuple[str, int, dict[str, Any]]]:
    changes = []
    for label, rows in tables:
        for row in rows:
            now = apps.get_model(label)._default_manager.values().get(pk=row["id"])
            changed = {name: value for name, value in now.items() if value != row[name]}
            changes.append((label, row["id"], changed))
    return [change for change in changes if change[2]]


def measured(server: Server, call: MeasuredCall, folder: str, requests: int, rounds: int) -> list[str]:
    """What the median round gave, for the table, with how many rows each writes."""
    steps = steps_of(server, call, 10**6)
    (Path(folder) / f"{call.name}.json").write_text(json.dumps(steps, cls=Encoder))
    bare, program = [], []
    for n in range(rounds + 1):
        numbers = range(n * requests, (n + 1) * requests)
        bare.append(server.rate(f"/bare/{call.name}/", call, numbers))
        program.append(server.rate(call.path, call, numbers))
    pairs = [*zip(bare, program, strict=True)][1:]  # the first round only warms up

    def median(figure: Callable[[Rate, Rate], float]) -> float:
        return statistics.median(figure(*pair) for pair in pairs)

    rows = sum(len(step["changed"]) + sum(len(rows) for _, rows in step["new"]) for step in steps)
    rates = [f"{median(lambda view, _: view.per_second):.0f}", f"{median(lambda _, ours: ours.per_second):.0f}"]
    rates += [f"{median(lambda view, ours: ours.per_second / view.per_second):.2f}"]
    cpu = [f"{median(lambda view, _: view.cpu):.1f} ms", f"{median(lambda _, ours: ours.cpu):.1f} ms"]
    return [call.title, str(rows), *rates, *cpu, f"{median(lambda view, ours: view.cpu / ours.cpu):.2f}"]


class Encoder(DjangoJSONEncoder):
    """Also for the bytes by which names are sorted."""

    def default(self, value: Any) -> Any:
        return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else super().default(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=400, help="how many a round")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; the median counts")
    options = parser.parse_args()
    with own_database():
        user = User.objects.create_user("benchmark", email="benchmark@example.com")
        user.user_permissions.set(permission_rows({*ALL_PERMISSIONS, USE_API}))
        _, token = api_keys.create(user, name="Benchmark", addresses=[], by=None)
        every = calls(token)
        heads = ["", "rows", "bare view, a second", "Reunite, a second", "ratio"]
        heads += ["CPU of the view", "of Reunite", "ratio"]
        sys.stdout.write(f"\n| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n")
        with tempfile.TemporaryDirectory() as folder, serving(token, folder) as server:
            for call in every:
                figures = measured(server, call, folder, options.requests, options.rounds)
                sys.stdout.write(f"| {' | '.join(figures)} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
