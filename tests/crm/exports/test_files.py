"""What a spreadsheet and a program find in the files: text that stays text, numbers, money and times."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from tracemalloc import get_traced_memory, start, stop

import pytest

from crm.exports import xlsx
from crm.exports.formats import FileFormat, csv_of
from crm.exports.job import EXPORTS
from crm.exports.xlsx import write_workbook
from customers.lib.columns import Column, ValueKind, plain_row
from customers.web.csv import escape_formula
from tests.exported import rows_of_csv, sheets
from tests.tables import table

COLUMNS = [
    Column("Text", lambda row: row[0]),
    Column("Number", lambda row: row[1], ValueKind.NUMBER),
    Column("Money", lambda row: row[2], ValueKind.MONEY),
    Column("Time (UTC)", lambda row: row[3], ValueKind.TIME),
]
AT = datetime(2026, 11, 30, 4, 12, 7, 999, tzinfo=UTC)


def workbook(*rows) -> list[list[list[tuple[str, str]]]]:
    file = BytesIO()
    write_workbook(COLUMNS, [plain_row(COLUMNS, row) for row in rows], file)
    return sheets(file.getvalue())


def test_a_workbook_has_numbers_money_and_times_as_such_and_everything_else_as_text():
    (sheet,) = workbook(("0123", 7, Decimal("-9.90"), AT))
    assert [text for _, text in sheet[0]] == ["Text", "Number", "Money", "Time (UTC)"]
    (kind, text), *numbers = sheet[1]
    assert (kind, text) == ("inlineStr", "0123")
    assert [kind for kind, _ in numbers] == ["n"] * 3
    assert [float(value) for _, value in numbers] == pytest.approx([7, -9.9, 46356.175081])


@pytest.mark.parametrize(
    "text",
    ["+420241770449", "0612345678", "12345678901234567890", "1E5", "=1+1", "@SUM(A1)", "2026-01-02", "https://a.b/c"],
)
def test_no_spreadsheet_can_guess_at_what_a_text_in_a_workbook_means(text):
    assert workbook((text, 1, None, None))[0][1][0] == ("inlineStr", text)


def test_a_workbook_takes_what_a_spreadsheet_cannot_hold():
    """A text that is too long, a time before its calendar, signs that XML has no place for."""
    (sheet,) = workbook(("x" * 40_000, 1, None, datetime(1601, 1, 1, tzinfo=UTC)), ("a\x0bb", 1, None, None))
    assert len(sheet[1][0][1]) == xlsx.LONGEST_TEXT
    assert sheet[1][2] == ("inlineStr", "1601-01-01 00:00:00")
    assert sheet[2][0] == ("inlineStr", "a_x000B_b")


def test_rows_beyond_what_a_sheet_holds_are_on_further_ones_with_the_header(monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS_OF_SHEET", 2)
    assert [len(sheet) for sheet in workbook()] == [1]
    book = workbook(*((f"row {n}", n, None, None) for n in range(5)))
    assert [[row[0][1] for row in sheet] for sheet in book] == [
        ["Text", "row 0", "row 1"],
        ["Text", "row 2", "row 3"],
        ["Text", "row 4"],
    ]


def test_the_memory_of_a_workbook_does_not_grow_with_its_rows(tmp_path):
    def peak(rows: int) -> int:
        start()
        with (tmp_path / "book.xlsx").open("wb") as file:
            write_workbook(COLUMNS, (["text", n, "9.90", "2026-01-12 14:32:00"] for n in range(rows)), file)
        _, most = get_traced_memory()
        stop()
        return most

    peak(10)  # what is imported
    assert peak(4_000) < peak(400) + 200_000


def test_a_csv_file_escapes_formulas_in_texts_and_leaves_amounts_and_times_alone():
    row = plain_row(COLUMNS, ("=1+1", 7, Decimal("-9.90"), AT))
    (read,) = rows_of_csv("".join(csv_of(COLUMNS, [row])).encode())
    assert read == {"Text": "'=1+1", "Number": "7", "Money": "-9.90", "Time (UTC)": "2026-11-30 04:12:07"}


@table(
    ("text", "cell"),
    [
        ("John;=1+1", "John;'=1+1"),
        ("John; @SUM(A1)", "John; '@SUM(A1)"),
        ("John\n=1+1", "John\n'=1+1"),
        ("=1;=2", "'=1;'=2"),
        ("John; Jane", "John; Jane"),
        ("a;1-2", "a;1-2"),
        ("+420 241 770 449", "+420 241 770 449"),
    ],
)
def test_no_cell_is_a_formula_with_either_separator(text, cell):
    assert escape_formula(text) == cell


def test_no_two_columns_of_an_export_have_one_label():
    for export in EXPORTS.values():
        labels = [column.label for column in export.columns]
        assert len(labels) == len(set(labels)), export.name
    assert FileFormat.values == ["csv", "xlsx"]
