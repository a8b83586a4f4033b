"""The note, tags and attributes of a row, on the record of the row, as a data source sends them with a customer.

What the record has already is not added again; an attribute of the same name keeps its value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from customers.labels.common import LabelError, checked_name
from customers.lib.names import label_key
from customers.models import Attribute, AttributeKind, Note, Tag
from orders.imports.batch.ids import Ids
from orders.imports.rows.imported_row import ImportedRow

Label = Note | Tag | Attribute


class Labels:
    def __init__(self, rows: Sequence[ImportedRow], records: Collection[int], *, ids: Ids) -> None:
        self._ids = ids
        self._known: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
        if any(row.note or row.tags or row.attributes for row in rows):
            self._read(records)

    def _read(self, records: Collection[int]) -> None:
        for model, column, key in ((Note, "text", str), (Tag, "name", label_key), (Attribute, "name", str)):
            rows = model._default_manager.filter(source_record__among=records).values_list("source_record", column)
            for record, value in rows:
                self._known[record].add((model.__name__, key(value)))

    def new(self, row: ImportedRow, record: int) -> list[Label]:
        labels: list[tuple[str, Label]] = [(row.note, Note(text=row.note))] if row.note else []
        labels += [(label_key(name), Tag(name=name)) for name in row.tags]
        kind = AttributeKind.STRING
        labels += [(name, Attribute(name=name, kind=kind, value=value)) for name, value in row.attributes.items()]
        return [label for key, label in labels if self._is_new(key, label, record)]

    def _is_new(self, key: str, label: Label, record: int) -> bool:
        name = (type(label).__name__, key)
        if name in self._known[record]:
            return False
        self._known[record].add(name)
        label.pk = self._ids.next(type(label))
        label.source_record_id = record
        return True


def refusal_of_labels(row: ImportedRow) -> str:
    """Why the names of its tags or attributes cannot be stored; "" if they can."""
    try:
        for name in row.tags:
            checked_name(Tag, name)
        for name in row.attributes:
            checked_name(Attribute, name)
    except LabelError as error:
        return str(error)
    return ""
