"""A worker as `manage.py worker` is one, that knows the counting jobs and ends when there is none left to do."""

from crm.jobs import clock, lost_jobs
from crm.jobs.models import UNFINISHED, Job
from crm.jobs.worker import end_after_the_chunk, work
from tests.crm.jobs import counting


def main() -> None:
    assert counting.COUNTING
    # As nobody waits for a minute here, a lost worker is looked for all the time.
    clock.SCHEDULED[:] = [clock.Scheduled("wake_lost_jobs", clock.every(seconds=0.05), lost_jobs.wake_lost_jobs)]
    end_after_the_chunk()
    work(until=lambda: not Job.objects.filter(state__in=UNFINISHED).exists(), pause=0.05)
