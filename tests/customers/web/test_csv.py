import csv
from io import StringIO

from customers.web.csv import csv_lines
from orders.imports.cells.cell import bare
from tests.tables import table


def written(*rows) -> str:
    return "".join(csv_lines(["Name"], rows))


@table("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "+1-817-924-7272", "+1 2+3", " =1", "＝1"])
def test_a_formula_is_written_as_text(text):
    _, (cell,) = csv.reader(StringIO(written([text]), newline=""))

    assert cell == f"'{text}"


@table("value", ["Holý, Helena", 'a "b"', "two\nlines", "", "a=b", -5, "+420 241 770 449", "+1 (817) 924-7272"])
def test_everything_else_is_written_as_it_is(value):
    _, (cell,) = csv.reader(StringIO(written([value]), newline=""))

    assert cell == str(value)


def test_a_spreadsheet_knows_the_encoding():
    assert written().encode().startswith(b"\xef\xbb\xbfName\r\n")


@table(
    ("text", "written_as"),
    [
        ("\r=1", "'\r'=1"),
        ("\t=1", "'\t'=1"),
        ("John;=1+1", "John;'=1+1"),
        ("a\n-1", "a\n'-1"),
        ("a\t =1", "a\t '=1"),
    ],
)
def test_a_formula_is_no_cell_of_its_own_where_another_separator_is_taken(text, written_as):
    _, (cell,) = csv.reader(StringIO(written([text]), newline=""))

    assert cell == written_as


@table(
    ("phone", "written_as"),
    [("+420241770449", "+420 241 770 449"), ("+18179247272", "+18 179 247 272"), ("+1234567", "+1 234 567")],
)
def test_a_telephone_number_is_no_sum_and_is_read_back_as_it_was(phone, written_as):
    _, (cell,) = csv.reader(StringIO(written([phone]), newline=""))

    assert cell == written_as.replace(" ", "\u2009")
    assert bare(cell) == phone
