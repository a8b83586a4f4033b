"""The newest rows of one kind over all source records of a customer, a page at a time.

It reads at most a page of rows per record, through the index (source_record, at, id): no OFFSET, no COUNT and no sort
of all rows. PostgreSQL needs LATERAL for that. SQLite reads a plain join so by itself, as long as no third table is
joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from customers.lib.pages import PAGE, Cursor, compared_to
from customers.models import Customer, LinkedRow, SourceRecord
from customers.statements.prepared import Slot

OPERATORS = {"": "=", "gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}

Row = TypeVar("Row", bound=LinkedRow)


def newest(
    model: type[Row],
    customer: Customer | Slot,
    *,
    before: Cursor | None = None,
    limit: int = PAGE,
    source: int | None = None,
    **filters: Any,
) -> QuerySet[Row]:
    """At most `limit` rows, newest first, of the customer's records from one data `source` or from all.

    `filters` are Django lookups on the columns: equality, or a comparison such as `due__lte`, `isnull` or `in`.
    """
    rows = model._default_manager.order_by("-at", "-pk")
    if connections[rows.db].vendor == "postgresql":
        return rows.filter(pk__in=_lateral(model, customer, before, limit, source, filters))
    # In a subquery: with the tables that callers join, SQLite would sort all rows of the customer.
    return rows.filter(pk__in=_joined(model, customer, before, source, filters).values("pk")[:limit])


def oldest(model: type[Row], customer: Customer, *, after: Cursor | None = None, limit: int = PAGE) -> list[Row]:
    """As `newest`, the other way round, from a place on."""
    rows = model._default_manager.filter(compared_to(after, "gt")).order_by("at", "pk")
    if connections[rows.db].vendor == "postgresql":
        places = record_by_record(rows.values_list("at", "pk"), customer.pk, 0, limit)
        found = model._default_manager.in_bulk([pk for _, pk in places])
        return [found[pk] for _, pk in places if pk in found]
    return list(rows.filter(source_record__customer=customer)[:limit])


def _joined(
    model: type[Row], customer: Customer | Slot, before: Cursor | None, source: int | None, filters: Mapping[str, Any]
) -> QuerySet[Row]:
    rows = model._default_manager.filter(source_record__customer=customer, **filters).order_by("-at", "-pk")
    rows = rows.filter(compared_to(before, "lt"))
    if source is not None:
        # With + 0 the index on the data source is not used: SQLite would begin with all of its records.
        rows = rows.filter(Exact(F("source_record__data_source") + 0, source))
    return rows


def _lateral(
    model: type[Row],
    customer: Customer | Slot,
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
            conditions.append(f"{column} {OPERATORS[lookup]} %s")
            params.append(value.pk if hasattr(value, "pk") else value)
    source_condition = "" if source is None else "AND s.data_source_id = %s"
    sql = f"""
        SELECT q.id FROM {quote(SourceRecord._meta.db_table)} s CROSS JOIN LATERAL (
            SELECT t.id, t.at FROM {quote(model._meta.db_table)} t WHERE {" AND ".join(conditions)}
            ORDER BY t.at DESC, t.id DESC LIMIT %s
        ) q WHERE s.customer_id = %s {source_condition} ORDER BY q.at DESC, q.id DESC LIMIT %s
    """  # noqa: S608 - only names from the schema are put into the text
    source_params = [] if source is None else [source]
    owner = customer.place if isinstance(customer, Slot) else customer.pk
    return RawSQL(sql, [*params, limit, owner, *source_params, limit])  # noqa: S611 - and values are parameters


def record_by_record(places: QuerySet[Any, Any], customer: int, first: int, last: int) -> list[tuple[Any, ...]]:
    """`places[first:last]` of a customer's rows, ordered by (at, pk), each record by its own index. For PostgreSQL,
    which would read and sort all of them."""
    of_record = places.filter(source_record=RawSQL("owned.id", []))[:last]
    direction = "DESC" if str(places.query.order_by[0]).startswith("-") else "ASC"
    try:
        sql, params = of_record.query.sql_with_params()
    except EmptyResultSet:
        return []
    records = connections["default"].ops.quote_name(SourceRecord._meta.db_table)
    statement = f"""
        SELECT place.at, place.id FROM {records} AS owned CROSS JOIN LATERAL ({sql}) AS place (at, id)
        WHERE owned.customer_id = %s ORDER BY place.at {direction}, place.id {direction} LIMIT %s OFFSET %s
    """  # noqa: S608 - SQL that Django has written
    with connections[places.db].cursor() as cursor:
        cursor.execute(statement, [*params, customer, last - first, first])
        return list(cursor.fetchall())


def column_of(model: type[LinkedRow], name: str) -> str:
    return str(getattr(model, name).field.column)
