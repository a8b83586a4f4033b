import csv
from io import StringIO

from customers.web.csv import csv_lines
from tests.tables import table


def written(*rows) -> str:
    return "".join(csv_lines(["Name"], rows))


@table("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\tx", "+1-817-924-7272", "+1 2+3", " =1", "＝1"])
def test_a_formula_is_written_as_text(text):
    _, (cell,) = csv.reader(StringIO(written([text]), newline=""))

    assert cell == f"'{text}"


@table("value", ["Holý, Helena", 'a "b"', "two\nlines", "", "a=b", -5, "+420241770449", "+1 (817) 924-7272"])
def test_everything_else_is_written_as_it_is(value):
    _, (cell,) = csv.reader(StringIO(written([value]), newline=""))

    assert cell == str(value)


def test_a_spreadsheet_knows_the_encoding():
    assert written().encode().startswith(b"\xef\xbb\xbfName\r\n")


@table(("text", "written_as"), [("\r=1", "'\r'=1"), ("John;=1+1", "John;'=1+1"), ("a\n-1", "a\n'-1")])
def test_a_formula_is_no_cell_of_its_own_where_another_separator_is_taken(text, written_as):
    _, (cell,) = csv.reader(StringIO(written([text]), newline=""))

    assert cell == written_as
