"""A ChartMogul account: a server that answers lists as recorded pairs of its client libraries show them."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Row = dict[str, Any]
KEY = "key-1"
ROOTS = {"customers": "entries", "activities": "entries"}


@dataclass
class Account:
    """`rows` are of each list; `size` is the most of a page; `strange` is answered instead, where it is set."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    size: int = 200
    strange: Any = None
    asked: list[tuple[str, Row]] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, query: Row, key: str) -> tuple[int, Any]:
        name, _, uuid = path.removeprefix("/v1/").partition("/")
        self.asked.append((path.removeprefix("/v1/"), query))
        if key != KEY:
            return 401, {"code": 401, "message": "No valid API key provided", "param": None}
        if self.strange is not None:
            return 200, self.strange
        if uuid:
            row = next((row for row in self.rows[name] if row["uuid"] == uuid), None)
            return (200, row) if row else (404, {"code": 404, "message": "Customer not found", "param": None})
        return 200, self.page(name, query)

    def page(self, name: str, query: Row) -> Row:
        rows = self.rows.get(name, [])
        if name == "data_sources":
            return {"data_sources": rows}
        if start := query.get("start-date"):
            rows = [row for row in rows if row["date"] >= start]
        first = int(query.get("cursor", 0))
        shown = rows[first : first + self.size]
        page = {
            ROOTS.get(name, name): shown,
            "cursor": str(first + len(shown)),
            "has_more": len(rows) > first + self.size,
        }
        return page | ({} if "cursor" in query else {"current_page": 1, "total_pages": 1})


@contextmanager
def serving(account: Account) -> Iterator[Account]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            key = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")[0]
            status, answer = account.answer(parts.path, dict(parse_qsl(parts.query)), key)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    account.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield account
    server.shutdown()
    server.server_close()


def source(uuid: str = "ds_A", name: str = "Stripe") -> Row:
    about = {"created_at": "2015-01-01T00:00:00.000Z", "status": "idle", "system": "Stripe"}
    return {"uuid": uuid, "name": name, **about}


def customer(uuid: str, *ids: tuple[str, str], **values: Any) -> Row:
    """`ids` are (data source, external ID), the main one first."""
    (main_source, main_id), *_ = ids
    row = {
        "id": 114167450,
        "uuid": uuid,
        "external_id": main_id,
        "name": "John Smith",
        "email": "john@example.com",
        "status": "Active",
        "customer-since": "2016-01-01T12:00:00+00:00",
        "attributes": {
            "custom": {"Toggle": True, "CAC": 25},
            "clearbit": {},
            "stripe": {},
            "tags": ["merged-customer", "vip"],
        },
        "data_source_uuid": main_source,
        "data_source_uuids": [of for of, _ in ids],
        "external_ids": [external_id for _, external_id in ids],
        "company": "Initrode",
        "country": "US",
        "state": "CA",
        "city": "Mountain View",
        "zip": "12345",
        "lead_created_at": "2015-11-01T00:00:00.000Z",
        "free_trial_started_at": None,
        "address": {"country": "United States", "state": "California", "city": "Mountain View", "address_zip": "12345"},
        "mrr": 8008,
        "arr": 96096,
        "billing-system-url": None,
        "chartmogul-url": "https://app.chartmogul.com/#/customers/114167450-Initrode",
        "billing-system-type": "Google Sheets",
        "currency": "EUR",
        "currency-sign": "€",
        "owner": None,
        "website_url": "https://chartmogul.com",
    }
    return row | values


def invoice(external_id: str, day: str, **values: Any) -> Row:
    """Of a subscription for a month and a fee, paid in whole; its customer is named by uuid alone."""
    at = f"{day}T12:00:00.000Z"
    common = {"account_code": "", "transaction_fees_currency": None, "discount_description": None, "event_order": None}
    subscription = {
        **common,
        "uuid": f"li_{external_id}_1",
        "external_id": f"{external_id}_1",
        "type": "subscription",
        "subscription_uuid": "sub_46c3",
        "subscription_external_id": "sub_ext",
        "prorated": False,
        "proration_type": None,
        "service_period_start": at,
        "service_period_end": f"{day[:-2]}28T12:00:00.000Z",
        "plan_uuid": "pl_gold",
        "amount_in_cents": 1000,
        "quantity": 5,
        "discount_code": "DISCCODE",
        "discount_amount_in_cents": 1200,
        "tax_amount_in_cents": 200,
        "transaction_fees_in_cents": 0,
    }
    fee = {
        **common,
        "uuid": f"li_{external_id}_2",
        "external_id": None,
        "type": "one_time",
        "description": "fake_item",
        "amount_in_cents": 4500,
        "quantity": 2,
        "discount_code": "",
        "discount_amount_in_cents": 0,
        "tax_amount_in_cents": 0,
        "transaction_fees_in_cents": 0,
    }
    paid = {
        "uuid": f"tr_{external_id}",
        "external_id": None,
        "amount_in_cents": None,
        "type": "payment",
        "date": at,
        "result": "successful",
        "transaction_fees_in_cents": None,
        "transaction_fees_currency": None,
    }
    row = {
        "uuid": f"inv_{external_id}",
        "customer_uuid": "cus_1",
        "date": at,
        "due_date": None,
        "errors": {},
        "external_id": external_id,
        "currency": "USD",
        "line_items": [subscription, fee],
        "transactions": [paid],
    }
    return row | values


def plan() -> Row:
    about = {"uuid": "pl_gold", "data_source_uuid": "ds_A", "external_id": "gold", "name": "Gold"}
    return about | {"interval_count": 1, "interval_unit": "month"}


def churn(day: str) -> Row:
    return {
        "description": "cancelled their Gold plan",
        "activity-mrr-movement": -4004,
        "activity-mrr": 0,
        "activity-arr": 0,
        "date": f"{day}T00:00:00+00:00",
        "type": "churn",
        "currency": "EUR",
        "subscription-external-id": "sub_ext",
        "plan-external-id": "gold",
        "customer-name": "John Smith",
        "customer-uuid": "cus_1",
        "customer-external-id": "ext_1",
        "billing-connector-uuid": "ds_A",
        "uuid": "ff76d95f-0000-4000-8000-000000000000",
    }
