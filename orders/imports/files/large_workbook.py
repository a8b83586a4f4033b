"""A large XLSX file, read part by part: no more of it is in memory than a few thousand rows.

The rows of a sheet are cut into small sheets, each of which is put into a workbook of its own, with the formats of the
large one and the texts that it refers to. calamine reads that, so that a cell means the same as in a small file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from posixpath import join, normpath
from typing import BinaryIO
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from orders.imports.errors import LargeTableError, TableError
from orders.imports.files.cell_texts import texts_of
from orders.imports.files.shared_strings import SharedStrings
from orders.imports.files.sheet_cells import LARGE
from orders.imports.files.sheet_parts import parts_of, with_own_strings
from orders.imports.files.sheet_size import DAMAGED, MOST_OF_STRINGS, blocks_of, checked_xml, damage_said

MOST_STREAMED = 4 << 30
MOST_ROWS = 2**20
NUMBERS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORKBOOK = "xl/workbook.xml"
DIMENSION = re.compile(rb"""dimension\s+ref\s*=\s*["'][A-Z]+\d+:[A-Z]+(\d+)["']""")


def _related(**targets: str) -> str:
    rows = (f'<Relationship Id="{id_}" Type="{OFFICE}/{id_}" Target="{to}"/>' for id_, to in targets.items())
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(rows)}</Relationships>'


AROUND = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
    "_rels/.rels": _related(officeDocument=WORKBOOK),
    "xl/_rels/workbook.xml.rels": _related(
        worksheet="sheet.xml", styles="styles.xml", sharedStrings="sharedStrings.xml"
    ),
}
BOOK = (
    f'<workbook xmlns="{NUMBERS}" xmlns:r="{OFFICE}"><workbookPr date1904="{{date1904}}"/>'
    '<sheets><sheet name="A" sheetId="1" r:id="worksheet"/></sheets></workbook>'
)


class LargeWorkbook:
    def __init__(self, file: BinaryIO, sheet: str) -> None:
        file.seek(0)
        with damage_said():
            self._archive = zipfile.ZipFile(file)
            self._members = {member.filename: member for member in self._archive.infolist()}
            self._read_book()
        self.sheets: Sequence[str] = list(self._paths)
        if sheet and sheet not in self._paths:
            raise TableError(f"This file has no sheet “{sheet}”.")
        candidates = [sheet] if sheet else self.sheets
        name = next((name for name in candidates if any(any(cells) for cells in self._rows(name))), None)
        if name is None:
            raise TableError("This file is empty." if not sheet else f"The sheet “{sheet}” is empty.")
        self._name = name
        self.form: Mapping[str, str] = {"sheet": name}
        self.words = f"XLSX, sheet “{name}”"

    def rows(self) -> Iterator[Sequence[str]]:
        return self._rows(self._name)

    def estimate(self) -> int:
        with damage_said():
            head = next(parts_of(self._blocks(self._paths[self._name])), b"")
        if dimension := DIMENSION.search(head):
            return max(int(dimension[1]) - 1, 0)
        return sum(1 for _ in self.rows()) - 1

    def _read_book(self) -> None:
        related = ElementTree.fromstring(self._small("xl/_rels/workbook.xml.rels"))  # noqa: S314 - has no DOCTYPE
        targets = {of.get("Id", ""): normpath(join("xl", of.get("Target", ""))).lstrip("/") for of in related}
        kinds = {of.get("Type", "").rpartition("/")[2]: targets[of.get("Id", "")] for of in related}
        book = ElementTree.fromstring(self._small(WORKBOOK))  # noqa: S314 - as above
        self._paths: dict[str, str] = {}
        date1904 = "0"
        for element in book.iter():
            tag = element.tag.rpartition("}")[2]
            if tag == "workbookPr":
                date1904 = "1" if element.get("date1904") in ("1", "true") else "0"
            elif tag == "sheet" and element.get("state", "visible") == "visible":
                related_by = next((value for key, value in element.items() if key.endswith("}id")), "")
                self._paths[element.get("name", "")] = targets.get(related_by, "")
        self._parts = {**AROUND, WORKBOOK: BOOK.format(date1904=date1904)}
        self._styles = self._small(kinds["styles"]) if kinds.get("styles") in self._members else b""
        self._strings_path = kinds.get("sharedStrings", "")

    @cached_property
    def _strings(self) -> SharedStrings:
        has_some = self._strings_path in self._members
        return SharedStrings(self._blocks(self._strings_path) if has_some else iter(()))

    def _rows(self, name: str) -> Iterator[Sequence[str]]:
        number, first = 0, None
        with damage_said():
            for sheet in parts_of(self._blocks(self._paths[name])):
                part = self._part(sheet)
                if not part.start:
                    continue
                first = part.start[1] if first is None else first
                for above, cells in _rows_of(part, number, first):
                    number += above + 1
                    yield from ([] for _ in range(above))
                    yield cells

    def _part(self, sheet: bytes) -> CalamineSheet:
        try:
            return CalamineWorkbook.from_filelike(io.BytesIO(self._workbook_of(sheet))).get_sheet_by_index(0)
        except CalamineError:
            raise TableError(DAMAGED) from None

    def _workbook_of(self, sheet: bytes) -> bytes:
        sheet, texts = with_own_strings(sheet, self._strings)
        parts: dict[str, str | bytes] = {**self._parts, "xl/sheet.xml": sheet}
        head = self._strings.head or f'<sst xmlns="{NUMBERS}">'.encode()
        prefix = head.rpartition(b"<")[2].partition(b"sst")[0]
        parts["xl/sharedStrings.xml"] = head + b"".join(texts) + b"</" + prefix + b"sst>"
        if self._styles:
            parts["xl/styles.xml"] = self._styles
        book = io.BytesIO()
        with zipfile.ZipFile(book, "w") as archive:
            for name, part in parts.items():
                checked_xml().Parse(part, True)  # noqa: FBT003 - it takes no name
                archive.writestr(name, part)
        return book.getvalue()

    def _small(self, path: str) -> bytes:
        xml = b"".join(self._blocks(path, most=MOST_OF_STRINGS))
        checked_xml().Parse(xml, True)  # noqa: FBT003 - as above
        return xml

    def _blocks(self, path: str, *, most: int = MOST_STREAMED) -> Iterator[bytes]:
        if path not in self._members:
            raise TableError(DAMAGED)
        return blocks_of(self._archive, self._members[path], most=most)


def _rows_of(part: CalamineSheet, number: int, first: int) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of a part behind row `number`, each with how many blank ones are above it; its `first` column is that of
    the first part, as the first that is not blank is in a small sheet."""
    row, column = part.start or (0, 0)
    above = row - number
    if above < 0 or row > MOST_ROWS:
        raise TableError(DAMAGED)
    if column < first:
        raise LargeTableError(LARGE)
    for cells in part.to_python(skip_empty_area=True):
        yield above, [*[""] * (column - first), *texts_of(cells)]
        above = 0
