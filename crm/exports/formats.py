"""The files of an export: CSV for programs, XLSX for spreadsheets, which keep phones, IDs and leading zeros in it.

Both are written row by row, so that memory stays flat however long the file is.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from django.db.models import TextChoices

from crm.exports.xlsx import write_workbook
from customers.lib.columns import Column, Plain, ValueKind
from customers.web.csv import csv_lines

Columns = Sequence[Column[Any]]
Rows = Iterable[Sequence[Plain]]


class FileFormat(TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel (XLSX)"


def write_file(file_format: FileFormat, columns: Columns, rows: Rows, file: IO[bytes]) -> None:
    if file_format == FileFormat.XLSX:
        write_workbook(columns, rows, file)
    else:
        for line in csv_of(columns, rows):
            file.write(line.encode())


def csv_of(columns: Columns, rows: Rows) -> Iterator[str]:
    return csv_lines([column.label for column in columns], (_cells(columns, row) for row in rows))


def _cells(columns: Columns, row: Sequence[Plain]) -> list[Plain | Decimal]:
    """Amounts as numbers: a negative one is no formula, which a text could be."""
    return [
        Decimal(value) if value and column.kind is ValueKind.MONEY else value
        for column, value in zip(columns, row, strict=True)
    ]
