"""A program that sees only events, and what it knows of customers by them.

It keeps each fact with the `sequence` of the event that told it, and believes the latest: so an event may come late or
twice. What was lost it reads in the feed, from where it last was.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from tests.api.caller import Caller

Payload = dict[str, Any]


class Consumer:
    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.cursor: dict[str, str] = {}
        self.facts: dict[tuple[str, Any], tuple[int, Any]] = {}

    def receive(self, payload: Payload) -> None:
        data, sequence = payload["data"], payload["sequence"]
        customer = data["customer"]["id"]
        match payload["type"].split("."):
            case "customer", act:
                self.hear_of_customer(act, customer, data, sequence)
            case kind, act:
                record = None if act == "deleted" else data["source_record"]["id"]
                self.note(kind, data[kind], record, sequence)

    def hear_of_customer(self, act: str, customer: int, data: Payload, sequence: int) -> None:
        self.note("known", customer, True, sequence)
        owner = data["into"]["id"] if act == "merged" else customer
        for record in data.get("source_records", ()):
            self.note("record", record["id"], owner, sequence)
        if act in ("merged", "unmerged"):
            self.note("survivor", customer, data["into"]["id"] if act == "merged" else None, sequence)
        if act == "erased":
            self.note("erased", customer, True, sequence)

    def note(self, kind: str, key: Any, value: Any, sequence: int) -> None:
        if self.facts.get((kind, key), (0,))[0] < sequence:
            self.facts[kind, key] = sequence, value

    def read_on(self) -> None:
        has_more = True
        while has_more:
            answer = self.caller.get("events", per_page=50, **self.cursor).json()
            for payload in answer["entries"]:
                self.receive(payload)
            self.cursor, has_more = {"cursor": answer["cursor"]}, answer["has_more"]

    def known(self, kind: str) -> dict[Any, Any]:
        return {key: value for (about, key), (_, value) in self.facts.items() if about == kind and value is not None}

    def customers(self) -> dict[int, int]:
        """{customer: the one that it means now}."""
        survivor_of, known = self.known("survivor"), {}
        for customer in self.known("known"):
            known[customer] = customer
            while known[customer] in survivor_of:
                known[customer] = survivor_of[known[customer]]
        return known

    def owners(self, kind: str) -> dict[Any, int]:
        """{source record, order number or subscription: its customer}, without those of erased customers."""
        customers, records, erased = self.customers(), self.known("record"), self.known("erased")
        record_of = {record: record for record in records} if kind == "record" else self.known(kind)
        owner_of = {key: customers[records[record]] for key, record in record_of.items()}
        return {key: owner for key, owner in owner_of.items() if owner not in erased}


def unreliably(random: Random, payloads: Iterable[Payload]) -> list[Payload]:
    """What arrives of `payloads`: a tenth of them is lost, a tenth doubled, a tenth late."""
    arrivals: list[tuple[float, int, Payload]] = []
    for place, payload in enumerate(payloads):
        fate = random.random()
        if fate < 0.1:
            continue
        late = 20 * random.random() if fate < 0.2 else 0
        arrivals.append((place + late, place, payload))
        if 0.2 <= fate < 0.3:
            arrivals.append((place + 20 * random.random(), place, payload))
    return [payload for *_, payload in sorted(arrivals, key=lambda arrival: arrival[:2])]
