"""What jobs leave behind: files, refused rows and parameters have personal data in them, so they are deleted.

The job itself stays: who did what, when, and what came of it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone

from crm.jobs.models import ENDED, Job

AT_ONCE = 100


def kept_until(job: Job) -> datetime | None:
    return job.ended + timedelta(days=settings.JOB_FILES_DAYS) if job.ended else None


def clear_old_jobs() -> int:
    before = timezone.now() - timedelta(days=settings.JOB_FILES_DAYS)
    old = Job.objects.filter(is_cleared=False, state__in=ENDED, ended__lt=before, lease=None).order_by("pk")[:AT_ONCE]
    return sum(_clear(job) for job in old)


def _clear(job: Job) -> bool:
    """The files first: what fails there is tried again the next time."""
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
