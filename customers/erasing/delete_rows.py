"""Deleting source records with all rows that refer to them, found by the schema, children first.

It takes one statement per foreign key, for any number of rows. Where the key may be null, such as the card that a
customer shows, it is set to null and the row is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from django.db import models
from django.db.models import QuerySet

from customers.models import SourceRecord
from customers.records import deleted_rows

Model = type[models.Model]
Link = models.ForeignKey[Any, Any]


def delete_rows(records: Collection[int], *, only: Collection[Model] | None = None) -> dict[Model, int]:
    """{table: rows deleted}, of all tables or `only` of these; the caller has locked `records`."""
    counts: dict[Model, int] = {}
    for model in (table for table in tables() if records and (only is None or table in only)):
        _set_null(model, records)
        querysets = [rows(model, records, by=link) for link in _needs(model)] or [rows(model, records)]
        counts[model] = sum(_delete(queryset) for queryset in querysets)
    return counts


def _delete(queryset: QuerySet[Any]) -> int:
    deleted_rows.remember(queryset)
    return queryset._raw_delete(queryset.db)


@cache
def tables() -> tuple[Model, ...]:
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
    reached: set[Model] = set()
    level: set[Model] = {SourceRecord}
    while level:
        reached |= level
        level = {link.model for model in level for link in referring(model) if not link.null} - reached
    return frozenset(reached)


def referring(model: Model) -> Iterator[Link]:
    """The foreign keys to `model`, also without a reverse name."""
    relations = model._meta.get_fields(include_hidden=True)
    return (relation.field for relation in relations if isinstance(relation, models.ManyToOneRel))


@cache
def _needs(model: Model) -> tuple[Link, ...]:
    """The foreign keys because of which a row of `model` is deleted; the one to the source record first."""
    links = [link for target in _reached() for link in referring(target) if link.model is model and not link.null]
    return tuple(sorted(links, key=lambda link: (link.related_model is not SourceRecord, link.name)))


def rows(model: Model, records: Collection[int], *, by: Link | None = None) -> QuerySet[Any]:
    if model is SourceRecord:
        return SourceRecord.objects.filter(pk__in=records)
    link = by or _needs(model)[0]
    target = link.related_model
    named = records if target is SourceRecord else rows(target, records).values("pk")
    return model._default_manager.filter(**{f"{link.name}__in": named})


def _set_null(model: Model, records: Collection[int]) -> None:
    for link in referring(model):
        if link.null:
            deleted = rows(model, records)
            kept = link.model._default_manager.filter(**{f"{link.name}__in": deleted.values("pk")})
            if link.model is model:
                kept = kept.exclude(pk__in=deleted.values("pk"))
            kept.update(**{link.name: None})
