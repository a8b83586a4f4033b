from collections.abc import Iterable, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from customers.lib.csv_rows import csv_lines


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
