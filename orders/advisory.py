"""One intake of a person at a time: locks on what they are known by, before there is a row to lock."""

import zlib
from collections.abc import Iterable

from django.db import connection

NAMESPACE = 7701
NUMBERS = 1024


def lock(names: Iterable[str]) -> None:
    """Wait for, and hold until the end of the transaction, the lock of each name.

    The names are hashed to few numbers, taken in order, so that intakes that share several cannot deadlock. SQLite
    needs none of it: its transactions are IMMEDIATE, one writer at a time.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for number in sorted({zlib.crc32(name.encode()) % NUMBERS for name in names}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, number])
