"""Starting the runs of pulls, by hand and when their time has come."""

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.jobs.control import start
from crm.jobs.models import UNFINISHED, Job, JobState
from crm.pulls.errors import PullError
from crm.pulls.job import PULL
from crm.pulls.models import Pull
from crm.pulls.pulls import next_run
from crm.pulls.steps import end_import
from orders.models import Import, ImportState


@transaction.atomic
def start_pull(pull: Pull, *, by: User | None) -> Job:
    """PullError while a run has not ended."""
    pull = Pull.objects.select_for_update(of=("self",)).select_related("data_source").get(pk=pull.pk)
    if pull.job and Job.objects.filter(pk=pull.job, state__in=(*UNFINISHED, JobState.PAUSED)).exists():
        raise PullError(f"Nothing was started. Job {pull.job} of this pull has not ended.")
    source = pull.data_source
    for stopped in Import.objects.filter(data_source=source, state=ImportState.RUNNING, file=""):
        end_import(stopped)
    imported = Import.objects.create(
        data_source=source,
        source_name=source.name,
        name=pull.get_system_display(),
        by=pull.by,
        state=ImportState.RUNNING,
    )
    job = start(PULL, {"pull": pull.pk, "import": imported.pk}, by=by, about=source.name)
    Import.objects.filter(pk=imported.pk).update(job=job.pk, started=timezone.now())
    Pull.objects.filter(pk=pull.pk).update(job=job.pk, next_at=next_run(pull))
    return job


def start_due() -> int:
    """Start the runs whose time has come. One that has not ended by then is left alone."""
    started = 0
    for pull in Pull.objects.filter(next_at__lte=timezone.now()).order_by("pk"):
        try:
            start_pull(pull, by=None)
            started += 1
        except PullError:
            Pull.objects.filter(pk=pull.pk).update(next_at=next_run(pull))
    return started
