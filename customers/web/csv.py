"""CSV files for spreadsheets: in UTF-8, with text that could be run as a formula made harmless."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from customers.lib.text import THIN_BLANK

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Where the list separator is a semicolon or a tab, a spreadsheet begins a cell behind each of them, and behind each end
# of a line, whether the text is quoted or not.
BEGINS_A_CELL = re.compile(r"([;\t\n\r]\s*)(?=[=+\-@＝＋－＠])")

# Digits that are no sum: with a blank after the code of the country. Without one, a spreadsheet would show 4.2E+11.
TELEPHONE = re.compile(r"\+\d{1,4} [\d ().-]{4,20}")
TELEPHONE_AS_NUMBER = re.compile(r"\+\d{7,15}")
BETWEEN_GROUPS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    # A spreadsheet knows the encoding by the byte order mark.
    yield "\ufeff" + csv.writer(_Echo()).writerow(header)
    yield from row_lines(rows)


def row_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([escape_formula(value) for value in row])


def escape_formula(value: Any) -> Any:
    """Keep a spreadsheet from running text as a formula, or a telephone number as a sum; numbers stay what they are."""
    if not isinstance(value, str) or TELEPHONE.fullmatch(value):
        return value
    if TELEPHONE_AS_NUMBER.fullmatch(value):
        return BETWEEN_GROUPS.sub(THIN_BLANK, value)  # an import takes them away again
    value = BEGINS_A_CELL.sub(r"\1'", value)
    return f"'{value}" if value.startswith(BEGINS_A_FORMULA) or value.lstrip().startswith(BEGINS_A_FORMULA) else value
