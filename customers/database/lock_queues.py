"""The threads of this process that wait for a lock, so that one customer who is held does not keep all of them.

MOST_WAITING may wait for the same lock for as long as the session waits. Who comes after them waits a tenth of that,
and again as long as others get the lock meanwhile: then nobody holds it, only many want it. Once somebody has waited in
vain, all wait a hundredth, until one gets the lock, or REMEMBERED is over. What cannot be done again later, such as
writing down what a gateway answered, always waits as long as the session does: `waiting_in_full`.

On SQLite it does not apply: one writer at a time locks everything.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

MOST_WAITING = 3
WHERE_MANY_WAIT = 1 / 10
WHERE_HELD = 1 / 100
REMEMBERED = 5  # seconds

LIMIT = "SET LOCAL lock_timeout ="
LIMIT_OF_SESSION = f"{LIMIT} DEFAULT"

Key = tuple[str, int]
"""What is locked, such as a table, and its number."""
Result = TypeVar("Result")


@dataclass
class Queue:
    """Who waits for one lock, how often somebody got it meanwhile, and until when it counts as held."""

    waiting: int = 0
    got: int = 0
    held_until: float = 0

    @property
    def limit(self) -> float:
        """The part of the usual time that the next one waits."""
        if monotonic() < self.held_until:
            return WHERE_HELD
        return WHERE_MANY_WAIT if self.waiting >= MOST_WAITING else 1


_guard = Lock()
_queues: defaultdict[Key, Queue] = defaultdict(Queue)
_is_in_full: ContextVar[bool] = ContextVar("is_in_full", default=False)


@contextmanager
def waiting_in_full() -> Iterator[None]:
    """Within it, this thread waits for each lock as long as the session does, however many wait."""
    before = _is_in_full.set(True)
    try:
        yield
    finally:
        _is_in_full.reset(before)


def wait_for(keys: Iterable[Key], take: Callable[[], Result]) -> Result:
    """Call `take`, which locks all that `keys` name in one statement, and limit how long it waits.

    It costs no statement unless many wait, or the lock is held. Call it in a transaction.
    """
    if connection.vendor != "postgresql" or not settings.LOCK_TIMEOUT:
        return take()
    with _queued(set(keys)) as (queues, limit):
        return take() if limit == 1 or _is_in_full.get() else _take_within(limit * settings.LOCK_TIMEOUT, take, queues)


@contextmanager
def _queued(keys: Collection[Key]) -> Iterator[tuple[list[Queue], float]]:
    queues, limit = _join(keys)
    try:
        yield queues, limit
    except OperationalError as error:
        if _is_refused(error):
            _remember(queues)
        raise
    else:
        _let_pass(queues)
    finally:
        _leave(keys, queues)


def _join(keys: Collection[Key]) -> tuple[list[Queue], float]:
    with _guard:
        queues = [_queues[key] for key in keys]
        limit = min((queue.limit for queue in queues), default=1)
        for queue in queues:
            queue.waiting += 1
        return queues, limit


def _take_within(seconds: float, take: Callable[[], Result], queues: Iterable[Queue]) -> Result:
    end = monotonic() + settings.LOCK_TIMEOUT
    # Never released: who waited for the lock meanwhile would then wait for the end of the transaction, even after the
    # caller gave the lock back by rolling back to an earlier savepoint. See XactLockTableWait in PostgreSQL.
    before = transaction.savepoint()
    while True:
        got = sum(queue.got for queue in queues)
        try:
            _run(f"{LIMIT} {max(1, round(seconds * 1000))}")
            result = take()
            _run(LIMIT_OF_SESSION)
            return result
        except OperationalError as error:
            is_moving = sum(queue.got for queue in queues) > got and monotonic() < end
            if not (_is_refused(error) and is_moving):
                raise
            transaction.savepoint_rollback(before)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _is_refused(error: OperationalError) -> bool:
    return isinstance(error.__cause__, LockNotAvailable)


def _remember(queues: Iterable[Queue]) -> None:
    with _guard:
        for queue in queues:
            queue.held_until = monotonic() + REMEMBERED


def _let_pass(queues: Iterable[Queue]) -> None:
    with _guard:
        for queue in queues:
            queue.got += 1
            queue.held_until = 0


def _leave(keys: Collection[Key], queues: Iterable[Queue]) -> None:
    now = monotonic()
    with _guard:
        for queue in queues:
            queue.waiting -= 1
        ended = [key for key, queue in _queues.items() if not queue.waiting and queue.held_until <= now]
        for key in ended:
            del _queues[key]
