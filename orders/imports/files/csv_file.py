"""A CSV file: its encoding and separator found out, its rows read one by one."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import BinaryIO

from orders.imports.errors import TableError
from orders.imports.files.encoding import BLOCK, SAMPLE, UNREADABLE, encoding_of

SAMPLE_ROWS = 200
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with BOM",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
# What a text has none of; ESC and form feed are left where old programs put them.
BINARY = frozenset(range(9)) | frozenset(range(14, 27)) | frozenset(range(28, 32))


class CsvFile:
    sheets: Sequence[str] = ()

    def __init__(self, file: BinaryIO, form: Mapping[str, str] | None) -> None:
        self._file = file
        self.form = form or self._look_through()
        self._encoding, self._separator = self.form["encoding"], self.form["separator"]
        self.words = f"CSV with {SEPARATORS[self._separator]}, {WORDS[self._encoding]}"

    def rows(self) -> Iterator[Sequence[str]]:
        number = 0
        try:
            text = _without_sep(_text(self._file, self._encoding))
            for cells in csv.reader(text, delimiter=self._separator):
                number += 1
                yield cells
        except csv.Error:
            raise TableError(
                f"Row {number + 1:,} has a cell that does not end. Check that each quotation mark there is closed."
            ) from None
        except UnicodeError:
            raise TableError(UNREADABLE) from None

    def estimate(self) -> int:
        self._file.seek(0, io.SEEK_END)
        size = self._file.tell()
        self._file.seek(0)
        sample = self._file.read(BLOCK)
        of_sample = sum(1 for _ in csv.reader(_lines(sample, self._encoding), delimiter=self._separator)) - 1
        return max(of_sample, 1) if size <= BLOCK else round(of_sample * size / BLOCK)

    def _look_through(self) -> Mapping[str, str]:
        encoding = encoding_of(self._file)
        self._file.seek(0)
        sample = _lines(self._file.read(SAMPLE), encoding)
        if any(ord(character) in BINARY for line in sample[:SAMPLE_ROWS] for character in line):
            raise TableError("This file is no text. Import a CSV, XLSX or ODS file.")
        return {"encoding": encoding, "separator": _separator(sample)}


class _Kept(io.BufferedIOBase):
    """The file as a text reads it. A text closes what it reads when it is dropped; the file is read again."""

    name = "table"

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        return self._file.read(size)

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(-1 if size is None else size)


def _text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(_Kept(file), encoding=encoding, newline="")


def _without_sep(text: Iterator[str]) -> Iterator[str]:
    """Without the line “sep=;” that tells Excel the separator."""
    first = next(text, "")
    return text if first.lower().startswith("sep=") else chain([first], text)


def _lines(sample: bytes, encoding: str) -> list[str]:
    """Whole lines, as far as they can be told: the sample may end within one, and within a letter."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    lines = list(io.StringIO(text, newline=""))
    return lines[:-1] if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")) else lines


def _separator(sample: Sequence[str]) -> str:
    if sample and sample[0].lower().startswith("sep=") and sample[0][4:5] in SEPARATORS:
        return sample[0][4:5]
    # The separator that gives most rows as many cells as the header; of two alike the one that gives more.
    return max(SEPARATORS, key=lambda separator: _fit(sample, separator))


def _fit(sample: Sequence[str], separator: str) -> tuple[int, int]:
    try:
        rows = [row for row, _ in zip(csv.reader(sample, delimiter=separator), range(SAMPLE_ROWS), strict=False) if row]
    except csv.Error:
        return (0, 0)
    width = len(rows[0]) if rows else 0
    return (sum(len(row) == width for row in rows) if width > 1 else 0, width)
