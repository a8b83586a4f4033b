"""The ZIP file: each table as JSON and as CSV, and a README that says what is in it and what is not.

It is written row by row, so that memory stays flat however many there are (`benchmarks/personal_data.py`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from crm.personal_data.columns import columns_of
from crm.personal_data.tables import SubjectTable, left_out
from customers.web.csv import csv_lines

Row = Sequence[Any]


@dataclass(frozen=True)
class TableRows:
    """A table with its rows, which are read once."""

    table: SubjectTable
    rows: Iterable[Row]


def write_archive(tables: Iterable[TableRows], file: IO[bytes], *, about: str) -> None:
    counts: dict[str, int] = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for table_rows in tables:
            counts[table_rows.table.name] = _write_table(archive, table_rows)
        archive.writestr("README.txt", _readme(about, counts))


def _write_table(archive: ZipFile, table_rows: TableRows) -> int:
    """A ZIP file takes one file at a time, so the CSV waits on the disk until the JSON is done."""
    name = table_rows.table.name
    columns = [column.name for column in columns_of(table_rows.table.model)]
    with TemporaryFile() as aside:
        with archive.open(f"json/{name}.json", "w", force_zip64=True) as file:
            rows = _write_json(columns, table_rows.rows, file)
            number = 0
            for line in csv_lines(columns, (_cells(row) for row in rows)):
                aside.write(line.encode())
                number += 1
        aside.seek(0)
        with archive.open(f"csv/{name}.csv", "w", force_zip64=True) as file:
            copyfileobj(aside, file)
    return number - 1


def _write_json(columns: Sequence[str], rows: Iterable[Row], file: IO[bytes]) -> Iterator[Row]:
    """An array of objects. Each row is handed on when it is written."""
    separator = "["
    for row in rows:
        text = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)
        file.write(f"{separator}\n{text}".encode())
        separator = ","
        yield row
    file.write(b"\n]\n")


def _cells(row: Row) -> list[Any]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def _readme(about: str, counts: dict[str, int]) -> str:
    lines = [
        about,
        "",
        "Each table is there twice, in json/ and in csv/, with the same rows and columns. Times are in UTC. A column",
        "that is named as another table has the id of a row there. Users are given by number.",
        "",
        *(f"- {name}: {number:,}" for name, number in counts.items()),
        "",
        "Never in the file: passwords, tokens of payment methods, keys and digests.",
        "Names, values and reasons that are about another customer are replaced. Notes and other texts are as they",
        "were written, and may name others.",
        "",
        "Not in the file:",
        *(f"- {reason}" for reason in sorted({*left_out().values()})),
    ]
    return "\r\n".join(lines) + "\r\n"


def grouped(lines: Iterable[tuple[SubjectTable, Row]]) -> Iterator[TableRows]:
    for table, of_table in groupby(lines, key=itemgetter(0)):
        yield TableRows(table, (row for _, row in of_table))
