"""The XML of a large XLSX sheet, cut between rows into sheets that are small enough to be read as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orders.imports.errors import LargeTableError, TableError
from orders.imports.files.shared_strings import SharedStrings
from orders.imports.files.sheet_cells import LARGE, XlsxCells
from orders.imports.files.sheet_size import DAMAGED

PART = 2 << 20
LONGEST_PART = 16 << 20
DATA = re.compile(rb"<((?:\w+:)?)sheetData(?:\s[^>]*)?(/?)>")
ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r\s*=\s*["']\d""")
CELL = rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?t\s*=\s*["']s["'][^>]*"""
SHARED = re.compile(rb"(" + CELL + rb">\s*<(?:\w+:)?v(?:\s[^>]*)?>)\s*(\d+)\s*(?=<)")
IS_SHARED = re.compile(CELL + rb"(?<!/)>")


def parts_of(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """`blocks` are what a sheet unpacks to. Each part has what stands above the rows, so that it is a sheet itself."""
    xml = b""
    while not (data := DATA.search(xml)):
        block = next(blocks, None)
        if block is None or len(xml) > LONGEST_PART:
            raise TableError(DAMAGED)
        xml += block
    if data[2]:
        return
    head, rows, prefix = xml[: data.end()], xml[data.end() :], data[1]
    row, end = b"</" + prefix + b"row>", b"</" + prefix + b"sheetData>"
    closing = end + b"</" + prefix + b"worksheet>"
    while (ends := rows.find(end)) < 0:
        if len(rows) > PART and (cut := rows.rfind(row)) >= 0:
            cut += len(row)
            yield head + _numbered(rows[:cut]) + closing
            rows = rows[cut:]
        elif len(rows) > LONGEST_PART:
            raise LargeTableError(LARGE)
        block = next(blocks, None)
        if block is None:
            raise TableError(DAMAGED)
        rows += block
    yield head + (_numbered(rows[:ends])) + closing
    for _ in blocks:
        pass  # what stands below the rows is unpacked too, so that damage is found


def _numbered(rows: bytes) -> bytes:
    """A part is put in its place by the numbers of its rows, and must leave no large hole."""
    if rows.strip() and not ROW.match(rows.lstrip()):
        raise LargeTableError(LARGE)
    cells = XlsxCells()
    cells.add(rows + b"<")
    return rows


def with_own_strings(sheet: bytes, strings: SharedStrings) -> tuple[bytes, list[bytes]]:
    """The part with the texts that it needs, numbered anew."""
    own: dict[int, int] = {}

    def renumbered(cell: re.Match[bytes]) -> bytes:
        return cell[1] + str(own.setdefault(int(cell[2]), len(own))).encode()

    renumbered_sheet, number = SHARED.subn(renumbered, sheet)
    if number != len(IS_SHARED.findall(sheet)):
        raise LargeTableError(LARGE)  # one is written in a way that is not known here
    return renumbered_sheet, [strings.text(number) for number in own]
