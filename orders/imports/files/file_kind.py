"""What a file is, by its first bytes: its name may say anything."""

from __future__ import annotations

import zipfile
import zlib
from enum import Enum, auto
from typing import BinaryIO

from orders.imports.errors import TableError

START = 4_096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ODS = b"application/vnd.oasis.opendocument.spreadsheet"

NO_TABLES = {
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"RIFF": "an image or a sound",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
    b"SQLite format": "a database",
    b"{\\rtf": "a text document",
}
MARKUP = {b"<!doctype html": "a web page", b"<html": "a web page", b"<?xml": "an XML file", b"<table": "a web page"}


class FileKind(Enum):
    TEXT = auto()
    XLSX = auto()
    ODS = auto()


def kind_of(file: BinaryIO) -> FileKind:
    """TableError for what is known to be no table. A text may still be none."""
    file.seek(0)
    start = file.read(START)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise TableError("This file is empty.")
    if start.startswith(OLE):
        raise TableError(_of_ole(file, start))
    if start.startswith(b"PK"):
        return _kind_of_zip(file)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    known = [*((what, start.startswith(b)) for b, what in NO_TABLES.items())]
    known += [(what, text.startswith(b)) for b, what in MARKUP.items()]
    if what := next((what for what, is_it in known if is_it), ""):
        raise TableError(f"This file is {what}. Import a CSV, XLSX or ODS file.")
    if text.startswith((b"{", b'[{"', b"[\n")):
        raise TableError("This file is JSON. Import a CSV, XLSX or ODS file.")
    return FileKind.TEXT


def _of_ole(file: BinaryIO, start: bytes) -> str:
    # The list of its parts may stand anywhere; the parts of an encrypted workbook have this name.
    before = start
    while block := file.read(1 << 20):
        if ENCRYPTED in before[-64:] + block:
            break
        before = block
    if block or ENCRYPTED in start:
        return "This file is protected by a password. Save it without one, then import it."
    return "This is a file of an old Excel or of Word. Save it as XLSX or CSV, then import it."


def _kind_of_zip(file: BinaryIO) -> FileKind:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return FileKind.XLSX
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as member:
                    if member.read(len(ODS)) == ODS:
                        return FileKind.ODS
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise TableError("This file is damaged. Export it again.") from None
    if any(name.lower().endswith((".csv", ".xlsx", ".ods", ".tsv", ".txt")) for name in names):
        raise TableError("This is a ZIP file. Unpack it, then import the file inside.")
    raise TableError("This file has no table. Import a CSV, XLSX or ODS file.")
