"""Reading the next chunk of a file while the database works at this one.

The driver lets another thread run for as long as it waits. Only one thread at a time uses the file and its reader: who
wants other rows than those that are read waits for them first.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from itertools import islice

from django.db import connections

from customers.models import DataSource
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.rows.read import Reader


class ReadAhead:
    def __init__(self, reader: Reader, source: DataSource) -> None:
        self._reader, self._source = reader, source
        self._ahead: Future[IncomingChunk] | None = None
        self._place = (0, 0)

    def chunk(self, after: int, number: int) -> IncomingChunk:
        """At most `number` rows behind the row `after`."""
        ahead = self._ahead
        self.end()
        return ahead.result() if ahead and self._place == (after, number) else self._read(after, number)

    def begin(self, after: int, number: int) -> None:
        """Read what `chunk` will be asked for next. What is wrong with the file is said when it is."""
        self.end()
        # A thread for each chunk: one that waited for the next would be missing in a worker that forks meanwhile.
        executor = ThreadPoolExecutor(1, "read-ahead")
        self._place = (after, number)
        self._ahead = executor.submit(copy_context().run, self._read_apart, after, number)
        executor.shutdown(wait=False)

    def end(self) -> None:
        """Let nobody else use the file."""
        if self._ahead:
            wait([self._ahead])
            self._ahead = None

    def _read_apart(self, after: int, number: int) -> IncomingChunk:
        try:
            return self._read(after, number)
        finally:
            connections.close_all()  # of this thread, by which a product was looked up

    def _read(self, after: int, number: int) -> IncomingChunk:
        return IncomingChunk(list(islice(self._reader.rows(after), number)), self._source)
