"""The customers and invoices of the Chinook sample store, read from its files."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from customers.lib.addresses.address import Address, address
from customers.lib.addresses.countries import country_code
from customers.lib.identity import Identity

FILES = Path(__file__).parent / "chinook"


@dataclass(frozen=True)
class ChinookPerson:
    number: int
    identity: Identity
    fax: str


@dataclass(frozen=True)
class ChinookLine:
    number: int
    track: str
    price: Decimal
    quantity: int


@dataclass(frozen=True)
class ChinookInvoice:
    """`nth` counts the invoices of the person, from 0."""

    number: int
    person: ChinookPerson
    nth: int
    at: datetime
    billing_address: Address
    total: Decimal
    lines: tuple[ChinookLine, ...]


def read_people() -> dict[int, ChinookPerson]:
    return {int(row["CustomerId"]): _person(row) for row in _rows("customers")}


def read_invoices(*, latest: date) -> Iterator[ChinookInvoice]:
    """All invoices, oldest first, moved by whole days so that the last is on the day `latest`."""
    people, lines, counts = read_people(), _lines(), Counter[int]()
    rows = list(_rows("invoices"))
    later = latest - max(_at(row).date() for row in rows)
    for row in rows:
        number, person = int(row["InvoiceId"]), people[int(row["CustomerId"])]
        at = _at(row) + later
        nth, total = counts[person.number], Decimal(row["Total"])
        yield ChinookInvoice(number, person, nth, at, _billing_address(row), total, tuple(lines[number]))
        counts[person.number] += 1


def _at(row: dict[str, str]) -> datetime:
    # The files have days only. Each invoice gets its own time of day.
    day = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC)
    return day + timedelta(hours=8, minutes=int(row["InvoiceId"]) * 37 % 720)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FILES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _person(row: dict[str, str]) -> ChinookPerson:
    names = (row["FirstName"], row["LastName"], row["Company"])
    identity = Identity(*names, row["Email"], row["Phone"], _country(row["Country"]))
    return ChinookPerson(int(row["CustomerId"]), identity, row["Fax"])


def _lines() -> dict[int, list[ChinookLine]]:
    lines = defaultdict(list)
    for row in _rows("invoice_lines"):
        line = ChinookLine(int(row["InvoiceLineId"]), row["TrackName"], Decimal(row["UnitPrice"]), int(row["Quantity"]))
        lines[int(row["InvoiceId"])].append(line)
    return lines


def _billing_address(row: dict[str, str]) -> Address:
    columns = {"line1": "Address", "city": "City", "state": "State", "postal_code": "PostalCode"}
    parts = {part: row[f"Billing{column}"] for part, column in columns.items()}
    return address({**parts, "country": _country(row["BillingCountry"])})


def _country(name: str) -> str:
    return country_code(name) or name
