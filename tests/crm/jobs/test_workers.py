"""Worker processes that are killed in mid-job, and several on one job: each row is done once, none lost, none twice."""

import signal

import pytest
from django.utils import timezone

from crm.jobs import turn
from crm.jobs.kinds.rebuild import start_rebuild
from crm.jobs.models import Job
from tests.crm.jobs.counting import result_lines, rows_done, start_counting
from tests.crm.jobs.worker_processes import command_process, kill_in_mid_job, wait_until
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("transactional_db")
ROWS = 150


def take(job: Job) -> Job:
    """The turn of a worker, in this process and in no time."""
    Job.objects.filter(pk=job.pk).update(wake_at=timezone.now(), parameters={"rows": ROWS})
    turn.take_turn(str(job.uuid), worker="here")
    job.refresh_from_db()
    return job


def check_each_row_once(job: Job) -> None:
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", ROWS)
    assert rows_done(job) == list(range(ROWS))
    assert result_lines(job) == [str(row) for row in range(ROWS)]


@pytest.mark.parametrize("kills", [1])
def test_two_workers_that_are_killed_or_asked_to_end_repeat_nothing_and_lose_nothing(owner, start_worker, kills):
    job = start_counting(ROWS, by=owner, seconds=0.1)
    workers = [start_worker(), start_worker()]
    for kill in range(kills):
        kill_in_mid_job(workers, job, done=ROWS * (kill + 1) // (2 * kills + 2))
        if kill + 1 < kills:
            workers.append(start_worker())
        Job.objects.exclude(lease=None).update(lease_until=timezone.now())  # nobody waits for a minute
    wait_until(lambda: Job.objects.get(pk=job.pk).done >= ROWS // 2)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(timeout=20) for worker in workers] == [0] * len(workers)

    job.refresh_from_db()
    assert (job.state, job.lease) == ("running", None)  # given back after the chunk
    take(job)
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
        take(job)
    check_each_row_once(job)


@pytest.mark.one_database  # the workers above are forks; this one begins with nothing
def test_the_command_starts_a_worker_that_knows_the_jobs_and_ends_when_asked():
    job, _ = start_rebuild(by=make_user("jane", ["jobs.start_rebuild"]))
    worker = command_process("worker")
    try:
        wait_until(lambda: not Job.objects.get(pk=job.pk).is_unfinished)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    finally:
        worker.kill()
        worker.wait()
    job.refresh_from_db()
    assert job.state == "done"
