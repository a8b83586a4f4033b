"""A Konnektive account of somebody else: a server that answers its queries from rows in memory."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Row = dict[str, Any]
SUBJECTS = ("customer", "order", "purchase", "transactions")
DAY = "%m/%d/%Y"


@dataclass
class Account:
    """`size` is the most rows of a page. `before` is called before each answer, and may be one: (status, text)."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SUBJECTS})
    size: int = 200
    before: Callable[["Account", Row], tuple[int, str] | None] = lambda account, query: None
    headers: dict[str, str] = field(default_factory=dict)
    queries: list[Row] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, query: Row) -> tuple[int, str]:
        query["subject"] = path.split("/")[-3]
        self.queries.append(query)
        if answer := self.before(self, query):
            return answer
        if (query["loginId"], query["password"]) != ("api", "secret&"):
            return 200, json.dumps({"result": "ERROR", "message": "Could not authenticate credentials"})
        return 200, json.dumps(self.page(query["subject"], query))

    def page(self, subject: str, query: Row) -> Row:
        first, last = (datetime.strptime(query[name], DAY).date() for name in ("startDate", "endDate"))
        rows = [r for r in self.rows[subject] if first <= date.fromisoformat(r["dateUpdated"][:10]) <= last]
        if not rows:
            return {"result": "ERROR", "message": f"No {subject}s matching those parameters could be found"}
        rows.sort(key=lambda row: row["dateUpdated"])
        number, size = int(query["page"]), min(int(query["resultsPerPage"]), self.size)
        data = rows[(number - 1) * size : number * size]
        totals = {"totalResults": len(rows), "resultsPerPage": size, "page": number}
        return {"result": "SUCCESS", "message": {**totals, "data": data}}


@contextmanager
def serving(account: Account) -> Iterator[Account]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, text = account.answer(self.path, dict(parse_qsl(body)))
            self.send_response(status)
            for name, value in account.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    account.url = f"http://127.0.0.1:{server.server_port}/api"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield account
    server.shutdown()
    server.server_close()
