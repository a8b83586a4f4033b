"""Making rows to insert, for acts that make thousands of them.

A model that is called looks at its fields, their defaults and descriptors. Here its defaults are looked up once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=Model)


class _Defaults(NamedTuple):
    """By column: values that all rows may share, and functions that make one for each row."""

    shared: Mapping[str, Any]
    made: tuple[tuple[str, Callable[[], Any]], ...]


def unsaved(model: type[Row], **columns: Any) -> Row:
    """As `model(**columns)`, by the names of columns (`customer_id`), whose values are not converted."""
    defaults = _defaults(model)
    if unknown := columns.keys() - defaults.shared.keys():
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    row = model.__new__(model)
    # One copy of the whole: a dictionary that gets forty columns one by one grows, and moves, several times.
    row.__dict__ = state = {**defaults.shared, **columns}
    state["_state"] = ModelState()
    for name, make in defaults.made:
        if name not in columns:
            state[name] = make()
    return row


@cache
def _defaults(model: type[Model]) -> _Defaults:
    fields = model._meta.concrete_fields
    made = tuple((field.attname, field.default) for field in fields if _is_made(field))
    # A new row has every column in the order of its model, which its pickles and reprs follow.
    shared = {field.attname: None if _is_made(field) else field.get_default() for field in fields}
    return _Defaults(shared, made)


def _is_made(field: Any) -> bool:
    return field.has_default() and callable(field.default)
