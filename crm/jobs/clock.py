"""What runs at set times, once across all workers: the commands that a crontab would run, and the care of jobs.

Each has a row in `Schedule`. A worker that finds it due moves `next_at` by one UPDATE, which only one worker's can
match, and runs it. What was interrupted runs again the next time, as all of them may.

A worker looks at the clock in a thread of its own, and runs each act in another: neither a long job nor a long act
keeps anything waiting, and a fault ends the thread of its act only.
"""

import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from threading import Event, Thread

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from crm.jobs.lost_jobs import wake_lost_jobs
from crm.jobs.models import Schedule
from crm.jobs.paused_jobs import cancel_paused_jobs
from crm.jobs.queue import stopping
from crm.jobs.rule_turns import follow_rules
from crm.webhooks.deliver import deliver_due
from customers.matching.evidence.keys import keep_up_evidence
from customers.matching.evidence.pairs import pair_answered
from customers.matching.likely.rescore import score_changed_customers
from customers.matching.likely.scan import is_installed
from customers.matching.likely.waiting import rank_answered_pairs
from customers.matching.worklist.ranks import rank_what_waits
from customers.review.counts import count_merges
from customers.search.combinations import keep_up_combinations
from customers.search.keep_up_beginnings import keep_up_beginnings
from customers.totals.phase_sums import fold_phase_sums

logger = logging.getLogger(__name__)

LONGEST_SILENCE = timedelta(minutes=2)
"""After which a worker that looks every second is taken for gone."""
PAUSE_AFTER_FAILURE = 5.0
FAULT = "Unexpected error. The log of the worker has the details."

Following = Callable[[datetime], datetime]


@dataclass(frozen=True)
class Scheduled:
    name: str
    following: Following
    act: Callable[[], object]
    is_needed: Callable[[], bool] = lambda: True


def every(**interval: float) -> Following:
    return lambda now: now + timedelta(**interval)


def hourly(minute: int) -> Following:
    def following(now: datetime) -> datetime:
        then = now.replace(minute=minute, second=0, microsecond=0)
        return then if then > now else then + timedelta(hours=1)

    return following


def daily(hour: int, minute: int) -> Following:
    """At this time in UTC."""

    def following(now: datetime) -> datetime:
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return then if then > now else then + timedelta(days=1)

    return following


def weekly(weekday: int, hour: int, minute: int) -> Following:
    """On this day of the week, 0 for Monday, at this time in UTC."""

    def following(now: datetime) -> datetime:
        then = daily(hour, minute)(now)
        return then + timedelta(days=(weekday - then.weekday()) % 7)

    return following


def command(name: str, following: Following, *, is_needed: Callable[[], bool] = lambda: True) -> Scheduled:
    def run() -> str:
        output = StringIO()
        call_command(name, stdout=output)
        return output.getvalue()

    return Scheduled(name, following, run, is_needed)


def send_webhooks() -> None:
    """Also in several workers at once: each runs its own for a while, and they share what is due."""
    deliver_due(is_stopping=stopping.is_set)


SCHEDULED: list[Scheduled] = [
    Scheduled("wake_lost_jobs", every(seconds=15), wake_lost_jobs),
    Scheduled("send_webhooks", every(seconds=2), send_webhooks),
    command("settle_pending", every(minutes=5), is_needed=lambda: bool(settings.PAYMENT_GATEWAY)),
    command("reconcile_payments", daily(4, 7), is_needed=lambda: bool(settings.PAYMENT_GATEWAY)),
    command("apply_due", hourly(7)),
    command("bill_due", hourly(12), is_needed=lambda: bool(settings.PAYMENT_GATEWAY)),
    command("find_double_payments", hourly(22)),
    command("start_pulls", every(minutes=1)),
    Scheduled("cancel_paused_jobs", hourly(17), cancel_paused_jobs),
    command("find_duplicates", daily(2, 17), is_needed=is_installed),
    command("train_model", weekly(6, 1, 17), is_needed=is_installed),
    Scheduled("score_changed_customers", every(seconds=30), score_changed_customers, is_needed=is_installed),
    Scheduled("rank_what_waits", every(seconds=20), rank_what_waits),
    Scheduled("rank_answered_pairs", every(seconds=20), rank_answered_pairs),
    Scheduled("pair_answered", every(seconds=20), pair_answered),
    Scheduled("keep_up_evidence", every(seconds=30), keep_up_evidence),
    Scheduled("keep_up_combinations", every(seconds=20), keep_up_combinations),
    Scheduled("keep_up_beginnings", every(seconds=20), keep_up_beginnings),
    Scheduled("count_merges", every(minutes=1), count_merges),
    Scheduled("fold_phase_sums", every(minutes=1), fold_phase_sums),
    Scheduled("follow_rules", every(seconds=30), follow_rules),
    command("purge", daily(3, 37)),
]


def is_worker_missing() -> bool:
    """Whether no worker looked at the clock for a while, or ever: then jobs only wait."""
    since = timezone.now() - LONGEST_SILENCE
    return not Schedule.objects.filter(name="wake_lost_jobs", next_at__gte=since).exists()


def keep_time(stopping: Event, *, pause: float) -> None:
    """Start what is due, each in a thread of its own, until this process is asked to end."""
    while not stopping.wait(pause):
        close_old_connections()
        try:
            due = take_due(running={thread.name for thread in threading.enumerate()})
        except Error as error:
            logger.warning("The clock does not reach the database: %s", error)
            connection.close()
            stopping.wait(PAUSE_AFTER_FAILURE)
            continue
        for scheduled in due:
            Thread(target=_run_in_thread, args=[scheduled], name=scheduled.name).start()
    connection.close()


def _run_in_thread(scheduled: Scheduled) -> None:
    try:
        run(scheduled)
    finally:
        connection.close()


def take_due(*, running: Collection[str] = ()) -> list[Scheduled]:
    """What is due and no other worker has taken, for the caller to run; without what still runs here."""
    now = timezone.now()
    rows = {row.name: row for row in Schedule.objects.all()}
    _add_missing(rows.keys(), now)
    idle = [scheduled for scheduled in SCHEDULED if scheduled.name not in running and scheduled.is_needed()]
    due = [scheduled for scheduled in idle if (row := rows.get(scheduled.name)) and row.next_at <= now]
    return [scheduled for scheduled in due if _take(scheduled, rows[scheduled.name], now)]


def _add_missing(known: Collection[str], now: datetime) -> None:
    missing = [scheduled for scheduled in SCHEDULED if scheduled.name not in known]
    rows = [Schedule(name=scheduled.name, next_at=scheduled.following(now)) for scheduled in missing]
    if rows:
        Schedule.objects.bulk_create(rows, ignore_conflicts=True)


def _take(scheduled: Scheduled, row: Schedule, now: datetime) -> bool:
    """False if another worker was quicker."""
    mine = Schedule.objects.filter(pk=row.pk, next_at=row.next_at)
    return bool(mine.update(next_at=scheduled.following(now), started=now))


def run(scheduled: Scheduled) -> None:
    """Note what it says at its end. A fault is noted, and raised."""
    message = FAULT
    try:
        message = _outcome(scheduled)
    finally:
        Schedule.objects.filter(name=scheduled.name).update(ended=timezone.now(), message=message[-500:])


def _outcome(scheduled: Scheduled) -> str:
    try:
        return str(scheduled.act() or "").strip()
    except (CommandError, Error, OSError) as error:
        logger.warning("%s failed: %s", scheduled.name, error)
        return str(error)
