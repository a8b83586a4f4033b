"""Acts at one moment, in threads with a connection of their own."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection


def wait_until_blocked(threads: int = 1) -> None:
    """Wait until so many other connections wait for a lock."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            # Otherwise a transaction never sees who connected since it first looked.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(sql)
            if cursor.fetchone()[0] >= threads:
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
