"""The rows of one person, a part at a time: table by table, owner by owner, and of an owner by time.

An owner is a customer or a source record of the person, so the index of each table leads to the next rows, however
many the table has of others, and of this person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from crm.personal_data.columns import related_of
from crm.personal_data.data_subject import DataSubject
from crm.personal_data.tables import SubjectTable, subject_tables
from customers.lib.batches import BATCH
from customers.lib.pages import Cursor, compared_to
from customers.models import Customer


@dataclass(frozen=True)
class ReadingPlace:
    """Where the next part begins: at `table`, behind `row` of `owner`, or behind all of its rows without a `row`."""

    table: int = 0
    owner: int = 0
    row: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SubjectRows:
    table: SubjectTable
    rows: Sequence[Model]


def read_part(
    subject: DataSubject, place: ReadingPlace, *, most: int = BATCH
) -> tuple[list[SubjectRows], ReadingPlace | None]:
    """About `most` of the rows that follow, and where the next part begins; None after the last."""
    parts: list[SubjectRows] = []
    tables = subject_tables()
    while sum(len(part.rows) for part in parts) < most:
        if place.table == len(tables):
            return parts, None
        table = tables[place.table]
        rows, place = _next_rows(subject, table, place)
        if rows:
            parts.append(SubjectRows(table, rows))
    return parts, place


def all_rows(subject: DataSubject) -> Iterator[SubjectRows]:
    place: ReadingPlace | None = ReadingPlace()
    while place is not None:
        parts, place = read_part(subject, place)
        yield from parts


def _next_rows(subject: DataSubject, table: SubjectTable, place: ReadingPlace) -> tuple[Sequence[Model], ReadingPlace]:
    """Rows of one owner; none, and the next table, after the last owner."""
    top = table.parent or table
    owner = place.owner if place.row else _next_owner(subject, top, place.owner)
    if owner is None:
        return [], ReadingPlace(place.table + 1)
    rows = list(_rows_of(subject, top, owner, place.row)[:BATCH])
    following = replace(place, owner=owner, row=_key(top, rows[-1]) if len(rows) == BATCH else "")
    return _children(table, rows) if table.parent else rows, following


def _next_owner(subject: DataSubject, table: SubjectTable, after: int) -> int | None:
    """Of those with rows."""
    rows = _query(table).filter(_belongs(subject, table, OuterRef("pk")))
    owners: QuerySet[Any] = subject.records if table.of_records else Customer.objects.filter(pk__in=subject.customers)
    owners = owners.filter(Exists(rows), pk__gt=after).order_by("pk")
    return owners.values_list("pk", flat=True).first()


def _rows_of(subject: DataSubject, table: SubjectTable, owner: int, after: str) -> QuerySet[Any]:
    rows = _query(table).filter(_belongs(subject, table, owner)).select_related(*related_of(table.model))
    if not table.is_by_time:
        return rows.order_by("pk").filter(pk__gt=int(after or 0))
    return rows.filter(compared_to(Cursor.parse(after), "gt")).order_by("at", "pk")


def _belongs(subject: DataSubject, table: SubjectTable, owner: object) -> Q:
    """By the first of its owners that is one of the person, so that no row is read twice."""
    condition, earlier = Q(), Q()
    for name in table.owners:
        condition |= Q(**{name: owner}) & ~earlier if earlier else Q(**{name: owner})
        earlier |= Q(**{f"{name}__in": subject.customers})
    return condition


def _query(table: SubjectTable) -> QuerySet[Any]:
    return table.model._default_manager.all()


def _key(table: SubjectTable, row: Any) -> str:
    return str(Cursor.of(row)) if table.is_by_time else str(row.pk)


def _children(table: SubjectTable, parents: Sequence[Model]) -> Sequence[Model]:
    [link] = table.owners
    rows = _query(table).filter(**{f"{link}__in": [parent.pk for parent in parents]})
    return list(rows.select_related(*related_of(table.model)).order_by("pk"))
