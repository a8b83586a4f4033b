"""How an answer of the database becomes rows of a model, with those that they refer to.

Django works out for each answer which columns are whose, and makes each row by looking at all fields of its model. Here
that is worked out once for a query, and a row gets its columns as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable


@dataclass(frozen=True)
class ModelRows:
    """`names` are the fields of `model`, in the columns from `first` to `end`."""

    model: type[Model]
    names: Sequence[str]
    first: int
    end: int
    key: int
    """The column of the primary key, which is None where there is no row."""
    related: Sequence[tuple[ModelRows, Callable[..., None], Callable[..., None]]]
    """(rows that these refer to, what notes such a row on one of these, and one of these on such a row)."""
    annotations: Mapping[str, int]
    """{name: its column}"""

    @classmethod
    def of(cls, queryset: Any, compiler: Any) -> ModelRows | None:
        """None if Django has to make them, because they are values, or models in a way of their own."""
        is_of_model = queryset._iterable_class is ModelIterable and not queryset._known_related_objects
        return _rows_of(compiler.klass_info, compiler) if is_of_model and compiler.klass_info else None

    def row(self, values: Sequence[Any], database: str) -> Any:
        row = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, database
        row.__dict__ = {"_state": state, **dict(zip(self.names, values[self.first : self.end], strict=True))}
        for rows, note_here, note_there in self.related:
            if values[rows.key] is None:
                note_here(row, None)
            else:
                other = rows.row(values, database)
                note_here(row, other)
                note_there(other, row)
        for name, column in self.annotations.items():
            setattr(row, name, values[column])
        return row


def _rows_of(about: Any, compiler: Any) -> ModelRows | None:
    model, columns = about["model"], about["select_fields"]
    if about.get("from_parent") or not _is_made_as_all(model):
        return None
    related = []
    for other in about.get("related_klass_infos", []):
        rows = _rows_of(other, compiler)
        if rows is None:
            return None
        related.append((rows, other["local_setter"], other["remote_setter"]))
    names = [compiler.select[column][0].target.attname for column in columns]
    key = columns[names.index(model._meta.pk.attname)]
    # Only what is said of related rows has the key: annotations are those of the first model.
    annotations = {} if "from_parent" in about else compiler.annotation_col_map or {}
    return ModelRows(model, names, columns[0], columns[-1] + 1, key, related, annotations)


def _is_made_as_all(model: Any) -> bool:
    base: Any = Model
    return model.__init__ is base.__init__ and model.from_db.__func__ is base.from_db.__func__
