"""An XLSX or ODS file that is read as a whole.

calamine holds a whole sheet in memory, about 110 bytes a cell, so `sheet_size.py` refuses a large one before;
`large_workbook.py` reads a large XLSX part by part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from orders.imports.errors import TableError
from orders.imports.files.cell_texts import texts_of
from orders.imports.files.file_kind import FileKind
from orders.imports.files.sheet_size import refuse_large

PASSWORD = "This file is protected by a password. Save it without one, then import it."  # noqa: S105 - a message


class Spreadsheet:
    def __init__(self, file: BinaryIO, kind: FileKind, sheet: str) -> None:
        refuse_large(file, kind)
        file.seek(0)
        try:
            workbook = CalamineWorkbook.from_filelike(file)
            self.sheets: Sequence[str] = [
                s.name for s in workbook.sheets_metadata if s.visible == SheetVisibleEnum.Visible
            ]
            self._sheet = _sheet(workbook, self.sheets, sheet)
        except PasswordError:
            raise TableError(PASSWORD) from None
        except CalamineError:
            raise TableError("This file is damaged. Open it in a spreadsheet and save it as CSV.") from None
        self.form: Mapping[str, str] = {"sheet": self._sheet.name}
        self.words = f"{kind.name}, sheet “{self._sheet.name}”"

    def rows(self) -> Iterator[Sequence[str]]:
        return map(texts_of, self._sheet.iter_rows())  # from row 1, wherever its first cell is

    def estimate(self) -> int:
        return max(self._sheet.height - 1, 0)


def _sheet(workbook: CalamineWorkbook, sheets: Sequence[str], name: str) -> CalamineSheet:
    if name and name not in sheets:
        raise TableError(f"This file has no sheet “{name}”.")
    for candidate in [name] if name else sheets:
        sheet = workbook.get_sheet_by_name(candidate)
        if sheet.height:
            return sheet
    raise TableError("This file is empty." if not name else f"The sheet “{name}” is empty.")
