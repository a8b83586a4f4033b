"""Whether a spreadsheet can be read within little memory: looked at before anything unpacks it.

A few kilobytes can unpack to gigabytes, and what a ZIP file declares of its sizes may be false. So what is read of it
is unpacked here a block at a time, and counted, up to the limit. XML that does not end as it should is found here too:
calamine waits for the end of a table for ever.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.parsers import expat

from orders.imports.errors import LargeTableError, TableError
from orders.imports.files.file_kind import FileKind
from orders.imports.files.sheet_cells import BLOCK, LARGE, cells_of

MOST_BYTES = 48 << 20
MOST_OF_STRINGS = 20 << 20
MOST_MEMBERS = 5_000
HIGHEST_RATIO = 400
"""Real sheets unpack to ten to a hundred times their size; 400 is left for those that repeat themselves."""
SMALL = 1 << 20

DAMAGED = "This file is damaged. Export it again."
BOMB = "This file unpacks to far more than a table has. Save it as CSV, then import that file."


def refuse_large(file: BinaryIO, kind: FileKind) -> None:
    """LargeTableError of one that is sound as far as it was read, and can be read only part by part."""
    file.seek(0)
    with damage_said(), zipfile.ZipFile(file) as archive:
        _refuse(archive, kind)


@contextmanager
def damage_said() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, EOFError, ValueError, OSError):
        raise TableError(DAMAGED) from None
    except RuntimeError:  # zipfile says so that a member is encrypted
        raise TableError("This file is protected by a password. Save it without one, then import it.") from None


def _refuse(archive: zipfile.ZipFile, kind: FileKind) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise TableError(BOMB)
    if len({member.filename for member in members}) < len(members):
        raise TableError(DAMAGED)
    total = 0
    for member in members:
        # Each, whatever it is called: the workbook says which of them are its sheets.
        total += _unpacked(archive, member, kind, most=MOST_BYTES - total)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, kind: FileKind, *, most: int) -> int:
    """The real size of a member; TableError if that, or the cells in it, are too many."""
    cells = cells_of(member.filename, kind)
    most = min(most, MOST_OF_STRINGS) if member.filename.endswith("sharedStrings.xml") else most
    xml = checked_xml() if member.filename.endswith((".xml", ".rels")) else None
    size = 0
    for block in blocks_of(archive, member, most=most):
        size += len(block)
        if cells:
            cells.add(block)
        if xml:
            xml.Parse(block)
    if xml:
        xml.Parse(b"", True)  # noqa: FBT003 - it takes no name
    return size


def blocks_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, most: int) -> Iterator[bytes]:
    """What a member unpacks to, a block at a time; TableError if it is too much."""
    # zipfile stops at the declared size; whoever reads on behind it gets the rest. It stops here only behind `most`,
    # because a member that it does not read to its end looks damaged.
    member.file_size = most + 2 * BLOCK
    size = 0
    with archive.open(member) as unpacking:
        while block := unpacking.read(BLOCK):
            size += len(block)
            if size > SMALL and size > HIGHEST_RATIO * member.compress_size:
                raise TableError(BOMB)
            if size > most:
                raise LargeTableError(LARGE)
            yield block


def checked_xml() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise TableError(DAMAGED)
