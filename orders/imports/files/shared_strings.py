"""The texts that the cells of an XLSX refer to by number, kept on the disk while a large one is read.

A workbook of a million rows has millions of them. They are written to a temporary file as far as they are asked for,
each as it stands in the XML, and read back one by one.
"""

from __future__ import annotations

import os
import re
import struct
import tempfile
import weakref
from collections.abc import Iterator

from orders.imports.errors import LargeTableError, TableError
from orders.imports.files.sheet_cells import LARGE, LONGEST_TEXT
from orders.imports.files.sheet_size import DAMAGED

ITEM = re.compile(rb"<(?:\w+:)?si(?:\s[^>]*)?(?:/>|>.*?</(?:\w+:)?si\s*>)", re.DOTALL)
BEGINNING = re.compile(rb"<(?:\w+:)?si[\s/>]")
PLACE = struct.Struct("<QQ")


class SharedStrings:
    """`blocks` are what the member with the texts unpacks to."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._left, self.head = blocks, b"", b""
        self._texts, self._places = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        for file in (self._texts, self._places):
            weakref.finalize(self, file.close)
        self._number = self._end = 0

    def text(self, number: int) -> bytes:
        """The XML of text `number`; TableError if there is none."""
        while number >= self._number:
            self._read_on()
        begin, end = PLACE.unpack(os.pread(self._places.fileno(), PLACE.size, number * PLACE.size))
        return os.pread(self._texts.fileno(), end - begin, begin)

    def _read_on(self) -> None:
        block = next(self._blocks, None)
        if block is None:
            raise TableError(DAMAGED)
        xml, last = self._left + block, 0
        if not self.head:
            beginning = BEGINNING.search(xml)
            self.head = xml[: beginning.start()] if beginning else b""
        places = []
        items = list(ITEM.finditer(xml))
        for item in items:
            places.append(PLACE.pack(self._end, self._end + len(item[0])))
            self._end += len(item[0])
            last = item.end()
        self._texts.write(b"".join(item[0] for item in items))
        self._places.write(b"".join(places))
        self._texts.flush()
        self._places.flush()
        self._number += len(items)
        self._left = xml[last:]
        if len(self._left) > LONGEST_TEXT:
            raise LargeTableError(LARGE)
