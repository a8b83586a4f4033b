import codecs
import io

import pytest

from orders.imports.errors import TableError
from orders.imports.files.table import open_table
from tests.orders.imports.files import csv_table, rows_of
from tests.tables import table

PEOPLE = "First Name,Email\nHelena,hholy@gmail.com\nJiří,jiri@example.cz\n"
IN_PEOPLE = [["Helena", "hholy@gmail.com"], ["Jiří", "jiri@example.cz"]]


@table(
    ("data", "words"),
    [
        (PEOPLE.encode(), "CSV with commas, UTF-8"),
        (codecs.BOM_UTF8 + PEOPLE.encode(), "CSV with commas, UTF-8 with BOM"),
        (PEOPLE.encode("utf-16"), "CSV with commas, UTF-16"),
        (codecs.BOM_UTF16_BE + PEOPLE.encode("utf-16-be"), "CSV with commas, UTF-16"),
        (PEOPLE.encode("utf-16-le"), "CSV with commas, UTF-16"),
        (PEOPLE.replace(",", ";").encode(), "CSV with semicolons, UTF-8"),
        (PEOPLE.replace(",", "\t").encode(), "CSV with tabs, UTF-8"),
        (PEOPLE.replace(",", "|").encode(), "CSV with vertical bars, UTF-8"),
        (b"sep=;\r\n" + PEOPLE.replace(",", ";").encode(), "CSV with semicolons, UTF-8"),
        (PEOPLE.replace("\n", "\r\n").encode(), "CSV with commas, UTF-8"),
        (PEOPLE.replace("\n", "\r").encode(), "CSV with commas, UTF-8"),
    ],
)
def test_a_csv_is_read_whatever_its_encoding_separator_and_line_ends(data, words):
    people = open_table(io.BytesIO(data), "people.csv")
    assert (people.words, people.headers, rows_of(people)) == (words, ("First Name", "Email"), IN_PEOPLE)


def test_letters_of_windows_1252_are_read_though_they_come_late():
    people = csv_table("Name\n" + "Ann\n" * 70_000 + "François\n", encoding="cp1252")
    assert people.words == "CSV with commas, Windows-1252"
    assert rows_of(people)[-1] == ["François"]


def test_a_cell_may_have_separators_quotation_marks_and_line_breaks():
    notes = csv_table('Name,Note\nAnn,"a, ""b""\nc"\nBob,\n')
    assert [(row.number, *row.cells) for row in notes.rows()] == [(2, "Ann", 'a, "b"\nc'), (3, "Bob", "")]


def test_rows_are_as_wide_as_the_header_and_wider_ones_are_seen():
    ragged = csv_table("A,B,C\n1\n1,2,3,,\n1,2,3,4\n,,\n\n5,6,7\n")
    assert rows_of(ragged) == [["1", "", ""], ["1", "2", "3"], ["1", "2", "3", "4"], ["5", "6", "7"]]
    assert [row.number for row in ragged.rows()] == [2, 3, 4, 7]


def test_headers_that_are_blank_or_come_again_have_names_of_their_own():
    assert csv_table("\n\nEmail,,Email, Email \n1,2,3,4\n").headers == ("Email", "Column 2", "Email (2)", "Email (3)")


def test_rows_are_read_behind_a_row_and_counted():
    numbers = csv_table("N\n" + "".join(f"{n}\n" for n in range(2, 12)))
    assert next(iter(numbers.rows(after=4))).number == 5
    assert [row.cells[0] for row in numbers.rows(after=9)] == ["10", "11"]
    assert numbers.count() == 10 == numbers.estimate()


def test_a_table_that_was_opened_before_is_opened_by_its_form():
    form = csv_table("A;B\n1;é\n", encoding="cp1252").form
    again = open_table(io.BytesIO("A;B\n1;é\n".encode("cp1252")), "a.csv", form=form)
    assert rows_of(again) == [["1", "é"]]


@table(
    ("data", "message"),
    [
        (b"", "This file is empty."),
        (codecs.BOM_UTF8 + b"\r\n \n", "This file is empty."),
        (b"Name,Email\n\n", "This file has a header and no rows below it."),
        (b"%PDF-1.7 ...", "This file is a PDF."),
        (b"\x89PNG\r\n\x1a\n...", "This file is an image."),
        (b"\n<!DOCTYPE html><html><table>", "This file is a web page."),
        (b'{"customers": []}', "This file is JSON."),
        (b"PK\x03\x04 cut off", "This file is damaged."),
        (b"\x01\x02\x03\x04binary\x05\n" * 9, "This file is no text."),
        (b"Name,Email\nAnn,\x00\n", "This file has a NUL character"),
        (b"Name\nFran\x81ois\n", "The text of this file cannot be read."),
        (b"x" * (1 << 20), "This file has no lines"),
        (",".join(map(str, range(501))).encode() + b"\n1\n", "This file has 501 columns. Use 500 or fewer."),
        (b'Name,Email\nAnn,"' + b"a@b.com\n" * 20_000, "Row 2 has a cell that does not end."),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence_that_says_so(data, message):
    with pytest.raises(TableError) as refusal:
        rows_of(open_table(io.BytesIO(data), "file.csv"))
    assert str(refusal.value).startswith(message)


def test_two_hundred_columns_are_read():
    wide = csv_table(",".join(f"H{n}" for n in range(200)) + "\n" + ",".join("x" * 200) + "\n")
    assert (len(wide.headers), len(rows_of(wide)[0])) == (200, 200)
