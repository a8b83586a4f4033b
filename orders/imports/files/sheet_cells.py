"""How many cells a sheet fills, counted in its XML while it is unpacked.

calamine makes room for the rectangle from the first cell to the last, so two cells far apart need as much as all cells
between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orders.imports.errors import LargeTableError
from orders.imports.files.file_kind import FileKind

MOST_CELLS = 700_000
BLOCK = 1 << 18
LONGEST_TEXT = 8 * BLOCK

LARGE = "This spreadsheet is too large to be read. Save it as CSV, then import that file."

XLSX_TAG = re.compile(rb"""<(?:\w+:)?(c|row)(?:\s(?:[^>]*?\s)?r\s*=\s*["']([A-Z]{0,3})(\d{1,7})["'])?[\s>/]""")
ODS_TAG = re.compile(rb"<table:(table-row|table|table-cell|covered-table-cell)(?=[\s>/])([^>]*)>")
REPEATED = re.compile(rb"""number-(?:columns|rows)-repeated\s*=\s*["'](\d{1,9})["']""")


class SheetCells:
    """`add` takes the XML block by block, and raises LargeTableError when the sheet is too large."""

    def __init__(self) -> None:
        self._tail = b""
        self.row, self.column = 0, 0
        self.first_row, self.last_row, self.width = 0, 0, 0
        self.of_other_tables = 0

    def add(self, block: bytes) -> None:
        text = self._tail + block
        # The last tag may end in the next block.
        end = max(text.rfind(b"<"), 0)
        self._tail = text[end:]
        if len(self._tail) > LONGEST_TEXT:
            raise LargeTableError(LARGE)
        for _ in self._tags(text[:end]):
            if self.of_other_tables + self.rectangle > MOST_CELLS:
                raise LargeTableError(LARGE)

    @property
    def rectangle(self) -> int:
        return (self.last_row - self.first_row + 1) * self.width if self.width else 0

    def _fill(self, *, rows: int = 1) -> None:
        self.first_row = self.first_row or self.row
        self.last_row = max(self.last_row, self.row + rows - 1)
        self.width = max(self.width, self.column)

    def _tags(self, text: bytes) -> Iterator[None]:
        raise NotImplementedError


class XlsxCells(SheetCells):
    def _tags(self, text: bytes) -> Iterator[None]:
        for tag, letters, digits in XLSX_TAG.findall(text):
            if tag == b"row":
                self.row, self.column = int(digits) if digits else self.row + 1, 0
                continue
            self.column = _column(letters) if letters else self.column + 1
            self.row = int(digits) if digits else self.row
            self._fill()
            yield


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class OdsCells(SheetCells):
    rows = 1

    def _tags(self, text: bytes) -> Iterator[None]:
        for tag, attributes in ODS_TAG.findall(text):
            repeated = REPEATED.search(attributes)
            times = int(repeated[1]) if repeated else 1
            if tag == b"table":
                self.of_other_tables += self.rectangle
                self.row, self.rows, self.first_row, self.last_row, self.width = 0, 1, 0, 0, 0
            elif tag == b"table-row":
                self.row, self.rows, self.column = self.row + self.rows, times, 0
            else:
                self.column += times
                # A cell without content only fills the space up to the next one.
                if not attributes.endswith(b"/") or b"value" in attributes:
                    self._fill(rows=self.rows)
                yield


def cells_of(name: str, kind: FileKind) -> SheetCells | None:
    if kind is FileKind.XLSX:
        return XlsxCells()
    return OdsCells() if kind is FileKind.ODS and name == "content.xml" else None
