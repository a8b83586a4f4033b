"""The result file of a job, from the parts that its chunks wrote, in the storage of the settings."""

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta

from django.core.files import File

from crm.jobs.kind import JobKind
from crm.jobs.leases import prolong
from crm.jobs.models import Job

AT_ONCE = 4
"""How many parts are in memory."""
LEASE_OF_FILE = timedelta(minutes=15)
"""For sending a long file to the storage, which cannot say how far it is."""
PROLONGED_EVERY = 60.0


def write_result(job: Job, kind: JobKind) -> str:
    """Write the file and return its name in the storage; "" of a kind without a file."""
    if kind.file_name is None:
        return ""
    field = job.result_file
    with tempfile.TemporaryFile() as file:
        kind.put_together(job, _texts(job), file)
        file.seek(0)
        prolong(job, LEASE_OF_FILE)
        return field.storage.save(field.field.generate_filename(job, kind.file_name(job)), File(file))


def _texts(job: Job) -> Iterator[str]:
    """By number instead of one long read: SQLite could not prolong the lease during one."""
    last, prolonged_at = 0, -PROLONGED_EVERY
    while parts := list(job.parts.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        if time.monotonic() - prolonged_at >= PROLONGED_EVERY:
            prolong(job, LEASE_OF_FILE)
            prolonged_at = time.monotonic()
        yield from (part.text for part in parts)
        last = parts[-1].pk
