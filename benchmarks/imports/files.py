"""Made-up files of customers, and of orders that they placed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import xlsxwriter

CUSTOMERS = ("Customer ID", "First name", "Last name", "Email", "Phone", "City", "Country")
ORDERS = ("Order ID", *CUSTOMERS, "Order date", "Currency", "Total", "Product", "Quantity", "Price")
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
GREEK = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa")


def customers(number: int, *, first: int = 0) -> Iterator[Sequence[str]]:
    """With numbers from `first` on."""
    yield CUSTOMERS
    yield from map(_person, range(first, first + number))


def orders(number: int, *, first: int = 0) -> Iterator[Sequence[str]]:
    """Two of each customer, from the customer `first` on."""
    yield ORDERS
    bought = ("2026-01-02", "USD", "9.90", "Tea", "1", "9.90")
    for n in range(number):
        yield (f"o{first + n}", *_person(first + n // 2), *bought)


def _person(number: int) -> Sequence[str]:
    name = f"{GREEK[number % 10]}{GREEK[number // 10 % 10].lower()}"
    phone = f"+1 817 {200 + number // 10000 % 700:03} {number % 10000:04}"
    return (f"c{number}", name, f"Person{number}", f"person{number}@example.com", phone, "Fort Worth", "US")


def write_csv(rows: Iterable[Sequence[str]], file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    csv.writer(text).writerows(rows)
    text.detach()


def write_xlsx(rows: Iterable[Sequence[str]], file: BinaryIO) -> None:
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)


def write_ods(rows: Iterable[Sequence[str]], file: BinaryIO) -> None:
    cell_tag = 'table:table-cell office:value-type="string"'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_MIME)
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{OPEN}:manifest:1.0"/>')
        with archive.open("content.xml", "w") as content:
            content.write(
                f'<office:document-content xmlns:office="{OPEN}:office:1.0" xmlns:table="{OPEN}:table:1.0"'.encode()
            )
            content.write(
                f' xmlns:text="{OPEN}:text:1.0"><office:body><office:spreadsheet><table:table table:name="A">'.encode()
            )
            for cells in rows:
                filled = "".join(f"<{cell_tag}><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
                content.write(f"<table:table-row>{filled}</table:table-row>".encode())
            content.write(b"</table:table></office:spreadsheet></office:body></office:document-content>")


FORMATS = {"csv": write_csv, "xlsx": write_xlsx, "ods": write_ods}
