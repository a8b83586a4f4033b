"""Locks on what people are known by, before there is a row to lock: one intake of a person at a time.

The names are hashed to few numbers, and waited for in order, so that intakes that share several cannot deadlock. SQLite
needs none of it: its transactions are IMMEDIATE, one writer at a time.
"""

import zlib
from collections.abc import Iterable

from django.db import connection

NAMESPACE = 7701
NUMBERS = 1024

LOCK = "SELECT pg_advisory_xact_lock({0}, n) FROM unnest(%s::int[]) AS n"
REFUSED = "SELECT n FROM unnest(%s::int[]) AS n WHERE NOT pg_try_advisory_xact_lock({0}, n)"
# Let go at once, which is only possible with the kind that belongs to the connection.
HELD = (
    "SELECT n FROM unnest(%s::int[]) AS n WHERE NOT CASE"
    " WHEN pg_try_advisory_lock({0}, n) THEN pg_advisory_unlock({0}, n) ELSE false END"
)


def lock(names: Iterable[str]) -> None:
    """Wait for the lock of each name, before any customer is locked, and hold it until the transaction ends."""
    _ask(LOCK, names)


def try_lock(names: Iterable[str]) -> set[str]:
    """Take the locks that are free, without waiting, and hold them; those of `names` that another act holds."""
    return _ask(REFUSED, names)


def held(names: Iterable[str]) -> set[str]:
    """Those of `names` whose lock another act holds at this moment."""
    return _ask(HELD, names)


def _ask(sql: str, names: Iterable[str]) -> set[str]:
    """The names whose number the statement answers with."""
    numbers = {name: zlib.crc32(name.encode()) % NUMBERS for name in names}
    if connection.vendor != "postgresql" or not numbers:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(sql.format(NAMESPACE), [sorted(set(numbers.values()))])
        answered = {number for (number,) in cursor.fetchall()}
    return {name for name, number in numbers.items() if number in answered}
