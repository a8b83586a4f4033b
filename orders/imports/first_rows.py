"""What is known of a file without opening it: how it is read, and its first rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from orders.imports.files.table import Table
from orders.models import Import

FIRST_ROWS = 5
LONGEST_CELL = 1_000


def first_rows(imported: Import) -> Table:
    """The table with its first rows only, which is read without its file."""
    return Table(imported.name, _FirstRows(imported.table))


class _FirstRows:
    def __init__(self, table: Mapping[str, Any]) -> None:
        self.form, self.words, self.sheets = table["form"], table["words"], table["sheets"]
        self._rows: Sequence[Sequence[str]] = table["first"]

    def rows(self) -> Iterator[Sequence[str]]:
        return iter(self._rows)

    def estimate(self) -> int:
        return len(self._rows) - 1


def described(table: Table, *, size: int) -> dict[str, Any]:
    first = [[storable(cell)[:LONGEST_CELL] for cell in row.cells] for row in islice(table.rows(), FIRST_ROWS)]
    return {
        "form": dict(table.form),
        "words": table.words,
        "sheets": list(table.sheets),
        "rows": table.estimate(),
        "bytes": size,
        "first": [list(table.headers), *first],
    }


def storable(text: str) -> str:
    return text.replace("\x00", "")
