"""Users and programs: imports 60 %, pages 25 %, merges 10 %, undos 5 %, each by its client, for as long as it runs.

A client sends what failed again until it is acknowledged, or said to be done already. So at the end everything that was
acknowledged must be there, once.
"""

import json
import random
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import Any

from deploy.cluster.browser import LONGEST_ANSWER, Browser
from deploy.cluster.places import FOLDER, SITE

CLIENTS = 6
PAUSE = 0.4
PAGES = ("/v1/customers?per_page=20", "/customers/", "/duplicates/", "/merges/")
SHARES = {"import": 60, "page": 25, "merge": 10, "undo": 5}

number = count(1)


Pair = tuple[str, str]
"""External IDs of two customers with one email; the first is kept when they are merged."""


@dataclass
class Answer:
    at: float
    act: str
    path: str
    status: int
    """0 for no answer."""
    seconds: float


@dataclass
class Load:
    token: str
    cookie: str
    source: str
    answers: list[Answer] = field(default_factory=list)
    imported: dict[str, str] = field(default_factory=dict)
    """Acknowledged customers: the uuid by external ID."""
    merged: set[Pair] = field(default_factory=set)
    """Merges that were acknowledged and not undone."""
    in_doubt: set[Pair] = field(default_factory=set)
    """Merges and undos that had no answer when the load ended."""
    ending: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self.threads = [threading.Thread(target=Client(self, nth).run) for nth in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join()
        lines = (json.dumps(asdict(answer)) for answer in self.answers)
        (FOLDER / "answers.jsonl").write_text("\n".join(lines))

    def failures(self, start: float, end: float) -> Counter[int]:
        """Statuses of 5xx, 0 for no answer, and what is no page, between two moments."""
        return Counter(
            answer.status
            for answer in self.answers
            if start <= answer.at < end
            and (answer.status >= 500 or not answer.status or (answer.act == "page" and answer.status != 200))
        )

    def gap(self, start: float, end: float) -> float:
        """The longest time in which nothing that writes was acknowledged."""
        good = [a.at for a in self.answers if a.act != "page" and 200 <= a.status < 300 and start <= a.at < end]
        return max((later - before for before, later in zip([start, *good], [*good, end], strict=True)), default=0.0)


class Client:
    """Has customers of its own, so that nothing it expects depends on the others."""

    def __init__(self, load: Load, nth: int) -> None:
        self.load, self.chance = load, random.Random(nth)  # noqa: S311 - nobody guesses
        self.pairs: list[Pair] = []
        self.merged: list[Pair] = []

    def run(self) -> None:
        while not self.load.ending.is_set():
            act = self.chance.choices([*SHARES], [*SHARES.values()])[0]
            getattr(self, f"do_{act}")()
            time.sleep(self.chance.random() * PAUSE)

    def do_import(self) -> None:
        """Two customers with one email, so that they can be merged."""
        nth = next(number)
        pair = (f"c{nth}-1", f"c{nth}-2")
        for external_id in pair:
            person = {
                "data_source_uuid": self.load.source,
                "external_id": external_id,
                "name": f"Customer {external_id}",
                "email": f"customer{nth}@example.com",
            }
            status, answer = self.until_acknowledged("import", "/v1/customers", person)
            if status == 422:  # it arrived, and the answer did not
                status, answer = self.find(external_id)
            if status in {200, 201}:
                self.load.imported[external_id] = answer["uuid"]
        if all(external_id in self.load.imported for external_id in pair):
            self.pairs.append(pair)

    def do_page(self) -> None:
        self.send("page", "GET", self.chance.choice(PAGES))

    def do_merge(self) -> None:
        if self.pairs:
            kept, other = pair = self.pairs.pop()
            body = {"from": self._known(other), "into": self._known(kept)}
            status, _ = self.until_acknowledged("merge", "/v1/customers/merges", body)
            if status == 202:
                self.merged.append(pair)
                self.load.merged.add(pair)
            else:
                self.load.in_doubt.add(pair)

    def do_undo(self) -> None:
        if self.merged:
            kept, other = pair = self.merged.pop(0)
            self.load.merged.discard(pair)
            body = {"data_source_uuid": self.load.source, "external_id": other} | self._known(kept)
            status, _ = self.until_acknowledged("undo", "/v1/customers/unmerges", body)
            if status not in {202, 422}:  # 422 where it was undone, and the answer did not arrive
                self.load.in_doubt.add(pair)

    def _known(self, external_id: str) -> dict[str, str]:
        return {"customer_uuid": self.load.imported[external_id]}

    def find(self, external_id: str) -> tuple[int, dict[str, str]]:
        path = f"/v1/customers?data_source_uuid={self.load.source}&external_id={external_id}"
        while True:
            status, answer = self.send("page", "GET", path)
            if status == 200 and answer["entries"]:
                return status, answer["entries"][0]
            if self.load.ending.wait(1):
                return 0, {}

    def until_acknowledged(self, act: str, path: str, body: Mapping[str, object]) -> tuple[int, dict[str, Any]]:
        while True:
            status, answer = self.send(act, "POST", path, body)
            if 0 < status < 500 and status not in {409, 429}:
                return status, answer
            if self.load.ending.wait(1):
                return 0, {}

    def send(
        self, act: str, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> tuple[int, dict[str, Any]]:
        start = time.monotonic()
        status, answer = ask(method, path, body, token=self.load.token, cookie=self.load.cookie)
        now = time.monotonic()
        self.load.answers.append(Answer(now, act, path, status, now - start))
        return status, answer


def ask(
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
    *,
    token: str = "",
    cookie: str = "",
    host: str = SITE.host,
    address: str = "",
) -> tuple[int, dict[str, Any]]:
    """The status, 0 where nobody answers, and what was answered as JSON."""
    headers = {"Host": "localhost", "Content-Type": "application/json"}
    if path.startswith("/v1/"):
        headers["Authorization"] = f"Basic {b64encode(f'{token}:'.encode()).decode()}"
    elif cookie:
        headers["Cookie"] = f"sessionid={cookie}"
    if address:
        headers["X-Forwarded-For"] = address
    connection = HTTPConnection(host, SITE.port, timeout=LONGEST_ANSWER)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        text = response.read()
        is_json = response.headers.get_content_type() == "application/json"
        return response.status, json.loads(text) if is_json else {}
    except (OSError, HTTPException):
        return 0, {}
    finally:
        connection.close()


def make_load(token: str) -> Load:
    """With a data source of its own, and a user who is signed in."""
    status, source = ask("POST", "/v1/data_sources", {"name": "Load"}, token=token)
    if status != 201:
        raise RuntimeError(f"No data source was made: {status} {source}")
    user = Browser()
    user.sign_in()
    return Load(token, user.cookie("sessionid"), source["uuid"])
