"""Made-up files of customers, and of orders that they placed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

CUSTOMERS = ("Customer ID", "First name", "Last name", "Email", "Phone", "City", "Country")
ORDERS = ("Order ID", *CUSTOMERS, "Order date", "Currency", "Total", "Product", "Quantity", "Price")
GREEK = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa")


def customers(number: int) -> Iterator[Sequence[str]]:
    yield CUSTOMERS
    yield from map(_person, range(number))


def orders(number: int) -> Iterator[Sequence[str]]:
    """Two of each customer, of whom a file of as many customers has half."""
    yield ORDERS
    bought = ("2026-01-02", "USD", "9.90", "Tea", "1", "9.90")
    for n in range(number):
        yield (f"o{n}", *_person(number // 2 + n // 2), *bought)


def _person(number: int) -> Sequence[str]:
    name = f"{GREEK[number % 10]}{GREEK[number // 10 % 10].lower()}"
    phone = f"+1 817 {200 + number // 10000 % 700:03} {number % 10000:04}"
    return (f"c{number}", name, f"Person{number}", f"person{number}@example.com", phone, "Fort Worth", "US")


def write_csv(rows: Iterable[Sequence[str]], file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    csv.writer(text).writerows(rows)
    text.detach()


FORMATS = {"csv": write_csv}
