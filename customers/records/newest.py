"""The newest rows of one kind that a customer has, over all of their source records, a page at a time.

It reads at most a page of rows a record, through the index (source_record, at, id): never OFFSET, never COUNT, never
a sort over all that somebody has. PostgreSQL needs LATERAL for that; SQLite reads the plain join that way by itself,
where nothing else is joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connections
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from customers.models import Customer, LinkedRow, SourceRecord

PAGE = 25
COMPARED = {"": "=", "gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}

Row = TypeVar("Row", bound=LinkedRow)


@dataclass(frozen=True)
class Cursor:
    """The last row of the page before."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor that `text` writes; None when it is not one."""
        at, _, pk = text.rpartition("_")
        try:
            when = datetime.fromisoformat(at)
            return cls(when.astimezone(UTC), int(pk)) if when.tzinfo else None
        except (ValueError, OverflowError):
            return None


def newest(
    model: type[Row],
    customer: Customer,
    *,
    before: Cursor | None = None,
    limit: int = PAGE,
    source: int | None = None,
    **filters: Any,
) -> QuerySet[Row]:
    """At most `limit` rows, newest first, of the records of one data `source` or of all.

    `filters` are columns and the value each must have, or a comparison such as `due__lte`.
    """
    rows = model._default_manager.order_by("-at", "-pk")
    if connections[rows.db].vendor == "postgresql":
        return rows.filter(pk__in=_lateral(model, customer, before, limit, source, filters))
    # Apart: joined to whatever they are shown with, the sorter would be handed all that the customer has.
    return rows.filter(pk__in=_joined(model, customer, before, source, filters).values("pk")[:limit])


def _joined(
    model: type[Row], customer: Customer, before: Cursor | None, source: int | None, filters: Mapping[str, Any]
) -> QuerySet[Row]:
    rows = model._default_manager.filter(source_record__customer=customer, **filters).order_by("-at", "-pk")
    if before:
        # Written so that the index is entered at `at`, and the comparison of the pair only filters.
        rows = rows.filter(Q(at__lte=before.at) & (Q(at__lt=before.at) | Q(pk__lt=before.pk)))
    if source is not None:
        # Added to nothing, so that SQLite does not begin with all the records that the data source has.
        rows = rows.filter(Exact(F("source_record__data_source") + 0, source))
    return rows


def _lateral(
    model: type[Row],
    customer: Customer,
    before: Cursor | None,
    limit: int,
    source: int | None,
    filters: Mapping[str, Any],
) -> RawSQL:
    quote = connections["default"].ops.quote_name
    conditions, params = ["t.source_record_id = s.id"], []
    if before:
        conditions.append("(t.at, t.id) < (%s, %s)")
        params += [before.at, before.pk]
    for lookup_name, value in filters.items():
        name, _, lookup = lookup_name.partition("__")
        column = f"t.{quote(column_of(model, name))}"
        if lookup == "isnull":
            conditions.append(f"{column} IS {'' if value else 'NOT '}NULL")
        elif lookup == "in":
            conditions.append(f"{column} = ANY(%s)")
            params.append(list(value))
        else:
            conditions.append(f"{column} {COMPARED[lookup]} %s")
            params.append(value.pk if hasattr(value, "pk") else value)
    of_source = "" if source is None else "AND s.data_source_id = %s"
    sql = f"""
        SELECT q.id FROM {quote(SourceRecord._meta.db_table)} s CROSS JOIN LATERAL (
            SELECT t.id, t.at FROM {quote(model._meta.db_table)} t WHERE {" AND ".join(conditions)}
            ORDER BY t.at DESC, t.id DESC LIMIT %s
        ) q WHERE s.customer_id = %s {of_source} ORDER BY q.at DESC, q.id DESC LIMIT %s
    """  # noqa: S608 - only names from the schema are put into the text
    sources = [] if source is None else [source]
    return RawSQL(sql, [*params, limit, customer.pk, *sources, limit])  # noqa: S611 - and values are parameters


def column_of(model: type[LinkedRow], name: str) -> str:
    return str(getattr(model, name).field.column)
