"""The result file of a job, from the parts that its chunks wrote, in the storage of the settings."""

import tempfile

from django.core.files import File

from crm.jobs.kind import JobKind
from crm.jobs.models import Job

AT_ONCE = 10


def put_together(job: Job, kind: JobKind) -> str:
    """Write the file and return its name in the storage; "" of a kind without a file."""
    if kind.file_name is None:
        return ""
    field = job.result_file
    with tempfile.TemporaryFile() as file:
        for text in job.parts.order_by("pk").values_list("text", flat=True).iterator(chunk_size=AT_ONCE):
            file.write(text.encode())
        file.seek(0)
        return field.storage.save(field.field.generate_filename(job, kind.file_name(job)), File(file))
