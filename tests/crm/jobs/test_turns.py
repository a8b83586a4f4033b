"""What a worker does in its turn at a job, and what becomes of a job whose worker is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from crm.jobs import control, results, turn
from crm.jobs.kind import KINDS, kind_named, write_texts
from crm.jobs.leases import LeaseLostError
from crm.jobs.lost_jobs import wake_lost_jobs
from crm.jobs.models import Job, JobEventKind, JobState
from crm.jobs.turn import claim, do_chunk, take_turn
from customers.lib.errors import ActionError
from tests.crm.jobs.counting import COUNTING, result_lines, rows_done, start_counting, work_off

pytestmark = pytest.mark.django_db


def take(job: Job, **options: object) -> Job:
    take_turn(str(job.uuid), worker="one", **options)
    job.refresh_from_db()
    return job


def take_and_break(job: Job) -> Job:
    """The fault is raised, for the queue, after the job has noted it."""
    with pytest.raises(ZeroDivisionError):
        take(job)
    job.refresh_from_db()
    return job


def events(job: Job) -> list[str]:
    return list(job.events.order_by("pk").values_list("kind", flat=True))


def let_lease_expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_does_each_row_once_and_writes_its_file(owner):
    job = take(start_counting(25, by=owner))

    assert (job.state, job.total, job.done, job.failed, job.counts) == ("done", 25, 25, 0, {"Created": 25})
    assert rows_done(job) == list(range(25))
    assert result_lines(job) == [str(row) for row in range(25)]
    assert (job.lease, job.worker, job.parts.count()) == (None, "", 0)
    assert events(job) == ["created", "started", "done"]


def test_a_row_that_is_refused_is_noted_and_the_others_are_done(owner, monkeypatch):
    monkeypatch.setattr(turn, "MOST_ERRORS", 2)
    job = take(start_counting(25, by=owner, refused=[3, 11, 12]))

    assert (job.state, job.done, job.failed) == ("done", 25, 3)
    assert rows_done(job) == [row for row in range(25) if row not in (3, 11, 12)]
    assert [str(error) for error in job.errors.all()] == [
        "row 3: Row 3 is not wanted.",
        "row 11: Row 11 is not wanted.",
    ]


def test_a_chunk_that_fails_is_tried_again_later_and_at_last_the_job_stops_and_can_be_resumed(owner):
    job = start_counting(25, by=owner, fails_at=12)
    waits = []
    for _ in range(4):
        Job.objects.filter(pk=job.pk).update(wake_at=timezone.now())
        take_and_break(job)
        waits.append((job.wake_at - timezone.now()).total_seconds())
    assert (job.state, job.attempts, rows_done(job)) == ("running", 4, list(range(10)))
    assert waits == sorted(waits)
    assert take_turn(str(job.uuid), worker="one") is None  # not before its time

    Job.objects.filter(pk=job.pk).update(wake_at=timezone.now())
    take_and_break(job)
    assert (job.state, job.done, job.is_news) == ("failed", 10, True)
    assert job.message == "Unexpected error ZeroDivisionError. The log of the worker has the details."
    assert events(job) == ["created", "started", *["retried"] * 4, "failed"]

    Job.objects.filter(pk=job.pk).update(parameters={"rows": 25})
    control.resume(job, by=owner)
    job = take(job)
    assert (job.state, job.message, rows_done(job)) == ("done", "", list(range(25)))


def test_a_kind_that_fails_keeps_no_other_waiting_and_is_called_again(owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        broken, fine = start_counting(25, by=owner, fails_at=2), start_counting(25, by=owner)
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.state, broken.attempts, broken.lease, fine.state) == ("running", 1, None, "done")
    calls = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    assert [call.run_after for call in calls] == [broken.wake_at]
    # The log has the fault; the queue would keep it with what its text says of customers.
    assert DBTaskResult.objects.get(status=TaskResultStatus.FAILED).traceback == ""


def test_a_job_whose_owner_may_not_do_it_any_more_stops(owner):
    job = start_counting(5, by=owner)
    owner.user_permissions.clear()

    assert take(job).message == "The user who started this job may not do it any more."
    assert (job.state, rows_done(job)) == ("failed", [])


def test_a_job_of_a_kind_that_is_not_known_stops_and_says_so(owner):
    job = start_counting(5, by=owner)
    Job.objects.filter(pk=job.pk).update(kind="of tomorrow")
    assert take(job).message == "This version of Reunite has no jobs of the kind “of tomorrow”."


def test_a_worker_that_is_asked_to_end_ends_after_the_chunk(owner):
    job = take(start_counting(25, by=owner), is_stopping=lambda: True)
    assert (job.state, job.done, job.lease) == ("running", 10, None)
    assert take(job).state == "done"


def test_a_long_job_lets_others_have_their_turn(owner, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(turn, "TURN", timedelta(0))
    with django_capture_on_commit_callbacks(execute=True):
        long, short = start_counting(25, by=owner), start_counting(5, by=owner)
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
    long.refresh_from_db()
    short.refresh_from_db()
    assert (long.done, short.state) == (10, "done")


def test_pause_and_cancel_end_it_after_the_chunk_and_resume_goes_on(owner):
    job = start_counting(25, by=owner)
    claimed = claim(str(job.uuid), worker="one")
    control.pause(job, by=owner)
    do_chunk(claimed, COUNTING)  # what it had begun is done
    turn.release(claimed)
    assert take_turn(str(job.uuid), worker="two") is None
    job.refresh_from_db()
    assert (job.state, job.done) == ("paused", 10)
    control.resume(job, by=owner)
    assert take(job).state == "done"
    with pytest.raises(ActionError, match=r"Nothing was changed. Count rows \(job \d+\) is done."):
        control.cancel(job, by=owner)

    cancelled = start_counting(25, by=owner)
    control.cancel(cancelled, by=owner)
    assert (take(cancelled).state, rows_done(cancelled)) == ("cancelled", [])


def test_a_job_that_was_cancelled_at_its_last_chunk_stays_cancelled(owner):
    job = start_counting(5, by=owner)
    claimed = claim(str(job.uuid), worker="one")
    do_chunk(claimed, COUNTING)
    control.cancel(job, by=owner)
    turn.release(claimed)
    assert (take(job).state, job.result_file.name, job.done) == ("cancelled", "", 5)


def test_only_one_worker_has_a_job(owner):
    job = start_counting(25, by=owner)
    assert claim(str(job.uuid), worker="one")
    assert claim(str(job.uuid), worker="two") is None


def test_a_worker_that_was_taken_for_lost_writes_nothing_more(owner):
    job = start_counting(25, by=owner)
    slow = claim(str(job.uuid), worker="slow")
    do_chunk(slow, COUNTING)
    let_lease_expire(job)
    assert wake_lost_jobs() == 1
    quick = claim(str(job.uuid), worker="quick")
    with pytest.raises(LeaseLostError):
        do_chunk(slow, kind_named("counting"))
    assert turn.release(slow) is None
    do_chunk(quick, COUNTING)

    assert rows_done(job) == list(range(20))
    assert JobEventKind.LOST in events(job)


def test_a_slow_kind_and_a_long_file_keep_their_lease(owner, monkeypatch):
    """Otherwise each worker in turn would lose it at the same place, for ever."""
    leases = []

    def note_lease(job: Job, act):
        leases.append(round((Job.objects.get(pk=job.pk).lease_until - timezone.now()).total_seconds() / 60))
        return act()

    slow = replace(
        COUNTING,
        lease=timedelta(minutes=5),
        chunk=lambda job: note_lease(job, lambda: COUNTING.chunk(job)),
        put_together=lambda job, texts, file: note_lease(job, lambda: write_texts(texts, file)),
    )
    monkeypatch.setitem(KINDS, "counting", slow)
    monkeypatch.setattr(results, "prolong", lambda job, lease: leases.append(round(lease.total_seconds() / 60)))
    assert take(start_counting(15, by=owner)).state == "done"
    assert leases == [5, 5, 5, 15, 15]  # chunks, the parts that are put together, and the file that is sent


def test_a_call_that_was_lost_is_made_again_but_not_at_every_look(owner, django_capture_on_commit_callbacks):
    job = start_counting(5, by=owner)  # the call is not made: nothing is committed here
    Job.objects.filter(pk=job.pk).update(wake_at=timezone.now() - timedelta(minutes=2))
    with django_capture_on_commit_callbacks(execute=True):
        assert (wake_lost_jobs(), wake_lost_jobs()) == (1, 0)
    work_off()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_chunk_costs_six_statements_beside_its_rows(owner, django_assert_num_queries):
    job = start_counting(0, by=owner)
    claimed = claim(str(job.uuid), worker="one")
    with django_assert_num_queries(3):  # the savepoint and its release, the UPDATE
        do_chunk(claimed, COUNTING)
