"""The encoding of a text: by its byte order mark, else UTF-8 where all of it is that, else Windows-1252."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from orders.imports.errors import TableError

BLOCK = 1 << 20
SAMPLE = 1 << 16
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
UNREADABLE = "The text of this file cannot be read. Save it as “CSV UTF-8”, then import it."


def encoding_of(file: BinaryIO) -> str:
    """Of the whole file: one letter of another encoding may stand at its end."""
    file.seek(0)
    start = file.read(SAMPLE)
    encoding = next((name for mark, name in MARKS.items() if start.startswith(mark)), "") or _without_mark(start)
    candidates = [encoding] if encoding.startswith("utf-16") else [encoding, "cp1252"]
    for candidate in candidates:
        if _decodes(file, candidate):
            return candidate
    raise TableError(UNREADABLE)


def _without_mark(start: bytes) -> str:
    # Half of the bytes of a UTF-16 text of Latin letters are zero, on one side.
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 > len(start):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(BLOCK):
            if len(block) == BLOCK and b"\n" not in block and b"\r" not in block:
                raise TableError("This file has no lines, so it is no table. Import a CSV, XLSX or ODS file.")
            if "\0" in decoder.decode(block):
                raise TableError("This file has a NUL character, so it is no text. Export it again.")
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
