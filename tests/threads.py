"""Acts at one moment, in threads with a connection of their own."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from django.db import connection, transaction

from tests.failing_database import PAST_PGBOUNCER, apart

MOST_BEHIND_PGBOUNCER = 2
"""A test itself and who is waited for have the other connections; further threads wait for one of these."""


def wait_until_blocked(threads: int = 1) -> None:
    """Wait until so many other connections wait for a lock."""
    if PAST_PGBOUNCER:
        threads = min(threads, MOST_BEHIND_PGBOUNCER)
    sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    deadline = time.monotonic() + 30
    with apart() as session:
        while time.monotonic() < deadline:
            if session.execute(sql).fetchone()[0] >= threads:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waited for a lock.")


def start_in_thread(threads: ThreadPoolExecutor, act: Callable[[], object]) -> Future:
    def begin() -> object:
        try:
            return act()
        finally:
            connection.close()

    return threads.submit(begin)


def type_names(outcomes: list[object]) -> set[str]:
    return {type(outcome).__name__ for outcome in outcomes}


class Held:
    """A transaction in a thread that has done `act`, and stays open within `with`."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act, self.did, self.may_end = act, Event(), Event()

    def run(self) -> None:
        with transaction.atomic():
            self.act()
            self.did.set()
            assert self.may_end.wait(30)

    def __enter__(self) -> None:
        self.threads = ThreadPoolExecutor(1)
        self.outcome = start_in_thread(self.threads, self.run)
        assert self.did.wait(30)

    def __exit__(self, *error: object) -> None:
        self.may_end.set()
        self.outcome.result(timeout=30)
        self.threads.shutdown()
