"""Columns of an exported table: what each is called, what it says of a row, and what kind of value that is.

Every file of an export is written from them, so that CSV and XLSX say the same. Values are kept plain, which JSON can
carry: a job keeps the rows of its chunks so until the file is put together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
Plain = str | int


class ValueKind(Enum):
    TEXT = auto()
    """Phones, IDs and postal codes too: they have leading zeros, or more digits than a spreadsheet counts with."""
    NUMBER = auto()
    MONEY = auto()
    """In the currency that another column names."""
    TIME = auto()
    """In UTC."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """`label` also tells columns apart. `group` is where the page of the export has it."""

    label: str
    value: Callable[[Row], Any]
    kind: ValueKind = ValueKind.TEXT
    group: str = ""
    is_about_orders: bool = False
    """Left out for users who may not view orders."""

    def plain(self, row: Row) -> Plain:
        return plain(self.value(row))


def plain_row(columns: Sequence[Column[Row]], row: Row) -> list[Plain]:
    return [column.plain(row) for column in columns]


def plain(value: Any) -> Plain:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")
        case Decimal():
            return f"{value:f}"
        case int():
            return value
    return str(value)
