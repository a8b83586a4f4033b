"""The files of exports, as a spreadsheet or a program reads them."""

import csv
import re
from io import BytesIO, StringIO
from urllib.parse import urlencode
from xml.etree import ElementTree
from zipfile import ZipFile

from crm.jobs.models import Job
from crm.jobs.turn import take_turn

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def ask(client, export: str, file_format: str = "csv", columns: list[str] | None = None, **query: str):
    """The answer to the page of an export, with all columns that its user may see."""
    url = f"/exports/{export}/?{urlencode(query)}"
    if columns is None:
        user_may = client.get(url)
        columns = [column.label for column in user_may.context["form"].offered] if user_may.context else []
    return client.post(url, {"file_format": file_format, "columns": columns})


def rows(client, export: str, columns: list[str] | None = None, **query: str) -> list[dict[str, str]]:
    """The rows of the CSV file, whether it is sent at once or written by a job."""
    return rows_of_csv(content(client, ask(client, export, columns=columns, **query)))


def rows_of_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))


def content(client, answer) -> bytes:
    if answer.status_code == 302:
        job = done(Job.objects.get(pk=int(answer.url.split("/")[2])))
        answer = client.get(f"/jobs/{job.pk}/result/")
    return b"".join(answer.streaming_content)


def done(job: Job) -> Job:
    take_turn(str(job.uuid), worker="one")
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


def sheets(data: bytes) -> list[list[list[tuple[str, str]]]]:
    """The sheets of a workbook: rows of cells, each with its type (inlineStr is text, n a number) and its value."""
    with ZipFile(BytesIO(data)) as archive:
        names = sorted(name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        trees = [ElementTree.fromstring(archive.read(name)) for name in names]  # noqa: S314 - it is our own file
    return [[[_cell(cell) for cell in row] for row in tree.iter(f"{MAIN}row")] for tree in trees]


def _cell(cell: ElementTree.Element) -> tuple[str, str]:
    text = "".join(part.text or "" for part in cell.iter() if part.tag in {f"{MAIN}t", f"{MAIN}v"})
    return cell.get("t", "n"), text
