from typing import Any

from django.db.models import functions


class Now(functions.Now):
    """The time of the statement, written as Python writes times.

    SQLite keeps times as text and compares them as text. Its own has milliseconds, and never equals what a cursor made
    of it; and with no fraction at all Python would leave the point out. So a microsecond is added.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        text = "STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f001', 'NOW')"
        return self.as_sql(compiler, connection, template=text, **extra_context)
