"""Workbooks, written row by row to the disk.

What is text stays text: no spreadsheet guesses a number or runs a formula.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import IO, Any

from customers.lib.columns import Column, Plain, ValueKind

ROWS_OF_SHEET = 1_048_575
"""Of which a spreadsheet reads no more, beside the header."""
LONGEST_TEXT = 32_767
"""Of a cell; the rest of a longer text is left out."""
FIRST_YEAR = 1900
WIDTHS = {ValueKind.TEXT: 20, ValueKind.NUMBER: 10, ValueKind.MONEY: 12, ValueKind.TIME: 19}
FORMATS = {ValueKind.NUMBER: "0", ValueKind.MONEY: "0.00#", ValueKind.TIME: "yyyy-mm-dd hh:mm:ss", ValueKind.TEXT: "@"}


def write_workbook(columns: Sequence[Column[Any]], rows: Iterable[Sequence[Plain]], file: IO[bytes]) -> None:
    from xlsxwriter import Workbook  # here, because only who writes such a file needs it

    with Workbook(file, {"constant_memory": True}) as workbook:
        workbook.use_zip64()
        remaining = iter(rows)
        first = list(islice(remaining, 1))
        while True:
            _write_sheet(workbook, columns, chain(first, islice(remaining, ROWS_OF_SHEET - len(first))))
            first = list(islice(remaining, 1))
            if not first:
                return


def _write_sheet(workbook: Any, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Plain]]) -> None:
    sheet = workbook.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{ROWS_OF_SHEET + 1}"})
    formats = {kind: workbook.add_format({"num_format": shown}) for kind, shown in FORMATS.items()}
    for number, column in enumerate(columns):
        sheet.set_column(number, number, WIDTHS[column.kind], formats[column.kind])
    sheet.write_row(0, 0, [column.label for column in columns], workbook.add_format({"bold": True}))
    writers = [(*_writer(sheet, column.kind), formats[column.kind]) for column in columns]
    for place, row in enumerate(rows, 1):
        for number, value in enumerate(row):
            if value != "":
                write, read, shown = writers[number]
                write(place, number, read(value), shown)


def _writer(sheet: Any, kind: ValueKind) -> tuple[Callable[..., object], Callable[[Any], Any]]:
    """What writes a cell of this kind, and what makes its value of the plain one."""
    match kind:
        case ValueKind.NUMBER | ValueKind.MONEY:
            return sheet.write_number, float
        case ValueKind.TIME:
            return partial(_write_time, sheet), datetime.fromisoformat
    return sheet.write_string, lambda text: str(text)[:LONGEST_TEXT]


def _write_time(sheet: Any, place: int, number: int, at: datetime, shown: object) -> None:
    """The days of spreadsheets begin in 1900."""
    if at.year < FIRST_YEAR:
        sheet.write_string(place, number, at.isoformat(" "))
    else:
        sheet.write_datetime(place, number, at, shown)
