from typing import Any

from django.db.models import functions


class Now(functions.Now):
    """The time of the statement, in the format in which Django stores times.

    SQLite stores and compares times as text. Its own clock has milliseconds, Python writes microseconds, and none where
    they are zero. So "001" is added: the text then equals what Python writes of the time it has read.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        text = "STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f001', 'NOW')"
        return self.as_sql(compiler, connection, template=text, **extra_context)
