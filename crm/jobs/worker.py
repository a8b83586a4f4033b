"""A worker: a turn for each job that is called, and the clock beside it, until it is asked to end."""

import logging
import signal
import threading
from collections.abc import Callable
from threading import ExceptHookArgs, Thread
from types import FrameType

from django.db import Error, close_old_connections, connection
from django_tasks import task_backends
from django_tasks_db import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker as QueueReader
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from crm.jobs.clock import PAUSE_AFTER_FAILURE, keep_time
from crm.jobs.queue import stopping, worker_name

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two looks at an empty queue."""


def work(*, until: Callable[[], bool] = lambda: False, pause: float = PAUSE) -> None:
    """Work until this process is asked to end, or `until` says so after a look that found nothing.

    Python itself waits for the threads, so what the clock has begun is done to its end.
    """
    threading.excepthook = log_fault
    clock = _start_clock(pause)
    try:
        while not stopping.is_set():
            if not clock.is_alive():
                clock = _start_clock(pause)
            if not _answer_call_if_possible(pause=pause) and until():
                return
    finally:
        stopping.set()


def _answer_call_if_possible(*, pause: float) -> bool:
    """False after a look that found nothing, and a pause."""
    close_old_connections()
    try:
        if answer_call():
            return True
    except Error as error:
        logger.warning("The database does not answer: %s", error)
        connection.close()
        stopping.wait(PAUSE_AFTER_FAILURE)
        return True
    stopping.wait(pause)
    return False


def _start_clock(pause: float) -> Thread:
    clock = Thread(target=keep_time, args=[stopping], kwargs={"pause": pause}, name="clock")
    clock.start()
    return clock


def log_fault(fault: ExceptHookArgs) -> None:
    """Of a thread, in the log like all others, where secrets are left out."""
    name = fault.thread.name if fault.thread else "A thread"
    logger.error("%s failed", name, exc_info=fault.exc_value)


def answer_call() -> bool:
    """Give one job its turn; False if none is called. With another queue than the database, its own workers do that."""
    backend: object = task_backends["default"]
    if not isinstance(backend, DatabaseBackend) or not DBTaskResult.objects.ready().exists():
        return False
    with exclusive_transaction():
        call = DBTaskResult.objects.ready().get_locked()
        if call is None:
            return False
        call.claim(worker_name()[:64])
    _reader().run_task(call)
    if call.traceback:
        # The fault is in the log, without what may be a customer's data in its text.
        DBTaskResult.objects.filter(pk=call.pk).update(traceback="")
    return True


def _reader() -> QueueReader:
    """Used only to run one task: its own loop would not run the clock."""
    return QueueReader(
        queue_names=["*"],
        excluded_queue_names=[],
        backend_name="default",
        worker_id=worker_name()[:64],
        batch=True,
        max_tasks=1,
        interval=0,
        startup_delay=False,
    )


def end_after_the_chunk() -> None:
    """Let SIGTERM and Ctrl-C end this process after the chunk; a second one ends it at once."""

    def stop(signum: int, frame: FrameType | None) -> None:
        signal.signal(signum, signal.SIG_DFL)
        stopping.set()

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, stop)
