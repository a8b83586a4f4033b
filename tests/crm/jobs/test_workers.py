"""Worker processes that are killed in mid-job, and several on one job: each row is done once, none lost, none twice."""

import random
import signal
import time

import pytest
from django.utils import timezone

from crm.jobs import turn
from crm.jobs.models import Job
from tests.crm.jobs.counting import result_lines, rows_done, start_counting

pytestmark = pytest.mark.usefixtures("transactional_db")
ROWS = 300


def wait_until(condition, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.01)


def kill_at(worker, job: Job, done: int) -> None:
    """SIGKILL at a moment of chance after `done` rows: within a chunk, or between two."""
    wait_until(lambda: Job.objects.get(pk=job.pk).done >= done)
    time.sleep(random.uniform(0, 0.02))  # noqa: S311
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    Job.objects.filter(pk=job.pk).exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for a minute


def check_each_row_once(job: Job) -> None:
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", ROWS)
    assert rows_done(job) == list(range(ROWS))
    assert result_lines(job) == [str(row) for row in range(ROWS)]


@pytest.mark.parametrize("kills", [1])
def test_a_worker_that_is_killed_repeats_nothing_and_loses_nothing(owner, start_worker, kills):
    job = start_counting(ROWS, by=owner, seconds=0.01)
    for kill in range(kills):
        kill_at(start_worker(), job, ROWS * (kill + 1) // (kills + 2))
    assert start_worker().wait(timeout=60) == 0

    check_each_row_once(job)


def test_a_worker_ends_after_the_chunk_when_it_is_asked_to(owner, start_worker):
    job = start_counting(ROWS, by=owner, seconds=0.02)
    worker = start_worker()
    wait_until(lambda: Job.objects.get(pk=job.pk).done)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    job.refresh_from_db()
    assert (job.state, job.lease) == ("running", None)
    assert 0 < job.done < ROWS


def test_two_workers_never_do_a_row_of_one_job_twice(owner, start_worker):
    job = start_counting(ROWS, by=owner, seconds=0.005)
    workers = [start_worker(), start_worker()]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    check_each_row_once(job)


def test_two_at_once_of_whom_one_lost_its_lease_do_each_row_once(owner, run_together):
    job = start_counting(ROWS, by=owner)
    slow = turn.claim(str(job.uuid), worker="slow")
    Job.objects.filter(pk=job.pk).update(lease=None, lease_until=None)

    outcomes = run_together(
        lambda: turn.do_chunk(slow, turn.kind_named(job.kind)),
        lambda: turn.take_turn(str(job.uuid), worker="quick"),
    )
    assert isinstance(outcomes[0], Exception)  # the lease is gone, or the other has done its rows
    job.refresh_from_db()
    if job.is_unfinished:  # the quick one met a row of the slow one, and would try again
        Job.objects.filter(pk=job.pk).update(wake_at=timezone.now())
        turn.take_turn(str(job.uuid), worker="quick")
    check_each_row_once(job)
