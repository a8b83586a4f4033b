"""What another system answered, as an import reads the rows of a file: the same columns, the same checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from customers.models import DataSource
from orders.imports.columns.mapping import ColumnMapping, MappedColumn, Reason
from orders.imports.files.table import Table
from orders.imports.rows.imported_row import ImportedRow
from orders.imports.rows.read import Reader


@dataclass
class AnsweredTable:
    """What `Table` reads, with the names of the API as the header."""

    header: Sequence[str]
    answered: Sequence[Sequence[str]]
    form: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    sheets: Sequence[str] = ()

    def rows(self) -> Iterator[Sequence[str]]:
        yield self.header
        yield from self.answered

    def estimate(self) -> int:
        return len(self.answered)


def read_answered(
    cells: Sequence[Sequence[str]], columns: Mapping[str, str], source: DataSource, *, zone: str, after: int
) -> list[ImportedRow]:
    """`columns` are {name in the API: its meaning}. The rows are numbered behind row `after`."""
    if not cells:
        return []
    mapped = tuple(MappedColumn(header, target, Reason.PRESET) for header, target in columns.items())
    table = Table("answer", AnsweredTable(tuple(columns), cells))
    reader = Reader(table, ColumnMapping(mapped, decimal_mark="."), source, zone=ZoneInfo(zone))
    return [row._replace(numbers=tuple(number + after for number in row.numbers)) for row in reader.rows()]
