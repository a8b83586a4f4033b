"""The notes, tags and attributes of rows. Whether a tag can be stored is checked where all labels are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from customers.engagement.notes import LONGEST_NOTE
from orders.imports.cells.cell import CellError
from orders.imports.columns.mapping import ColumnMapping
from orders.imports.files.table import Row

SEPARATORS = (";", ",", "|")


class LabelColumns:
    def __init__(self, mapping: ColumnMapping) -> None:
        self._of_all = mapping.tags
        self._tags, self._notes = mapping.columns_of("tags"), mapping.columns_of("note")
        self._attributes = [(n, mapping.columns[n].header) for n in mapping.columns_of("attribute")]

    def note(self, rows: Sequence[Row]) -> str:
        if not self._notes:
            return ""
        note = "\n".join(dict.fromkeys(_texts(rows, self._notes)))
        if len(note) > LONGEST_NOTE:
            raise CellError(f"The note has {len(note):,} characters. Use {LONGEST_NOTE:,} or fewer.")
        return note

    def tags(self, rows: Sequence[Row]) -> tuple[str, ...]:
        if not self._tags:
            return self._of_all
        in_cells = (tag for text in _texts(rows, self._tags) for tag in split_tags(text))
        return tuple(dict.fromkeys((*in_cells, *self._of_all)))

    def attributes(self, rows: Sequence[Row]) -> Mapping[str, str]:
        cells = ((header, text) for n, header in self._attributes for text in _texts(rows[:1], [n]))
        return dict(cells)


def _texts(rows: Sequence[Row], columns: Sequence[int]) -> Iterator[str]:
    return (text for row in rows for n in columns if (text := row.cells[n].strip()))


def split_tags(text: str) -> list[str]:
    separator = next((mark for mark in SEPARATORS if mark in text), ",")
    return [tag for part in text.split(separator) if (tag := part.strip())]
