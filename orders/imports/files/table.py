"""A file with a table in it: rows of text below a header, whether it is a CSV or a spreadsheet.

`open_table` refuses what is no table, or cannot be read within little memory (docs/decisions/0037). Rows are counted as
a spreadsheet counts them: the header is row 1 where nothing is above it, and a blank row has a number too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple, Protocol

from customers.lib.names import without_unseen
from orders.imports.errors import LargeTableError, TableError
from orders.imports.files.csv_file import CsvFile
from orders.imports.files.file_kind import FileKind, kind_of
from orders.imports.files.large_workbook import LargeWorkbook
from orders.imports.files.spreadsheet import Spreadsheet

MOST_COLUMNS = 500


class Row(NamedTuple):
    number: int
    cells: Sequence[str]


class Source(Protocol):
    """Where the rows of a table are. `form` is what is known of it after it was opened once, in JSON."""

    form: Mapping[str, str]
    words: str
    sheets: Sequence[str]

    def rows(self) -> Iterator[Sequence[str]]: ...

    def estimate(self) -> int: ...


class Table:
    """`headers` are all different: a blank one is called by its column, one that comes again by a number."""

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self._source = source
        self.form, self.words, self.sheets = source.form, source.words, source.sheets
        self._header_number, header = self._header()
        self.width = len(header)
        self.headers = distinct_headers(header)
        if next(self.rows(), None) is None:
            raise TableError("This file has a header and no rows below it. Export it again with its rows.")

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows behind row `after` with a cell that is not blank, each as wide as the header, or wider."""
        after = max(after, self._header_number)
        for number, cells in enumerate(self._source.rows(), start=1):
            if number > after and any(cells):
                yield Row(number, self._filled(cells))

    def count(self) -> int:
        return sum(1 for _ in self.rows())

    def estimate(self) -> int:
        """About how many rows there are, without reading a long file to its end."""
        return self._source.estimate()

    def _header(self) -> tuple[int, Sequence[str]]:
        for number, cells in enumerate(self._source.rows(), start=1):
            if header := _without_blank_end(cells):
                if len(header) > MOST_COLUMNS:
                    raise TableError(f"This file has {len(header):,} columns. Use {MOST_COLUMNS} or fewer.")
                return number, header
        raise TableError("This file is empty.")

    def _filled(self, cells: Sequence[str]) -> Sequence[str]:
        missing = self.width - len(cells)
        if missing > 0:
            return [*cells, *[""] * missing]
        return _without_blank_end(cells, keep=self.width) if missing else cells


def _without_blank_end(cells: Sequence[str], *, keep: int = 0) -> Sequence[str]:
    end = len(cells)
    while end > keep and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def distinct_headers(header: Sequence[str]) -> tuple[str, ...]:
    headers: dict[str, None] = {}
    for number, cell in enumerate(header, start=1):
        name = " ".join(without_unseen(cell).split()) or f"Column {number}"
        times = 1
        while (distinct := name if times == 1 else f"{name} ({times})") in headers:
            times += 1
        headers[distinct] = None
    return tuple(headers)


def open_table(file: BinaryIO, name: str, *, form: Mapping[str, str] | None = None, sheet: str = "") -> Table:
    """The table in `file`; TableError if there is none.

    `form` is that of the table when it was opened before: a long file is not looked through again. `sheet` is the sheet
    of a spreadsheet; without it the first that is not empty is read.
    """
    kind = kind_of(file)
    if kind is FileKind.TEXT:
        return Table(name, CsvFile(file, form))
    return Table(name, _spreadsheet(file, kind, sheet or (form or {}).get("sheet", "")))


def _spreadsheet(file: BinaryIO, kind: FileKind, sheet: str) -> Source:
    try:
        return Spreadsheet(file, kind, sheet)
    except LargeTableError:
        if kind is not FileKind.XLSX:
            raise
        return LargeWorkbook(file, sheet)
