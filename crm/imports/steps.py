"""What follows what in an import: columns, dry run, import, undo; and who may see it.

Each step is taken once, however often its button is pressed and in however many tabs: the row of the import is locked,
and says how far it is. An import runs only as the dry run said that was looked at.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from crm.accounts.models import User
from crm.audit import log
from crm.jobs import control
from crm.jobs.kinds.import_file import start_check, start_import, start_undo
from crm.jobs.models import Job, JobState
from crm.permissions import VIEW_ALL_JOBS
from customers.lib.audit import AuditAction
from customers.lib.errors import ActionError
from orders.imports.drafts import OPEN
from orders.models import Import, ImportState

STARTED = (ImportState.RUNNING, ImportState.DONE)
UNDOING = (ImportState.UNDOING, ImportState.UNDONE)


class StepError(ActionError):
    """A step cannot be taken, because the import is elsewhere."""


def visible_imports(user: User) -> "QuerySet[Import]":
    imports = Import.objects.select_related("by", "data_source")
    return imports if user.has_perm(VIEW_ALL_JOBS) else imports.filter(by=user)


def job_of(imported: Import) -> Job | None:
    """The job that works on the import, or worked on it last."""
    return Job.objects.filter(pk=imported.job).select_related("by").first() if imported.job else None


@transaction.atomic
def check(imported: Import, *, by: User) -> None:
    """Start a dry run. One that still runs for the columns as they were before is cancelled."""
    locked = _locked(imported, OPEN)
    job = job_of(locked)
    if job and job.is_unfinished:
        control.cancel(job, by=by)
    start_check(locked, by=by)


@transaction.atomic
def run(imported: Import, *, seen: int, by: User) -> None:
    """Start the import. `seen` is the job of the dry run that was looked at."""
    locked = _locked(imported, (ImportState.CHECKED, *STARTED))
    if locked.state in STARTED:
        return
    if locked.job != seen:
        raise StepError("The columns were changed since this dry run. Look at the new one, then import.")
    job = start_import(locked, by=by)
    log.write(AuditAction.IMPORT, f"Import {locked.pk} into {locked.source_name} started as job {job.pk}", by=by)


@transaction.atomic
def undo(imported: Import, *, by: User) -> None:
    locked = _locked(imported, (*STARTED, *UNDOING))
    job = job_of(locked)
    if locked.state == ImportState.RUNNING and job and job.state != JobState.CANCELLED:
        raise StepError("This import has not ended. Cancel it first, then undo what it has done.")
    if locked.state not in UNDOING or (job and job.state == JobState.CANCELLED):
        job = start_undo(locked, by=by)
        log.write(AuditAction.IMPORT, f"Undo of import {locked.pk} started as job {job.pk}", by=by)


def _locked(imported: Import, states: Sequence[str]) -> Import:
    locked = Import.objects.select_for_update().get(pk=imported.pk)
    if locked.state not in states:
        raise StepError(f"Nothing was started. This import is {locked.get_state_display().lower()}.")
    return locked
