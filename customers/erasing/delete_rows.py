"""Deleting all that hangs off some source records, then the records: learned from the schema, children first.

One statement a foreign key, however many rows go. A row that can do without what it names, such as a customer who
shows a card, is kept without it; one that cannot goes too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from django.db import models
from django.db.models import QuerySet

from customers.models import SourceRecord

Model = type[models.Model]
Link = models.ForeignKey[Any, Any]


def delete_rows(records: Collection[int], *, only: Collection[Model] | None = None) -> dict[Model, int]:
    """{table: rows deleted}; the caller has locked `records`, so that nothing can be added to them meanwhile.

    With `only`, which is without source records, of those tables.
    """
    counts: dict[Model, int] = {}
    for model in (each for each in tables() if records and (only is None or each in only)):
        _let_go(model, records)
        doomed = [rows(model, records, by=link) for link in _needs(model)] or [rows(model, records)]
        counts[model] = sum(some._raw_delete(some.db) for some in doomed)
    return counts


@cache
def tables() -> tuple[Model, ...]:
    """Source records and every table that cannot be without them, children first."""
    order: dict[Model, None] = {}

    def visit(model: Model) -> None:
        for link in referring(model):
            if link.model in _reached() and link.model not in (model, *order):
                visit(link.model)
        order[model] = None

    visit(SourceRecord)
    return tuple(order)


@cache
def _reached() -> frozenset[Model]:
    found: set[Model] = set()
    level: set[Model] = {SourceRecord}
    while level:
        found |= level
        level = {link.model for model in level for link in referring(model) if not link.null} - found
    return frozenset(found)


def referring(model: Model) -> Iterator[Link]:
    """The foreign keys to `model`, those too that it has no name for."""
    relations = model._meta.get_fields(include_hidden=True)
    return (each.field for each in relations if isinstance(each, models.ManyToOneRel))


@cache
def _needs(model: Model) -> tuple[Link, ...]:
    """The foreign keys for which a row of `model` goes; the source record's first."""
    links = [link for target in _reached() for link in referring(target) if link.model is model and not link.null]
    return tuple(sorted(links, key=lambda link: (link.related_model is not SourceRecord, link.name)))


def rows(model: Model, records: Collection[int], *, by: Link | None = None) -> QuerySet[Any]:
    """What of `model` hangs off `records`."""
    if model is SourceRecord:
        return SourceRecord.objects.filter(pk__in=records)
    link = by or _needs(model)[0]
    target = link.related_model
    named = records if target is SourceRecord else rows(target, records).values("pk")
    return model._default_manager.filter(**{f"{link.name}__in": named})


def _let_go(model: Model, records: Collection[int]) -> None:
    """Let rows that stay no longer name those of `model` that go; what goes before them is deleted by now."""
    for link in referring(model):
        if link.null:
            named = rows(model, records)
            staying = link.model._default_manager.filter(**{f"{link.name}__in": named.values("pk")})
            if link.model is model:
                staying = staying.exclude(pk__in=named.values("pk"))
            staying.update(**{link.name: None})
