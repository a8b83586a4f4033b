"""An XLSX or ODS file: its cells as the texts that a CSV would have.

calamine holds a whole sheet in memory, about 110 bytes a cell, so `sheet_size.py` refuses a large one before. A number
has all its digits here, as in the file: 4.15551E+11 is only how a spreadsheet shows it. Of a number with more than 15
digits the spreadsheet has lost the last ones; it is written so that nothing takes it for whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from orders.imports.errors import TableError
from orders.imports.files.file_kind import FileKind
from orders.imports.files.sheet_size import refuse_large

EXACT = 10**15
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
        above = self._sheet.start[0] if self._sheet.start else 0
        yield from ([] for _ in range(above))
        for cells in self._sheet.iter_rows():
            yield [cell.replace("\0", "") if isinstance(cell, str) else _text(cell) for cell in cells]

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


def _text(cell: Any) -> str:
    match cell:
        case bool():
            return "Yes" if cell else "No"
        case int() | float():
            return _number(cell)
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)


def _number(number: float) -> str:
    if abs(number) >= EXACT:
        return f"{number:.14E}"
    if number == int(number):
        return str(int(number))
    # As a spreadsheet shows it: 29.99, not 29.990000000000002.
    return f"{number:.15g}"
