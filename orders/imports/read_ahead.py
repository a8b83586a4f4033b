"""Reading the next chunk of a file while the database works at this one.

The driver lets another thread run for as long as it waits. That is longest at the end of a chunk, when all rows are on
their way and the commit follows; a thread that begins earlier takes its time from the one that makes these rows. Only
one thread at a time uses the file and its reader: who wants other rows than those that are read waits for them first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice

from django.db import connections

from customers.models import DataSource
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.rows.read import Reader

TURN = 0.0005
"""Seconds that a thread goes on while another one waits for its turn; usually Python takes ten times as long."""


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
        if self._ahead and self._place == (after, number):
            return  # the chunk before was begun again
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
            with _short_turns():
                return self._read(after, number)
        finally:
            connections.close_all()  # of this thread, by which a product was looked up

    def _read(self, after: int, number: int) -> IncomingChunk:
        return IncomingChunk(list(islice(self._reader.rows(after), number)), self._source)


@contextmanager
def _short_turns() -> Iterator[None]:
    """Who has got an answer of the database goes on soon, so that the database does not wait for its next statement."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
