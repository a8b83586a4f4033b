"""Primary keys taken before their rows are written, so that all tables are written at once and in any order."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Max, Model

AT_ONCE = 1000


class Ids:
    """Of one transaction. Keys that are not used leave a gap."""

    def __init__(self) -> None:
        self._reserved: dict[type[Model], Iterator[int]] = {}

    def take(self, model: type[Model], number: int) -> list[int]:
        return [self.next(model) for _ in range(number)]

    def next(self, model: type[Model]) -> int:
        for pk in self._reserved.get(model, ()):
            return pk
        self._reserved[model] = reserved = iter(self._reserve(model))
        return next(reserved)

    def _reserve(self, model: type[Model]) -> list[int] | range:
        if connection.vendor == "postgresql":
            return _from_sequence(model)
        # Nobody else writes until the transaction ends. AUTOINCREMENT follows the rows that are written.
        return _behind_the_last(model)


def _from_sequence(model: type[Model]) -> list[int]:
    # The sequence is looked up once, not for each key.
    sql = "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [model._meta.db_table, AT_ONCE])
        return sorted(pk for (pk,) in cursor.fetchall())


def _behind_the_last(model: type[Model]) -> range:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        given = cursor.fetchone()
    highest = model._default_manager.aggregate(highest=Max("pk"))["highest"] or 0
    first = max(highest, given[0] if given else 0) + 1
    return range(first, first + 2**31)
