"""What jobs leave behind: files, refused rows and parameters have personal data in them, so they are deleted.

The job itself stays: who did what, when, and what came of it.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet

from crm.jobs.models import ENDED, UNFINISHED, Job, JobState
from customers.lib.retention import kept_since
from orders.imports.stored_file import clear_old_imports, old_imports
from orders.models import Import

logger = logging.getLogger(__name__)

AT_ONCE = 100


def storage_faults() -> tuple[type[Exception], ...]:
    """What it raises when the storage does not answer or refuses."""
    if not settings.S3_BUCKET:
        return (OSError,)
    from botocore.exceptions import BotoCoreError, ClientError  # which are there only with S3

    return (OSError, BotoCoreError, ClientError)


def kept_until(job: Job) -> datetime | None:
    days = settings.JOB_FILES_DAYS
    return job.ended + timedelta(days=days) if job.ended and days else None


def clear_old_jobs() -> int:
    """All that are due. What the storage does not delete is tried again the next time, and keeps no other waiting."""
    return sum(_clear_if_possible(job) for job in _old_jobs())


def old_jobs() -> QuerySet[Job]:
    before = kept_since(timedelta(days=settings.JOB_FILES_DAYS))
    return Job.objects.filter(is_cleared=False, state__in=ENDED, ended__lt=before, lease=None)


def _old_jobs() -> Iterator[Job]:
    last = 0
    while jobs := list(old_jobs().filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from jobs
        last = jobs[-1].pk


def _clear_if_possible(job: Job) -> bool:
    try:
        return _clear(job)
    except storage_faults() as error:
        logger.warning("The files of %s were not deleted: %s", job, error)
        return False


def imports_to_clear() -> QuerySet[Import]:
    before = kept_since(timedelta(days=settings.IMPORT_FILES_DAYS))
    busy = Job.objects.filter(state__in=(*UNFINISHED, JobState.PAUSED)).values_list("pk", flat=True)
    return old_imports(before=before, busy=list(busy))


def clear_imports() -> int:
    return clear_old_imports(imports_to_clear())


def _clear(job: Job) -> bool:
    """The files first: without its row nobody would find them again."""
    delete_folder(job.result_file.storage, job.folder)
    with transaction.atomic():
        cleared = {"is_cleared": True, "parameters": {}, "cursor": {}, "about": "", "input_file": "", "result_file": ""}
        if not Job.objects.filter(pk=job.pk, state=job.state, ended=job.ended).update(**cleared):
            return False  # somebody resumed it
        job.errors.all().delete()
        job.parts.all().delete()
    return True


def delete_folder(storage: Storage, folder: str) -> None:
    """With files that a killed worker could not name any more."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        storage.delete(f"{folder}/{name}")
    for name in folders:
        delete_folder(storage, f"{folder}/{name}")
    storage.delete(folder)
