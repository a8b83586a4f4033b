import io
import zipfile

import pytest

from orders.imports.errors import TableError
from orders.imports.files import large_workbook, sheet_cells, sheet_parts, sheet_size
from orders.imports.files.table import open_table
from tests.orders.imports.files import (
    DAY,
    NUMBERS,
    OFFICE,
    XLSX_PARTS,
    ods,
    ods_row,
    rows_of,
    text_cell,
    xlsx,
    xlsx_of,
    zipped,
)
from tests.tables import table

HEADER = "".join(map(text_cell, ("Name", "Phone")))


def number(value: str) -> str:
    return f"<c><v>{value}</v></c>"


def test_the_cells_of_a_workbook_are_texts_as_a_csv_has_them():
    cells = [number("4.15551234567E+11"), number("29.990000000000002"), '<c t="b"><v>1</v></c>', DAY, text_cell("x")]
    book = open_table(xlsx([HEADER + "".join(map(text_cell, "CDE")), "".join(cells)]), "book.xlsx")
    assert rows_of(book) == [["415551234567", "29.99", "Yes", "2026-01-01", "x"]]
    assert (book.words, book.sheets) == ("XLSX, sheet “Customers”", ["Customers"])


def test_a_number_whose_last_digits_a_spreadsheet_lost_does_not_look_whole():
    book = open_table(xlsx([HEADER, text_cell("Ann") + number("69400955641234567")]), "book.xlsx")
    assert rows_of(book) == [["Ann", "6.94009556412346E+16"]]


def test_an_open_document_is_read_and_its_empty_cells_fill_nothing():
    cells = '<table:table-cell table:number-columns-repeated="16384"/>'
    rest = f'<table:table-row table:number-rows-repeated="1048000">{cells}</table:table-row>'
    people = open_table(ods(ods_row("Name", "Email") + ods_row("Ann", "a@b.com") + rest), "a.ods")
    assert (people.headers, rows_of(people)) == (("Name", "Email"), [["Ann", "a@b.com"]])


MANY = b"<sheetData>" + b"<row/>" * (1 << 20)


def bomb() -> io.BytesIO:
    return zipped({**XLSX_PARTS, "xl/worksheets/sheet1.xml": MANY})


def lying_bomb() -> io.BytesIO:
    """One whose declared size is small."""
    data = bomb().getvalue().replace(len(MANY).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    return io.BytesIO(data)


def elsewhere() -> io.BytesIO:
    """A bomb that no sheet is usually called."""
    rels = XLSX_PARTS["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", "media/image1.png")
    return zipped({**XLSX_PARTS, "xl/_rels/workbook.xml.rels": rels, "xl/media/image1.png": MANY})


def far_cells() -> io.BytesIO:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return xlsx_of(far)


def with_password() -> io.BytesIO:
    return io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b" " * 5000 + "EncryptedPackage".encode("utf-16-le"))


@table(
    ("file", "message"),
    [
        (bomb, "This file unpacks to far more"),
        (lying_bomb, "This file unpacks to far more"),
        (far_cells, "This spreadsheet is too large"),
        (lambda: xlsx([f'<c r="XFD{n}"><v>1</v></c>' for n in range(1, 100)]), "This spreadsheet is too large"),
        (lambda: ods(ods_row("a", "b", repeated=1_000_000)), "This spreadsheet is too large"),
        (lambda: ods(ods_row("a") + "</table:table>"), "This file is damaged."),
        (lambda: xlsx(["&a;", text_cell("x")], before='<!DOCTYPE x [<!ENTITY a "b">]>'), "This file is damaged."),
        (elsewhere, "This file unpacks to far more"),
        (with_password, "This file is protected by a password."),
        (lambda: io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a workbook"), "This is a file of an old Excel"),
        (lambda: zipped({"people.csv": "Name\nAnn\n"}), "This is a ZIP file. Unpack it"),
        (lambda: zipped({"word/document.xml": "<w/>"}), "This file has no table."),
        (lambda: zipped({"xl/workbook.xml": "no XML"}), "This file is damaged."),
        (lambda: xlsx([]), "This file is empty."),
        (lambda: xlsx([HEADER]), "This file has a header and no rows below it."),
    ],
)
def test_a_spreadsheet_that_cannot_be_read_is_refused_before_it_is_unpacked(file, message):
    with pytest.raises(TableError) as refusal:
        open_table(file(), "book.xlsx")
    assert str(refusal.value).startswith(message)


def test_a_sheet_of_too_much_xml_is_said_to_be_too_large(monkeypatch):
    monkeypatch.setattr(sheet_size, "MOST_BYTES", 2_000)
    monkeypatch.setattr(large_workbook, "MOST_STREAMED", 2_000)
    with pytest.raises(TableError, match="too large"):
        open_table(xlsx([HEADER, text_cell("x" * 3_000)]), "book.xlsx")


def test_a_sheet_is_read_by_its_name():
    with pytest.raises(TableError, match="no sheet “Orders”"):
        open_table(xlsx([HEADER, HEADER]), "book.xlsx", sheet="Orders")
    assert rows_of(open_table(xlsx([HEADER, HEADER]), "book.xlsx", sheet="Customers")) == [["Name", "Phone"]]


# Two sheets of the same cells: a shared text with formats in it, a day, numbers, blank rows and columns.
RICH = "<si><r><t>An</t></r><r><t>n</t></r></si>"
SHARED = f'<sst xmlns="{NUMBERS}"><si><t>Name</t></si>{RICH}<si/><si><t>x</t></si></sst>'
ROWS = [
    '<row r="3"><c r="B3" t="s"><v>0</v></c><c r="C3" t="inlineStr"><is><t>Since</t></is></c></row>',
    *(f'<row r="{n}"><c r="B{n}" t="s"><v>{n % 4}</v></c><c r="D{n}"><v>{n}.5</v></c></row>' for n in range(5, 60)),
    '<row r="70"/><row r="71"><c r="C71" s="1"><v>46023</v></c><c r="D71" t="b"><v>1</v></c></row>',
]


def with_shared_texts() -> io.BytesIO:
    rels = XLSX_PARTS["xl/_rels/workbook.xml.rels"]
    others = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="/xl/{kind}.xml"/>'
        for kind in ("sharedStrings", "styles")
    )
    sheet = f'<worksheet xmlns="{NUMBERS}"><sheetData>{"".join(ROWS)}</sheetData></worksheet>'
    rels = rels.replace("</Relationships>", f"{others}</Relationships>")
    added = {"xl/_rels/workbook.xml.rels": rels, "xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": SHARED}
    return zipped({**XLSX_PARTS, **added})


@pytest.fixture
def in_small_parts(monkeypatch):
    monkeypatch.setattr(sheet_size, "BLOCK", 100)
    monkeypatch.setattr(sheet_parts, "PART", 300)
    monkeypatch.setattr(sheet_cells, "MOST_CELLS", 60)


def test_a_large_workbook_is_read_in_parts_as_a_small_one_is_read_as_a_whole(in_small_parts, monkeypatch):
    in_parts = open_table(with_shared_texts(), "book.xlsx")
    monkeypatch.setattr(sheet_cells, "MOST_CELLS", 700_000)
    whole = open_table(with_shared_texts(), "book.xlsx")
    assert [list(row.cells) for row in in_parts.rows()] == [list(row.cells) for row in whole.rows()]
    assert [row.number for row in in_parts.rows(20)] == [row.number for row in whole.rows(20)]
    assert (in_parts.form, in_parts.words, in_parts.sheets) == (whole.form, whole.words, whole.sheets)


@table(
    ("part", "before", "after", "message"),
    [
        ("xl/worksheets/sheet1.xml", "</sheetData></worksheet>", "", "This file is damaged."),
        ("xl/worksheets/sheet1.xml", '<row r="71"><c r="C71"', '<row r="9"><c r="C9"', "This file is damaged."),
        ("xl/worksheets/sheet1.xml", "<v>40.5</v>", "<v>40.5", "This file is damaged."),
        ("xl/sharedStrings.xml", "<si><t>x</t></si>", "", "This file is damaged."),
        ("xl/sharedStrings.xml", "<sst", '<!DOCTYPE x [<!ENTITY a "b">]><sst', "This file is damaged."),
    ],
)
def test_a_large_workbook_that_is_damaged_further_down_is_said_to_be(in_small_parts, part, before, after, message):
    with zipfile.ZipFile(with_shared_texts()) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts[part] = parts[part].replace(before, after, 1)
    with pytest.raises(TableError) as refusal:
        rows_of(open_table(zipped(parts), "book.xlsx"))
    assert str(refusal.value).startswith(message)


def test_a_large_workbook_whose_rows_have_no_numbers_is_refused(in_small_parts):
    with pytest.raises(TableError, match="too large"):
        rows_of(open_table(xlsx([HEADER] * 60), "book.xlsx"))
