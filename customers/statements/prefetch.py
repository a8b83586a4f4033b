"""What `prefetch_related` reads of rows that refer to others, by a statement that is written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.models import Model

from customers.statements.prepared import Prepared


def prefetch(rows: Sequence[Model], *names: str) -> None:
    """`names` are relations from the model of `rows` to rows that refer to it, as an order has items."""
    for name in names if rows else ():
        field, referring = _referring(type(rows[0]), name)
        others_of: defaultdict[Any, list[Any]] = defaultdict(list)
        for other in referring([row.pk for row in rows]):
            others_of[getattr(other, field.attname)].append(other)
        for row in rows:
            _note(row, name, field, others_of[row.pk])


@cache
def _referring(model: type[Model], name: str) -> tuple[Any, Prepared[Any]]:
    """The field by which they refer to `model`, and the query of those that refer to some rows."""
    field: Any = model._meta.get_field(name).remote_field
    return field, Prepared(lambda rows: field.model._default_manager.filter(**{f"{field.name}__in": rows}))


def _note(row: Any, name: str, field: Any, others: list[Any]) -> None:
    for other in others:
        setattr(other, field.name, row)
    queryset = getattr(row, name).get_queryset()
    queryset._result_cache, queryset._prefetch_done = others, True
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset
