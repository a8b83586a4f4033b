"""Reads a small file as an import does."""

import io
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from customers.models import DataSource
from orders.imports.columns.guess import guess
from orders.imports.columns.mapping import ColumnMapping
from orders.imports.files.table import Table, open_table
from orders.imports.rows.imported_row import ImportedRow
from orders.imports.rows.read import Reader
from tests.orders.imports.files import csv_table

EXPORTS = Path(__file__).with_name("exports")
SHOP = DataSource(pk=1, name="Shop", default_currency="USD")
PRAGUE = ZoneInfo("Europe/Prague")


def export(name: str) -> Table:
    return open_table(io.BytesIO((EXPORTS / f"{name}.csv").read_bytes()), f"{name}.csv")


def read(table: Table, mapping: ColumnMapping | None = None) -> list[ImportedRow]:
    return list(Reader(table, mapping or guess(table), SHOP, zone=PRAGUE).rows())


def read_csv(text: str, **options: object) -> list[ImportedRow]:
    """By the guesses; `targets` are other ones, by header."""
    table = csv_table(text)
    targets = options.get("targets", {})
    assert isinstance(targets, Mapping)
    return read(table, guess(table).chosen(targets))


def refusals(text: str, **options: object) -> list[str]:
    return [row.refusal for row in read_csv(text, **options)]
